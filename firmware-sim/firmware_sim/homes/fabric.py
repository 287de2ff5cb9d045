"""Rooms, walls, windows and air leakage of each home, drawn from its age, kind and size."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from firmware_sim.chance import Subject, shares
from firmware_sim.homes.ages import AGES
from firmware_sim.homes.household import Household
from firmware_sim.kinds import Floats, Ints
from firmware_sim.physics.air import HEAT_OF_AIR_J_M3_K

ROOMS = ("living room", "bedroom", "bathroom")
LIVING, BEDROOM, BATHROOM = range(3)


class Dwelling(IntEnum):
    """How a home lies among its neighbours, whose side of a party wall is as warm."""

    MID_FLAT = 0
    TOP_FLAT = 1
    GROUND_FLAT = 2
    MID_TERRACE = 3
    END_TERRACE = 4


_DWELLING_SHARES = np.array([0.30, 0.14, 0.14, 0.28, 0.14])
_SIDES = np.array([2.0, 2.0, 2.0, 2.0, 3.0])  # outer walls, of the four of a square plan
_STOREYS = np.array([1.0, 1.0, 1.0, 2.0, 2.0])
_ROOF = np.array([0.0, 1.0, 0.0, 1.0, 1.0])
_GROUND = np.array([0.0, 0.0, 1.0, 1.0, 1.0])
_STACK_SHARE = np.array([0.25, 0.3, 0.3, 0.45, 0.45])  # stairs draw; a flat on one floor does not

HEIGHT_M = 2.4
AREA_M2 = (35.0, 110.0)
_AREA_ALONE_M2, _AREA_A_PERSON_M2 = (35.0, 66.0), 14.0
_BEDROOM_SHARE = (0.26, 0.36)
_BATHROOM_M2 = (4.0, 6.0)
_BATHROOM_OUTER_SHARE = (0.3, 1.0)  # some bathrooms lie within the home
_WINDOW_SHARE = (0.14, 0.20)  # of the floor
_BATHROOM_WINDOW_SHARE = 0.08

# What follows the air within the hour, for each m² of floor: 3 kJ/K of air, 20 to 30 of furniture,
# and a few millimetres of plaster on 4.5 m² of surface. A light wooden house was fitted with 9
# times its air (Bacher and Madsen 2011, from memory); ours are of brick.
_AIR_FACTOR = 16.0
# Admittances of about 3 W/(m² K) (CIBSE A, plastered masonry and carpet) on those 4.5 m².
_COUPLING_W_M3_K = 5.8
_TIME_CONSTANT_H = (20.0, 60.0)  # real homes lie between
_PARTITION_W_M3_K = 0.35  # light inner walls and doors between rooms
_DOOR_CHANGES_1_H = (0.5, 1.4)  # air through inner doors, of each room's volume
_BATHROOM_DOOR_FACTOR = 1.3  # beside an open stair or hall

# 2 to 2.5 m² of surface and furnishings a m³ with a moisture buffer value of 0.5 to 1 g/(m² %)
# (Rode 2007, NORDTEST); 6 to 12 times the air's own, where EnergyPlus advises 10 to 25 for skin and
# depth together (from memory). Days reach several times as deep.
_SKIN_KG_M3 = (0.09, 0.20)
# Painted plaster (0.2 m of still air, on 2.5 m² a m³) lets through 1.2 room volumes an hour, and
# carpet, curtains, beds and clothes two or three times as much again.
_SKIN_VOLUMES_1_H = (2.5, 5.0)
_DEEP_FACTOR = (3.0, 6.0)
_DEEP_DAYS = (3.0, 8.0)

_MASS_TRANSFER_M_S = 0.0025  # 3 W/(m² K) of convection over the heat of a m³ of air (Lewis)
_INNER_RESISTANCE_M2_K_W = 0.17  # 0.13 of EN ISO 6946, and a curtain or a deep reveal
_FILM_KG_M2 = 0.08  # drops on glass that have not begun to run
_COLD_SURFACE_M2_M2 = 0.03  # coldest surface, for each m² of floor
_WALL_DRYING_DAYS = (2.0, 4.5)

# 800 W/m² on a south window in full sun; frame 0.7, glass 0.63, curtains and reveals 0.6.
_SUN_W_M2 = 210.0
_ORIENTATION = (0.25, 1.0)
_BOTH_SIDES = 1.25  # rooms on the two sides of a home share the sun

_LITRES_A_PERSON_S = 5.0  # with less, people open trickle vents for good
_LEAK_FLOOR_1_H = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fabric:
    """(homes, rooms) unless said."""

    age: Ints
    """Index into `ages.AGES`, (homes,)."""
    dwelling: Ints
    """A `Dwelling`, (homes,)."""
    floor_area_m2: Floats
    """(homes,)"""
    volume_m3: Floats
    air_capacity_j_k: Floats
    fabric_capacity_j_k: Floats
    air_to_fabric_w_k: Floats
    fabric_to_outdoors_w_k: Floats
    """Walls, roof, floor and thermal bridges, from the fabric node."""
    glass_w_k: Floats
    """Windows, from the air node."""
    partition_w_k: Floats
    """From the fabric of each room to that of the others."""
    partition_share: Floats
    """Each room's part in what the others get."""
    mixing_m3_s: Floats
    infiltration_m3_s: Floats
    """Air that leaks in at 4 m/s of wind and 10 K."""
    stack_share: Floats
    """Part of it that warmth drives and not the wind, (homes,)."""
    surface_buffer_kg: Floats
    """Water that the skin of walls and furnishings takes from 0 to 100 % humidity."""
    deep_buffer_kg: Floats
    buffer_m3_s: Floats
    """Air from which the skin takes its vapour."""
    deep_kg_s: Floats
    """Flow from skin to depth for a difference of 100 % humidity."""
    pane_m3_s: Floats
    """Air from which window panes take vapour while they are below its dew point."""
    pane_f_rsi: Floats
    film_max_kg: Floats
    cold_surface_m3_s: Floats
    """Air from which the coldest surface takes vapour while it is below its dew point."""
    wall_drying_s: Floats
    """Time in which a wet wall dries to a third."""
    f_rsi: Floats
    window_w: Floats
    """Sun through the windows at full sun."""

    @property
    def heat_loss_w_k(self) -> Floats:
        """Loss of each room with its usual air, (homes, rooms)."""
        walls = 1.0 / (1.0 / self.fabric_to_outdoors_w_k + 1.0 / self.air_to_fabric_w_k)
        return walls + self.glass_w_k + HEAT_OF_AIR_J_M3_K * self.infiltration_m3_s

    @property
    def time_constant_h(self) -> Floats:
        """Hours in which each home, unheated, cools to a third of its excess, (homes,)."""
        direct = self.glass_w_k + HEAT_OF_AIR_J_M3_K * self.infiltration_m3_s
        follows, loss_w_k = _cooling(self.fabric_to_outdoors_w_k, self.air_to_fabric_w_k, direct)
        held = (self.fabric_capacity_j_k + follows * self.air_capacity_j_k).sum(axis=1)
        hours: Floats = held / loss_w_k / 3600.0
        return hours


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the other properties follow from."""

    age: Ints
    dwelling: Ints
    area_m2: Floats
    """(homes,)"""
    room_m2: Floats
    outer: Floats
    """How much of an outer wall each room has, of what its floor would say."""


def draw_fabric(
    homes: range, household: Household, *, seed: int, chosen: Mapping[str, Floats]
) -> Fabric:
    """The fabric of these homes."""
    share = shares(seed, Subject.FABRIC, homes, (32,))
    plan = _plan(share, household)
    window_m2 = plan.room_m2 * _between(*_WINDOW_SHARE, share[:, 6:7])
    window_m2[:, BATHROOM] = plan.room_m2[:, BATHROOM] * _BATHROOM_WINDOW_SHARE
    volume = HEIGHT_M * plan.room_m2
    coupling = _COUPLING_W_M3_K * volume
    pane_w_m2_k = _by_age(plan, "window_w_m2_k", share[:, 7])[:, None]
    walls = _walls_w_k(plan, window_m2, share)
    leaks = _leaks_1_h(plan, household, share)[:, None] * volume / 3600.0
    # The U-values count from the air; the coupling lies in series.
    outer = 1.0 / (1.0 / np.maximum(walls, 1.0) - 1.0 / coupling)
    direct = pane_w_m2_k * window_m2 + HEAT_OF_AIR_J_M3_K * leaks
    light = HEAT_OF_AIR_J_M3_K * _AIR_FACTOR * volume
    partition = _PARTITION_W_M3_K * volume
    doors = _between(*_DOOR_CHANGES_1_H, share[:, 8:9]) * volume / 3600.0
    doors[:, BATHROOM] *= _BATHROOM_DOOR_FACTOR
    return Fabric(
        age=plan.age,
        dwelling=plan.dwelling,
        floor_area_m2=plan.area_m2,
        volume_m3=volume,
        air_capacity_j_k=light,
        fabric_capacity_j_k=_capacity_j_k(plan, light, _cooling(outer, coupling, direct), share),
        air_to_fabric_w_k=coupling,
        fabric_to_outdoors_w_k=outer,
        glass_w_k=pane_w_m2_k * window_m2,
        partition_w_k=partition,
        partition_share=partition / partition.sum(axis=1, keepdims=True),
        mixing_m3_s=doors,
        infiltration_m3_s=leaks,
        stack_share=_STACK_SHARE[plan.dwelling],
        pane_m3_s=_MASS_TRANSFER_M_S * window_m2,
        pane_f_rsi=np.repeat(1.0 - _INNER_RESISTANCE_M2_K_W * pane_w_m2_k, len(ROOMS), axis=1),
        film_max_kg=_FILM_KG_M2 * window_m2,
        cold_surface_m3_s=_MASS_TRANSFER_M_S * _COLD_SURFACE_M2_M2 * plan.room_m2,
        wall_drying_s=86400.0
        * np.repeat(_between(*_WALL_DRYING_DAYS, share[:, 9:10]), len(ROOMS), axis=1),
        f_rsi=_f_rsi(plan, chosen["f_rsi"], share),
        window_w=_SUN_W_M2 * window_m2 * _orientation(share),
        **_buffers(volume, share),
    )


def _between(lowest: float, highest: float, share: Floats) -> Floats:
    return lowest + (highest - lowest) * share


def _by_age(plan: _Plan, name: str, share: Floats) -> Floats:
    """A property spread evenly between the ends that each home's age gives, (homes,)."""
    ends = np.array([getattr(age, name) for age in AGES])
    return _between(ends[plan.age, 0], ends[plan.age, 1], share)


