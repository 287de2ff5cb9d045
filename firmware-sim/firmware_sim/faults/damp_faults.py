"""Faults of the home and of how it is lived in: cold, heat and damp.

Ranges follow the project's reference on detection, parts 2 and 6; water is sized so that the air of
a room comes out 0.5 to 2 g/m³ moister at its usual ventilation.
"""

import numpy as np

from firmware_sim.faults.acts import adds, lowers, scales, together
from firmware_sim.faults.effects import Effects
from firmware_sim.faults.kind import (
    HEATING_MONTHS,
    HOME,
    Family,
    FaultKind,
    Parameter,
    Sense,
    Struck,
)

_MOULD = frozenset({Sense.MOULD})
_BEDROOM_FIRST = ("bedroom", "living room", "bathroom")
_OUTER_WALLS = ("bedroom", "living room")
_DAYS_A_SECOND = 1.0 / 86_400.0

_COLDER_THAN_THE_WALL = 0.08  # by so much of the temperature factor, or it would be no bridge


def _bridges(effects: Effects, struck: Struck) -> None:
    at = (struck.row, struck.room)
    sound = effects.home.f_rsi[at] - _COLDER_THAN_THE_WALL
    np.minimum.at(effects.home.f_rsi, at, np.minimum(sound, struck.values["f_rsi"]))


_DAMP = (
    FaultKind(
        name="high_moisture",
        words="Far more vapour than the room was made for: crowding, laundry, an unflued heater.",
        places=_BEDROOM_FIRST,
        parameters={
            "drying": Parameter("water of laundry dried there", "kg/day", 0.8, 0.0, 3.0),
            "factor": Parameter("times the usual vapour of its people", "", 2.0, 1.0, 4.0),
        },
        act=together(
            scales(lambda of: of.home.made_factor, "factor"),
            adds(lambda of: of.home.vapour_kg_s, "drying", times=_DAYS_A_SECOND),
        ),
        family=Family.DAMP,
        noticed_by=_MOULD,
    ),
    FaultKind(
        name="under_ventilated",
        words="Vents are blocked and the door kept shut: the air is hardly exchanged.",
        places=(*_BEDROOM_FIRST, HOME),
        parameters={"factor": Parameter("share of the usual air exchange", "", 0.3, 0.7, 0.15)},
        act=scales(lambda of: of.home.air_factor, "factor"),
        each_room=True,
        family=Family.DAMP,
        noticed_by=_MOULD,
    ),
    FaultKind(
        name="cold_bridge",
        words="A corner or reveal without insulation: its surface is colder than the wall.",
        places=_BEDROOM_FIRST,
        parameters={"f_rsi": Parameter("temperature factor of that surface", "", 0.5, 0.62, 0.35)},
        act=_bridges,
        family=Family.DAMP,
        noticed_by=_MOULD,
        onset_months=HEATING_MONTHS,
    ),
    FaultKind(
        name="plumbing_leak",
        words="A pipe leaks into the wall of one room; the wall gives the water off to the air.",
        places=("bathroom", "bedroom", "living room"),
        parameters={"rate": Parameter("water that escapes", "kg/day", 1.5, 0.5, 3.5)},
        act=adds(lambda of: of.home.wall_leak_kg_s, "rate", times=_DAYS_A_SECOND),
        family=Family.DAMP,
        noticed_by=_MOULD | {Sense.ESCAPED_WATER},
        escapes_kg_day="rate",
    ),
    FaultKind(
        name="penetrating_damp",
        words="Rain comes through an outer wall: the room is damp for days after wet weather.",
        places=_OUTER_WALLS,
        parameters={"gain": Parameter("water taken up from rain", "kg/mm", 0.7, 0.2, 1.5)},
        act=adds(lambda of: of.home.rain_gain_kg_mm, "gain"),
        family=Family.DAMP,
        noticed_by=_MOULD,
    ),
    FaultKind(
        name="persistent_moisture",
        words="A wall gives off water all the year round: rising damp, a wet floor below.",
        places=("living room", "bedroom"),
        parameters={"rate": Parameter("vapour given off", "kg/day", 1.5, 0.5, 3.5)},
        act=adds(lambda of: of.home.vapour_kg_s, "rate", times=_DAYS_A_SECOND),
        grows_over_days=14.0,
        family=Family.DAMP,
        noticed_by=_MOULD,
    ),
)
_WARMTH = (
    FaultKind(
        name="under_heated",
        words="The home is kept cold, for want of money or of understanding the controls.",
        places=(HOME,),
        parameters={"set_point": Parameter("highest temperature set", "°C", 15.5, 17.5, 12.0)},
        act=lowers(lambda of: of.home.set_point_max_c, "set_point"),
        family=Family.DAMP,
        noticed_by=_MOULD,
        onset_months=HEATING_MONTHS,
    ),
    FaultKind(
        name="excess_cold",
        words="The heating is all but given up; it only keeps the frost out.",
        places=(HOME,),
        parameters={"set_point": Parameter("highest temperature set", "°C", 9.0, 13.0, 6.0)},
        act=lowers(lambda of: of.home.set_point_max_c, "set_point"),
        family=Family.DAMP,
        noticed_by=_MOULD,
        onset_months=range(8, 13),
    ),
    FaultKind(
        name="high_heat_loss",
        words="The fabric loses far more heat than it should: sodden or missing insulation, gaps.",
        places=(HOME,),
        parameters={"factor": Parameter("times the usual heat loss", "", 1.8, 1.3, 2.5)},
        act=scales(lambda of: of.home.loss_factor, "factor"),
        each_room=True,
        family=Family.DAMP,
        noticed_by=_MOULD | {Sense.COLD_ROOM},
        onset_months=HEATING_MONTHS,
    ),
    FaultKind(
        name="overheating",
        words="Pipes or a tank without insulation heat the room by day and night, summer too.",
        places=_OUTER_WALLS,
        parameters={"heat": Parameter("heat that nobody asked for", "W", 350.0, 150.0, 600.0)},
        act=adds(lambda of: of.home.heat_w, "heat"),
        family=Family.DAMP,
        onset_months=range(3, 7),
    ),
)
DAMP_FAULTS = (*_DAMP, *_WARMTH)
