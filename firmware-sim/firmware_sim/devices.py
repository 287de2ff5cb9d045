"""The devices of an estate, and the names under which they publish.

A name carries the home by number only; which home that is, the registry knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from firmware_sim.dialects.speech import BoilerRow, RoomRow, Said, Speaker
from firmware_sim.dialects.table import BOILER_DIALECTS, ROOM_DIALECTS
from firmware_sim.homes.fabric import ROOMS

ROOM_DIALECT, BOILER_DIALECT = "zigbee2mqtt", "ems_esp"
"""What a home has where its scenario does not say."""
_PLACES = len(ROOMS) + 1  # numbers that each home takes: its rooms and its boiler


class UnknownDeviceError(ValueError):
    """The estate has no device of that name."""


class Kind(Enum):
    """What speaks."""

    ROOM = "room"
    BOILER = "boiler"
    WEATHER = "weather"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What an installer chose for one home."""

    room_dialect: str = ROOM_DIALECT
    room_setting: str = ""
    boiler_dialect: str = BOILER_DIALECT
    boiler_setting: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One thing that publishes."""

    topic: str
    """What all its topics begin with."""
    kind: Kind
    block: int
    dialect: str
    speaker: Speaker

    def says(self, row: RoomRow | BoilerRow) -> tuple[Said, ...]:
        """Its messages for one reading, with their whole topics."""
        if isinstance(row, BoilerRow):
            said = BOILER_DIALECTS[self.dialect].messages(self.speaker, row)
        else:
            said = ROOM_DIALECTS[self.dialect].messages(self.speaker, row)
        base = self.topic
        return tuple(
            [
                Said(f"{base}/{topic}" if topic else base, payload, retain)
                for topic, payload, retain in said
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """All devices of an estate."""

    rooms: tuple[tuple[Device, ...], ...]
    """By home and room."""
    boilers: tuple[Device, ...]
    """By home."""
    weather: tuple[Device, ...]
    """By area."""

    def all(self) -> tuple[Device, ...]:
        """Every device, by home; the weather stations first."""
        of_homes = (
            device
            for boiler, rooms in zip(self.boilers, self.rooms, strict=True)
            for device in (boiler, *rooms)
        )
        return (*self.weather, *of_homes)


def devices_of(
    homes: int, homes_per_block: int, *, areas: int, choices: Mapping[int, Choice]
) -> Devices:
    """The devices of homes in blocks; `choices` by home, where they are not the usual ones."""
    usual = Choice()
    chosen = [choices.get(home, usual) for home in range(homes)]
    return Devices(
        rooms=tuple(
            tuple(
                _room_device(home, room, home // homes_per_block, choice)
                for room in range(len(ROOMS))
            )
            for home, choice in enumerate(chosen)
        ),
        boilers=tuple(
            _boiler_device(home, home // homes_per_block, choice)
            for home, choice in enumerate(chosen)
        ),
        weather=tuple(_weather_device(area, homes * _PLACES) for area in range(areas)),
    )


def sensor_name(home: int, room: int) -> str:
    """The name of a room sensor.

    >>> sensor_name(0, 2)
    'th-0103'
    """
    return f"th-{home + 1:02d}{room + 1:02d}"


def room_of_sensor(name: str, homes: int) -> tuple[int, int]:
    """The (home, room) of a sensor's name; UnknownDeviceError when the estate has none."""
    for home in range(homes):
        for room in range(len(ROOMS)):
            if name == sensor_name(home, room):
                return home, room
    raise UnknownDeviceError(
        f"there is no room sensor {name!r}; "
        f"there are {sensor_name(0, 0)} to {sensor_name(homes - 1, len(ROOMS) - 1)}"
    )


def _room_device(home: int, room: int, block: int, choice: Choice) -> Device:
    speaker = Speaker(
        name=sensor_name(home, room), number=home * _PLACES + room, setting=choice.room_setting
    )
    topic = ROOM_DIALECTS[choice.room_dialect].base_topic(speaker)
    return Device(
        topic=f"block-{block + 1}/{topic}",
        kind=Kind.ROOM,
        block=block,
        dialect=choice.room_dialect,
        speaker=speaker,
    )


def _boiler_device(home: int, block: int, choice: Choice) -> Device:
    adapter = choice.boiler_dialect.replace("_", "-")
    speaker = Speaker(
        name=f"{adapter}-{home + 1:02d}",
        number=home * _PLACES + len(ROOMS),
        setting=choice.boiler_setting,
    )
    topic = BOILER_DIALECTS[choice.boiler_dialect].base_topic(speaker)
    return Device(
        topic=f"block-{block + 1}/{topic}",
        kind=Kind.BOILER,
        block=block,
        dialect=choice.boiler_dialect,
        speaker=speaker,
    )


def _weather_device(area: int, first_number: int) -> Device:
    speaker = Speaker(name=f"weather-{area + 1}", number=first_number + area)
    return Device(
        topic=f"block-1/{ROOM_DIALECTS[ROOM_DIALECT].base_topic(speaker)}",
        kind=Kind.WEATHER,
        block=0,
        dialect=ROOM_DIALECT,
        speaker=speaker,
    )