def _plan(share: Floats, household: Household) -> _Plan:
    ages = np.cumsum([age.share for age in AGES])
    age = np.minimum(np.searchsorted(ages, share[:, 0], side="right"), len(AGES) - 1)
    kinds = np.cumsum(_DWELLING_SHARES)
    dwelling = np.minimum(np.searchsorted(kinds, share[:, 1], side="right"), len(kinds) - 1)
    alone = _between(*_AREA_ALONE_M2, share[:, 2])
    area = np.clip(alone + _AREA_A_PERSON_M2 * (household.people - 1.0), *AREA_M2)
    bathroom = _between(*_BATHROOM_M2, share[:, 3])
    bedroom = _between(*_BEDROOM_SHARE, share[:, 4]) * (area - bathroom)
    outer = np.ones((share.shape[0], len(ROOMS)))
    outer[:, BATHROOM] = _between(*_BATHROOM_OUTER_SHARE, share[:, 5])
    return _Plan(
        age=age.astype(np.int64),
        dwelling=dwelling.astype(np.int64),
        area_m2=area,
        room_m2=np.stack([area - bathroom - bedroom, bedroom, bathroom], axis=1),
        outer=outer,
    )


def _walls_w_k(plan: _Plan, window_m2: Floats, share: Floats) -> Floats:
    """Walls, roof, ground floor and thermal bridges of each room, counted from its air."""
    storeys = _STOREYS[plan.dwelling]
    footprint = plan.area_m2 / storeys
    facade = _SIDES[plan.dwelling] * np.sqrt(footprint) * HEIGHT_M * storeys
    roof, ground = _ROOF[plan.dwelling] * footprint, _GROUND[plan.dwelling] * footprint
    opaque = np.maximum(facade - window_m2.sum(axis=1), 0.3 * facade)
    bridges = np.array([age.bridges_w_m2_k for age in AGES])[plan.age]
    loss = (
        _by_age(plan, "wall_w_m2_k", share[:, 10]) * opaque
        + _by_age(plan, "roof_w_m2_k", share[:, 11]) * roof
        + _by_age(plan, "floor_w_m2_k", share[:, 12]) * ground
        + bridges * (facade + roof + ground)
    )
    part = plan.room_m2 * plan.outer
    each: Floats = loss[:, None] * part / part.sum(axis=1, keepdims=True)
    return each


