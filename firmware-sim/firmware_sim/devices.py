"""The devices of an estate, and the names under which they publish.

A name carries the home by number only; which home that is, the registry knows.
"""

from dataclasses import dataclass
from enum import Enum

from firmware_sim.homes import ROOMS, Sensors

BOILER_SECONDS = 7  # boilers speak this many seconds apart within the minute
WEATHER_SECOND = 30


class UnknownDeviceError(ValueError):
    """The estate has no device of that name."""


class Kind(Enum):
    """What speaks, and how often a live device does. [min]"""

    ROOM = 5
    BOILER = 1
    WEATHER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One thing that publishes."""

    topic: str
    kind: Kind
    block: int
    home: int
    room: int
    second: int
    """Second of the minute at which it speaks."""

    def due(self, minute: int) -> bool:
        """Whether a live device of this kind speaks in that minute; room sensors take turns."""
        turn = self.home + self.room if self.kind is Kind.ROOM else 0
        return (minute + turn) % self.kind.value == 0


def devices_of(homes: int, homes_per_block: int, sensors: Sensors) -> tuple[Device, ...]:
    """Every device of the estate, in the order in which they speak within a minute."""
    found = [
        Device(
            topic="block-1/zigbee2mqtt/weather-1",
            kind=Kind.WEATHER,
            block=0,
            home=0,
            room=0,
            second=WEATHER_SECOND,
        )
    ]
    for home in range(homes):
        block = home // homes_per_block
        found.append(
            Device(
                topic=f"block-{block + 1}/ems-esp-{home + 1:02d}/boiler_data",
                kind=Kind.BOILER,
                block=block,
                home=home,
                room=0,
                second=home * BOILER_SECONDS % 60,
            )
        )
        found += [
            Device(
                topic=f"block-{block + 1}/zigbee2mqtt/{sensor_name(home, room)}",
                kind=Kind.ROOM,
                block=block,
                home=home,
                room=room,
                second=int(sensors.send_second[home, room]),
            )
            for room in range(len(ROOMS))
        ]
    return tuple(sorted(found, key=lambda device: (device.second, device.topic)))


def sensor_name(home: int, room: int) -> str:
    """The Zigbee name of a room sensor.

    >>> sensor_name(0, 2)
    'th-0103'
    """
    return f"th-{home + 1:02d}{room + 1:02d}"


def room_of_sensor(name: str, homes: int) -> tuple[int, int]:
    """The (home, room) of a Zigbee name; UnknownDeviceError when the estate has none."""
    for home in range(homes):
        for room in range(len(ROOMS)):
            if name == sensor_name(home, room):
                return home, room
    raise UnknownDeviceError(
        f"there is no room sensor {name!r}; "
        f"there are {sensor_name(0, 0)} to {sensor_name(homes - 1, len(ROOMS) - 1)}"
    )
