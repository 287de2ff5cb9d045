"""The state of every boiler and of the water that it heats."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Floats, Ints

STEP_S = 60.0
NO_CONDITION = -1
_LONG_AGO_MIN = 60.0
_STARTS_A_PERSON = 4_000.0  # an installed boiler has lit some ten thousand times


@dataclass(slots=True, kw_only=True)
class Boilers:
    """Arrays (homes,); all of them together are what a run needs to be taken up again."""

    flow_c: Floats
    """Water as it leaves the exchanger."""
    return_c: Floats
    """Water as it comes back to the boiler."""
    water_c: Floats
    """Mean of the water in radiators and pipes."""
    hot_water_c: Floats
    """At the outlet of a combi; in the cylinder elsewhere."""
    seen_flow_c: Floats
    """What the boiler's own sensor says; its control goes by nothing else."""
    flow_target_c: Floats

    demand: Bools
    """The room thermostat calls for heat, whether or not the boiler burns."""
    hot_water_demand: Bools
    """Hot water runs, or the cylinder calls for heat."""
    pump: Bools
    burning: Bools
    """The flame burns at the end of the minute and goes on into the next."""
    burns_for_heating: Bools
    flame_seen: Bools
    """The flame burned for most of the last minute."""
    power_w: Floats
    """Into the water while it burns."""
    since_burn_min: Floats
    burn_min: Floats
    """Minutes of burning, ever."""
    starts: Floats
    cycles: Floats
    """Part of a further start that burns shorter than a minute have come to."""
    ignition_failures: Floats

    ignition_locked: Bools
    overheat_locked: Bools
    low_pressure: Bools
    blocked_min: Floats
    """Minutes for which a trip of the limiter still keeps the burner off."""
    trips: Floats
    """Trips of the limiter of late; steady burning wears them off."""
    starved: Bools
    """The last trip was for want of flow."""
    frost_min: Floats
    frozen: Bools
    """The condensate pipe is frozen."""
    condition: Ints
    """The `codes.Condition` that is shown, or `NO_CONDITION`."""

    missing_l: Floats
    """Water missing since the system was filled; negative where more was filled in."""
    escaped_l: Floats
    """Water that has leaked into the home, ever."""
    vented_l: Floats
    """Water that the relief valve has let out, ever."""
    gas_l: Floats
    """Gas in the vessel when the system is cold and full."""
    pressure_bar: Floats

    fired_j: Floats
    """Heat that burners gave to the water, ever."""
    gas_j: Floats
    """Heat of the gas burned (higher heating value), ever."""
    tapped_j: Floats
    """Heat that left with hot water, ever."""


def at_rest(homes: Homes) -> Boilers:
    """Boilers that stand ready, cold and full."""
    plant, household = homes.plant, homes.household
    warm = household.set_point_c + 2.0
    none = np.zeros(homes.count)
    no = np.zeros(homes.count, dtype=np.bool_)
    # Each array is one of its own: service changes single homes in place.
    return Boilers(
        flow_c=warm.copy(),
        return_c=warm.copy(),
        water_c=warm.copy(),
        hot_water_c=np.where(plant.combi, 22.0, plant.hot_water_target_c),
        seen_flow_c=warm.copy(),
        flow_target_c=none.copy(),
        demand=no.copy(),
        hot_water_demand=no.copy(),
        pump=no.copy(),
        burning=no.copy(),
        burns_for_heating=no.copy(),
        flame_seen=no.copy(),
        power_w=none.copy(),
        since_burn_min=np.full(homes.count, _LONG_AGO_MIN),
        burn_min=none.copy(),
        starts=np.round(20_000.0 + _STARTS_A_PERSON * household.people),
        cycles=none.copy(),
        ignition_failures=none.copy(),
        ignition_locked=no.copy(),
        overheat_locked=no.copy(),
        low_pressure=no.copy(),
        blocked_min=none.copy(),
        trips=none.copy(),
        starved=no.copy(),
        frost_min=none.copy(),
        frozen=no.copy(),
        condition=np.full(homes.count, NO_CONDITION, dtype=np.int64),
        missing_l=none.copy(),
        escaped_l=none.copy(),
        vented_l=none.copy(),
        gas_l=plant.gas_l.copy(),
        pressure_bar=plant.cold_pressure_bar.copy(),
        fired_j=none.copy(),
        gas_j=none.copy(),
        tapped_j=none.copy(),
    )