def _leaks_1_h(plan: _Plan, household: Household, share: Floats) -> Floats:
    """Air changes an hour, (homes,): by age, and enough for the people."""
    drawn = _by_age(plan, "leaks_1_h", share[:, 13])
    needed = 3.6 * _LITRES_A_PERSON_S * household.people / (HEIGHT_M * plan.area_m2)
    return np.maximum(np.maximum(drawn, needed), _LEAK_FLOOR_1_H)


def _cooling(outer: Floats, coupling: Floats, direct: Floats) -> tuple[Floats, Floats]:
    """What the air of an unheated room keeps of the fabric's excess, and what its home then loses.

    Shapes (homes, rooms), from 0 to 1, and (homes,), in W per kelvin of the fabric's excess.
    """
    follows = coupling / (coupling + direct)
    return follows, (outer + follows * direct).sum(axis=1)


def _capacity_j_k(
    plan: _Plan, light_j_k: Floats, cooling: tuple[Floats, Floats], share: Floats
) -> Floats:
    """Fabric capacity of each room, such that the home's time constant is a real one."""
    follows, loss_w_k = cooling
    whole = _by_age(plan, "mass_j_m2_k", share[:, 14]) * plan.area_m2
    shortest, longest = (3600.0 * hours * loss_w_k for hours in _TIME_CONSTANT_H)
    heavy = np.clip(whole, shortest, longest) - (follows * light_j_k).sum(axis=1)
    each: Floats = heavy[:, None] * light_j_k / light_j_k.sum(axis=1, keepdims=True)
    return each


