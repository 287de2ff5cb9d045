"""Faults of sensors, adapters and their radio. No tenant notices them.

Ranges follow the project's reference on detection, part 6: humidity railed at 1 or 99.9 %, spikes
of 999 °C, records frozen for hours.
"""

import numpy as np

from firmware_sim.faults.acts import HOURS_A_DAY, SHARE, adds, shows, switches, together
from firmware_sim.faults.effects import Effects
from firmware_sim.faults.kind import (
    BOILER,
    NOWHERE,
    Act,
    Family,
    FaultKind,
    Parameter,
    Struck,
)
from firmware_sim.homes.fabric import ROOMS
from firmware_sim.kinds import Ints

_SECONDS_A_MINUTE = 60.0
LOW, HIGH = 0, 1
AHEAD, BEHIND = 0, 1


def _fault(
    name: str,
    words: str,
    parameters: dict[str, Parameter],
    act: Act,
    *,
    places: tuple[str, ...] = ROOMS,
    grows_over_days: float = 0.0,
) -> FaultKind:
    return FaultKind(
        name=name,
        words=words,
        places=places,
        parameters=parameters,
        grows_over_days=grows_over_days,
        act=act,
        family=Family.DEVICE,
    )


def _silences(effects: Effects, struck: Struck) -> None:
    silent, boiler = shows(struck, stretch_h=HOURS_A_DAY), struck.room == NOWHERE
    effects.devices.boiler_silent[struck.row[silent & boiler]] = True
    room = silent & ~boiler
    effects.devices.room_silent[struck.row[room], struck.room[room]] = True


def _rails(effects: Effects, struck: Struck) -> None:
    railed, high = shows(struck), struck.values["end"] == HIGH
    for array, chosen in (
        (effects.devices.railed_low, railed & ~high),
        (effects.devices.railed_high, railed & high),
    ):
        array[struck.row[chosen], struck.room[chosen]] = True


def _misdates(effects: Effects, struck: Struck) -> None:
    sign = np.where(struck.values["way"] == BEHIND, -1.0, 1.0)
    ahead_s = sign * struck.values["by"] * _SECONDS_A_MINUTE
    boiler = struck.room == NOWHERE
    np.add.at(effects.devices.boiler_clock_ahead_s, struck.row[boiler], ahead_s[boiler])
    rooms = (struck.row[~boiler], struck.room[~boiler])
    np.add.at(effects.devices.clock_ahead_s, rooms, ahead_s[~boiler])


def _swaps(effects: Effects, struck: Struck) -> None:
    exchange(effects.devices.said_to_be_in, struck)


def exchange(rooms: Ints, struck: Struck) -> None:
    """The sensors of a room and of the next one change places in `rooms` (homes, rooms)."""
    left = np.arange(struck.row.size)
    while left.size:  # once, unless a home has two of them: then one after the other
        _, now = np.unique(struck.row[left], return_index=True)
        row, room = struck.row[left[now]], struck.room[left[now]]
        other = (room + 1) % len(ROOMS)
        rooms[row, room], rooms[row, other] = rooms[row, other], rooms[row, room]
        left = np.delete(left, now)


DEVICE_FAULTS = (
    _fault(
        "silent",
        "A device stops speaking: an empty battery, a pulled plug.",
        {SHARE: Parameter("share of the days on which it is silent", "", 1.0, 0.8, 1.0)},
        _silences,
        places=(*ROOMS, BOILER),
    ),
    _fault(
        "flapping",
        "A sensor comes and goes, at the edge of what its radio reaches.",
        {SHARE: Parameter("share of the time for which it is away", "", 0.5, 0.2, 0.8)},
        adds(lambda of: of.devices.room_flaps, SHARE),
    ),
    _fault(
        "implausible",
        "Now and then a sensor reports what cannot be: 999 °C, no humidity at all.",
        {SHARE: Parameter("share of such readings", "", 0.05, 0.01, 0.2)},
        adds(lambda of: of.devices.implausible_share, SHARE),
    ),
    _fault(
        "stuck",
        "A sensor repeats one value for days, though it goes on speaking.",
        {SHARE: Parameter("share of the days on which it is stuck", "", 1.0, 0.4, 1.0)},
        switches(lambda of: of.devices.stuck, stretch_h=HOURS_A_DAY),
    ),
    _fault(
        "railed",
        "A humidity sensor stands at the end of its range, 1 or 99.9 %.",
        {
            SHARE: Parameter("share of the hours in which it does", "", 1.0, 0.3, 1.0),
            "end": Parameter("0 low, 1 high", "", float(LOW), float(LOW), float(HIGH), choice=True),
        },
        _rails,
    ),
    _fault(
        "drifting",
        "A sensor ages: its humidity and temperature creep upward, month by month.",
        {
            "humidity": Parameter("error of humidity in the end", "%", 12.0, 5.0, 20.0),
            "temp": Parameter("error of temperature in the end", "K", 1.2, 0.4, 3.0),
        },
        together(
            adds(lambda of: of.devices.drift_humidity_pct, "humidity"),
            adds(lambda of: of.devices.drift_temp_k, "temp"),
        ),
        grows_over_days=60.0,
    ),
    _fault(
        "telemetry_frozen",
        "The boiler's adapter repeats its last record for hours.",
        {SHARE: Parameter("share of the time for which it does", "", 0.8, 0.3, 1.0)},
        switches(lambda of: of.devices.telemetry_frozen, stretch_h=6),
        places=(BOILER,),
    ),
    _fault(
        "clock_wrong",
        "A device's clock is minutes or hours out.",
        {
            "by": Parameter("error of the clock", "min", 60.0, 5.0, 360.0),
            "way": Parameter(
                "0 ahead, 1 behind", "", float(BEHIND), float(AHEAD), float(BEHIND), choice=True
            ),
        },
        _misdates,
        places=(*ROOMS, BOILER),
    ),
    _fault(
        "battery_low",
        "A battery runs down far sooner than it should.",
        {"less": Parameter("charge that is missing in the end", "%", 85.0, 75.0, 100.0)},
        adds(lambda of: of.devices.battery_less_pct, "less"),
        grows_over_days=10.0,
    ),
    _fault(
        "swapped_rooms",
        "Two sensors were fitted the wrong way round: each is filed under the other's room.",
        {},
        _swaps,
    ),
)
