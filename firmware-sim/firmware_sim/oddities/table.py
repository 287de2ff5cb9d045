"""Every oddity that happens in homes.

How often and for how long are the authors' own guesses at British social homes, but for the yearly
visit: a landlord has every gas boiler looked at once a year.
"""

import numpy as np

from firmware_sim.faults.acts import switches, together
from firmware_sim.faults.device_faults import exchange
from firmware_sim.faults.effects import Effects
from firmware_sim.faults.kind import BOILER, HOME, Family, Parameter, Struck, Values
from firmware_sim.faults.mending import fill_and_reset, fills_above, renew
from firmware_sim.faults.planned import Planned, fill_in, find
from firmware_sim.homes.fabric import ROOMS
from firmware_sim.oddities.kind import OddityKind

_DAYS = 24.0


def _moves(effects: Effects, struck: Struck) -> None:
    """Two sensors change rooms, and the register is told: both are filed where they now are."""
    exchange(effects.devices.sits_in, struck)
    exchange(effects.devices.said_to_be_in, struck)


def _renews_battery(effects: Effects, struck: Struck) -> None:
    at = (struck.row, struck.room)
    np.maximum.at(effects.devices.battery_new_minute, at, struck.began_minute)


_PEOPLE = (
    OddityKind(
        name="holiday",
        words="Everybody is away for a week or two.",
        places=(HOME,),
        times_a_year=1.5,
        begins_h=(7.0, 14.0),
        lasts_h=(7 * _DAYS, 14 * _DAYS),
    ),
    OddityKind(
        name="guests",
        words="People stay for some days.",
        places=(HOME,),
        parameters={"people": Parameter("how many", "", 2.0, 1.0, 3.0, choice=True)},
        times_a_year=3.0,
        begins_h=(10.0, 19.0),
        lasts_h=(1 * _DAYS, 5 * _DAYS),
    ),
    OddityKind(
        name="party",
        words="Many people for an evening.",
        places=(HOME,),
        parameters={"people": Parameter("how many", "", 9.0, 5.0, 15.0, choice=True)},
        times_a_year=1.0,
        begins_h=(17.0, 20.0),
        lasts_h=(4.0, 7.0),
    ),
    OddityKind(
        name="drying_day",
        words="A big wash is dried in one room.",
        places=("living room", "bedroom"),
        parameters={"water": Parameter("water in the laundry", "kg", 4.0, 2.5, 6.0)},
        times_a_year=6.0,
        begins_h=(8.0, 12.0),
        lasts_h=(9.0, 14.0),
    ),
    OddityKind(
        name="window_left_open",
        words="A window stays open for hours, or a day or two.",
        places=("bedroom", "bathroom", "living room"),
        times_a_year=4.0,
        begins_h=(7.0, 22.0),
        lasts_h=(3.0, 2 * _DAYS),
    ),
)
_BOILER = (
    OddityKind(
        name="top_up",
        words="Somebody fills the heating system a little, though it does not leak.",
        places=(BOILER,),
        parameters={"by": Parameter("filled above its proper pressure", "bar", 0.2, 0.0, 0.35)},
        at_begin=fills_above("by"),
        times_a_year=0.5,
        begins_h=(7.0, 21.0),
        lasts_h=(0.1, 0.1),
        touches=Family.BOILER,
        once=True,
    ),
    OddityKind(
        name="service_visit",
        words="The yearly visit: the boiler is off for an hour, then filled as it should be.",
        places=(BOILER,),
        act=switches(lambda of: of.boiler.deaf),
        at_end=fill_and_reset,
        times_a_year=1.0,
        begins_h=(8.0, 16.0),
        lasts_h=(0.5, 1.5),
        touches=Family.BOILER,
    ),
    OddityKind(
        name="new_boiler",
        words="The boiler is replaced: a morning without heat, then counters from zero.",
        places=(BOILER,),
        act=switches(lambda of: of.boiler.deaf),
        at_end=renew,
        times_a_year=0.07,
        begins_h=(8.0, 10.0),
        lasts_h=(4.0, 7.0),
        touches=Family.BOILER,
        once=True,
    ),
)
_DEVICES = (
    OddityKind(
        name="gateway_outage",
        words="Nothing of the home comes through: the router is off, the line is down.",
        places=(HOME,),
        act=switches(lambda of: of.devices.gateway_down),
        times_a_year=2.0,
        lasts_h=(1.0, 2 * _DAYS),
    ),
    OddityKind(
        name="power_cut",
        words="The current is off: no boiler and no gateway for some hours.",
        places=(HOME,),
        act=together(
            switches(lambda of: of.boiler.deaf), switches(lambda of: of.devices.gateway_down)
        ),
        times_a_year=0.5,
        lasts_h=(0.25, 6.0),
    ),
    OddityKind(
        name="moved_sensor",
        words="The sensors of two rooms change places, and the register is told.",
        places=ROOMS,
        act=_moves,
        times_a_year=0.25,
        begins_h=(8.0, 21.0),
        lasts_h=None,
        touches=Family.DEVICE,
        once=True,
    ),
    OddityKind(
        name="battery_exchanged",
        words="Somebody puts a new battery into a sensor.",
        places=ROOMS,
        act=_renews_battery,
        times_a_year=0.4,
        begins_h=(8.0, 21.0),
        lasts_h=None,
        touches=Family.DEVICE,
    ),
)
ODDITIES: dict[str, OddityKind] = {kind.name: kind for kind in (*_PEOPLE, *_BOILER, *_DEVICES)}


def make_oddity(
    *,
    home: int,
    name: str,
    place: str | None,
    began_minute: int,
    values: Values,
    ended_minute: int | None = None,
) -> Planned:
    """An oddity with every parameter filled in; it takes its shortest time unless it is told.

    FaultRefusedError where the name, place or a parameter does not exist or is out of range.
    """
    kind = find(name, ODDITIES, what="oddity")
    end = ended_minute
    if end is None and kind.lasts_h is not None:
        end = began_minute + round(60.0 * kind.lasts_h[0])
    return fill_in(
        kind,
        home=home,
        place=place,
        began_minute=began_minute,
        values=values,
        ended_minute=end,
    )