def _f_rsi(plan: _Plan, chosen: Floats, share: Floats) -> Floats:
    """Of the coldest surface of each room: a home's own level, and rooms that differ."""
    level = _by_age(plan, "f_rsi", share[:, 15])[:, None]
    drawn = np.clip(level + _between(-0.05, 0.05, share[:, 16:19]), 0.5, 0.95)
    return np.where(np.isnan(chosen)[:, None], drawn, chosen[:, None])


def _orientation(share: Floats) -> Floats:
    """Share of a south window's sun that each room's windows get."""
    front = _between(*_ORIENTATION, share[:, 19])
    back = _BOTH_SIDES - front
    own = np.where(share[:, 20] < 0.5, front, back)
    return np.stack([front, own, back], axis=1)


def _buffers(volume: Floats, share: Floats) -> dict[str, Floats]:
    """How much moisture walls and furnishings hold, and how fast they take it."""
    skin = _between(*_SKIN_KG_M3, share[:, 21:22]) * volume
    deep = skin * _between(*_DEEP_FACTOR, share[:, 22:23])
    days = _between(*_DEEP_DAYS, share[:, 23:24])
    changes = _between(*_SKIN_VOLUMES_1_H, share[:, 24:25])
    # The bathroom is tiled: its towels and ceiling take up half as much.
    tiled = np.array([1.0, 1.0, 0.5])
    return {
        "surface_buffer_kg": skin * tiled,
        "deep_buffer_kg": deep * tiled,
        "buffer_m3_s": changes * volume * tiled / 3600.0,
        "deep_kg_s": deep * tiled / (days * 86400.0),
    }
