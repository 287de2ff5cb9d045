"""The demonstration's landlord: thirty homes in three blocks, whose tenants chose differently."""

from datetime import UTC, datetime

from core.consent import NO, YES, Purpose
from core.quantities import Kind
from core.registry import (
    Area,
    Device,
    Gateway,
    GatewayDevice,
    Home,
    Landlord,
    Registration,
    TenancyEntry,
    Webhook,
)

LANDLORD = "demo"
HOMES = 30
HOMES_PER_BLOCK = 10
BLOCKS = HOMES // HOMES_PER_BLOCK
ROOMS = ("living room", "bedroom", "bathroom")
AREA = "example-town"
WEATHER_DEVICE = "weather-1"
LEAKING_HOME = 12
DAMP_HOME = 7

_MOVED_IN = datetime(2024, 4, 1, tzinfo=UTC)
_FIRST_UPRN = 100_000_000_000

# What tenants said when they were first asked; the rest said nothing, and the defaults hold.
_CHOICES: dict[int, dict[Purpose, str]] = {
    3: {Purpose.SHARE_WITH_LANDLORD: "daily"},
    5: {Purpose.SHARE_WITH_LANDLORD: "raw", Purpose.AUTO_RAISE: YES},
    9: {Purpose.DAMP_RISK: NO},
    LEAKING_HOME: {Purpose.AUTO_RAISE: YES, Purpose.CONTACT: "sms"},
    15: {Purpose.FAULT_DETECTION: NO},
    18: {Purpose.SHARE_WITH_LANDLORD: "none"},
    22: {
        Purpose.AUTO_RAISE: YES,
        Purpose.VULNERABILITY: YES,
        Purpose.SHARE_WITH_CONTRACTOR: "daily",
    },
    27: {Purpose.SHARE_WITH_LANDLORD: "half_hourly", Purpose.ENERGY_ADVICE: YES},
}
# Surveyed temperature factors; where none is known the detectors assume one and say so.
_F_RSI = {1: 0.8, 2: 0.78, 4: 0.83, 11: 0.76, 13: 0.88, 16: 0.74, 21: 0.81, 24: 0.79, 29: 0.85}


def registration(webhook: Webhook) -> Registration:
    """Everything the demonstration registers; `webhook` is its landlord's repairs system."""
    gateways = [Gateway(id=gateway_id(block)) for block in range(1, BLOCKS + 1)]
    weather = GatewayDevice(name=WEATHER_DEVICE)
    gateways[0] = Gateway(id=gateway_id(1), devices=[weather])
    return Registration(
        landlord=Landlord(id=LANDLORD, name="Demonstration Homes", webhook=webhook),
        areas=[Area(id=AREA, name="Example Town", weather=f"{gateway_id(1)}/{WEATHER_DEVICE}")],
        gateways=gateways,
        homes=[_home(number) for number in range(1, HOMES + 1)],
    )


def gateway_id(block: int) -> str:
    """The gateway of a block."""
    return f"gw-{block}"


def block_of(home: int) -> int:
    """The block that a home is in, counted from 1."""
    return (home - 1) // HOMES_PER_BLOCK + 1


def gateway_settings(block: int) -> str:
    """The configuration file of a block's gateway."""
    lines = [
        f'gateway_id = "{gateway_id(block)}"',
        "keep_settled = true",
        "[[zigbee2mqtt]]",
        f'base_topic = "block-{block}/zigbee2mqtt"',
        f'weather_devices = ["{WEATHER_DEVICE}"]',
    ]
    for home in range(1, HOMES + 1):
        if block_of(home) == block:
            lines += [
                "[[ems_esp]]",
                f'base_topic = "block-{block}/ems-esp-{home:02d}"',
                f'device = "boiler-{home:02d}"',
            ]
    return "\n".join(lines) + "\n"


def _home(number: int) -> Home:
    gateway = gateway_id(block_of(number))
    rooms = [
        Device(gateway=gateway, name=f"th-{number:02d}{sensor:02d}", kind=Kind.ROOM, room=room)
        for sensor, room in enumerate(ROOMS, start=1)
    ]
    boiler = Device(gateway=gateway, name=f"boiler-{number:02d}", kind=Kind.BOILER, room="kitchen")
    return Home(
        id=f"home-{number}",
        area=AREA,
        uprn=str(_FIRST_UPRN + number),
        property_ref=f"{number:08d}",
        address=f"Flat {number}, Block {block_of(number)}, Example Court",
        f_rsi=_F_RSI.get(number),
        devices=[*rooms, boiler],
        tenancies=[
            TenancyEntry(
                id=f"tenancy-{number}",
                since=_MOVED_IN,
                tenants=[f"tenant-{number}"],
                choices=_CHOICES.get(number, {}),
            )
        ],
    )
