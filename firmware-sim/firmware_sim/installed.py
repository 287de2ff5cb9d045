"""What an installer put into a home, as a scenario writes it: `tasmota`, or `tasmota F`.

The word after the dialect is one of its settings.
"""

from collections.abc import Mapping
from typing import Any

from firmware_sim.devices import BOILER_DIALECT, ROOM_DIALECT, Choice
from firmware_sim.dialects.table import BOILER_DIALECTS, ROOM_DIALECTS, check_setting, no_such

MEMBERS = ("room_devices", "boiler_device")


def choice_of(everywhere: Mapping[str, Any], home: Mapping[str, Any]) -> Choice:
    """The devices of a home: its own words, or else those for the whole estate.

    DialectError where there is no such dialect or setting.
    """
    rooms, boiler = (
        str(home.get(member, everywhere.get(member, usual)))
        for member, usual in zip(MEMBERS, (ROOM_DIALECT, BOILER_DIALECT), strict=True)
    )
    room_dialect, _, room_setting = rooms.partition(" ")
    boiler_dialect, _, boiler_setting = boiler.partition(" ")
    if room_dialect not in ROOM_DIALECTS:
        raise no_such(room_dialect, tuple(ROOM_DIALECTS))
    if boiler_dialect not in BOILER_DIALECTS:
        raise no_such(boiler_dialect, tuple(BOILER_DIALECTS))
    return Choice(
        room_dialect=room_dialect,
        room_setting=check_setting(
            room_dialect, room_setting, ROOM_DIALECTS[room_dialect].settings
        ),
        boiler_dialect=boiler_dialect,
        boiler_setting=check_setting(
            boiler_dialect, boiler_setting, BOILER_DIALECTS[boiler_dialect].settings
        ),
    )
