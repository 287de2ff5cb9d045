"""The part of homes, boilers and devices that is not always as built.

Faults and oddities act on these arrays; the physics and the sensors read them. Shapes are (homes,)
or (homes, rooms). They are worked out afresh from what is in force, never carried on.
"""

from dataclasses import dataclass

import numpy as np

from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Floats, Ints


@dataclass(slots=True, kw_only=True)
class HomeEffects:
    """What rooms and people do differently."""

    made_factor: Floats
    """Times the vapour that people make, (homes, rooms)."""
    vapour_kg_s: Floats
    """Vapour from elsewhere: laundry, a flueless heater, a tank, (homes, rooms)."""
    wall_leak_kg_s: Floats
    """Water that a plumbing leak puts into the walls, (homes, rooms)."""
    rain_gain_kg_mm: Floats
    """Water that a wall takes up for each millimetre of rain, (homes, rooms)."""
    air_factor: Floats
    """Times the usual exchange with outdoors, (homes, rooms)."""
    f_rsi: Floats
    """Temperature factor of each room's coldest surface, (homes, rooms)."""
    loss_factor: Floats
    """Times the usual heat loss of the fabric, (homes, rooms)."""
    heat_w: Floats
    """Heat that nobody asked for, (homes, rooms)."""
    set_point_max_c: Floats
    """(homes,)"""


@dataclass(slots=True, kw_only=True)
class BoilerEffects:
    """What boilers and their water do differently; (homes,)."""

    leak_bar_day: Floats
    fill_bar_day: Floats
    """A filling loop that lets by."""
    vessel_share: Floats
    """Gas left in the expansion vessel, of that of a sound one: 1 to 0.05."""
    pump_share: Floats
    """Flow that the pump still gives, 1 to 0."""
    diverter: Ints
    """0 follows its motor, 1 stuck on heating, 2 stuck on hot water."""
    ignition_fail_share: Floats
    """Attempts to light that fail, 0 to 1."""
    flame_current_factor: Floats
    locked: Bools
    """A lockout that no reset clears."""
    power_share: Floats
    """Greatest power left, of that as built."""
    deaf: Bools
    """Heat is called for and the boiler does not answer (wiring, board, receiver)."""
    scale_k: Floats
    """How much hotter the flow must be than sound for the same hot water (a furred plate)."""
    lowest_power_factor: Floats
    """Times the lowest power at which it can burn: cannot modulate, far too large, starved."""
    bypass_share: Floats
    """Flow that returns without having passed a radiator."""
    flow_target_up_k: Floats
    condensate_exposed: Bools
    """Its condensate pipe runs outdoors and freezes."""
    kettling: Floats
    """Scale in the main exchanger, 0 to 1: the water boils in places."""
    flow_sensor_bias_k: Floats
    return_sensor_bias_k: Floats
    flow_sensor_open: Bools
    """Open circuit: reads -40 °C."""
    flow_sensor_stuck: Bools


@dataclass(slots=True, kw_only=True)
class DeviceEffects:
    """What sensors and their radio do differently."""

    room_silent: Bools
    """(homes, rooms); likewise below, unless said."""
    boiler_silent: Bools
    """(homes,)"""
    gateway_down: Bools
    """Nothing of this home comes through, (homes,)."""
    room_flaps: Floats
    """Share of the time for which it is away, in stretches of minutes; 0 steady."""
    implausible_share: Floats
    """Readings that cannot be: 999 °C, 0 %."""
    stuck: Bools
    railed_low: Bools
    railed_high: Bools
    drift_humidity_pct: Floats
    drift_temp_k: Floats
    clock_ahead_s: Floats
    """How far ahead (or behind) its clock is, (homes, rooms)."""
    boiler_clock_ahead_s: Floats
    """(homes,)"""
    battery_less_pct: Floats
    telemetry_frozen: Bools
    """The boiler's adapter repeats its last record, (homes,)."""
    sits_in: Ints
    """The room whose air each sensor measures: its own, unless it was moved."""
    said_to_be_in: Ints
    """The room under which each sensor's readings are filed."""
    battery_new_minute: Ints
    """When its battery was last exchanged (since 1970-01-01 UTC); 0 in the first one's life."""


@dataclass(slots=True, kw_only=True)
class Effects:
    """Everything that is in force at one instant."""

    home: HomeEffects
    boiler: BoilerEffects
    devices: DeviceEffects


def none_at_work(homes: Homes) -> Effects:
    """The effects in homes where everything is as built."""
    rooms, count = homes.fabric.volume_m3.shape, homes.count
    return Effects(home=_home(homes), boiler=_boiler(count, homes), devices=_devices(rooms, count))


def _home(homes: Homes) -> HomeEffects:
    rooms = homes.fabric.volume_m3.shape
    return HomeEffects(
        made_factor=np.ones(rooms),
        vapour_kg_s=np.zeros(rooms),
        wall_leak_kg_s=np.zeros(rooms),
        rain_gain_kg_mm=np.zeros(rooms),
        air_factor=np.ones(rooms),
        f_rsi=homes.fabric.f_rsi.copy(),
        loss_factor=np.ones(rooms),
        heat_w=np.zeros(rooms),
        set_point_max_c=np.full(homes.count, 99.0),
    )


def _boiler(count: int, homes: Homes) -> BoilerEffects:
    no = np.zeros(count, dtype=np.bool_)
    return BoilerEffects(
        leak_bar_day=np.zeros(count),
        fill_bar_day=np.zeros(count),
        vessel_share=np.ones(count),
        pump_share=np.ones(count),
        diverter=np.zeros(count, dtype=np.int64),
        ignition_fail_share=homes.plant.ignition_fail_share.copy(),
        flame_current_factor=np.ones(count),
        locked=no.copy(),
        power_share=np.ones(count),
        deaf=no.copy(),
        scale_k=np.zeros(count),
        lowest_power_factor=np.ones(count),
        bypass_share=np.zeros(count),
        flow_target_up_k=np.zeros(count),
        condensate_exposed=no.copy(),
        kettling=np.zeros(count),
        flow_sensor_bias_k=np.zeros(count),
        return_sensor_bias_k=np.zeros(count),
        flow_sensor_open=no.copy(),
        flow_sensor_stuck=no.copy(),
    )


def _devices(rooms: tuple[int, ...], count: int) -> DeviceEffects:
    return DeviceEffects(
        room_silent=np.zeros(rooms, dtype=np.bool_),
        boiler_silent=np.zeros(count, dtype=np.bool_),
        gateway_down=np.zeros(count, dtype=np.bool_),
        room_flaps=np.zeros(rooms),
        implausible_share=np.zeros(rooms),
        stuck=np.zeros(rooms, dtype=np.bool_),
        railed_low=np.zeros(rooms, dtype=np.bool_),
        railed_high=np.zeros(rooms, dtype=np.bool_),
        drift_humidity_pct=np.zeros(rooms),
        drift_temp_k=np.zeros(rooms),
        clock_ahead_s=np.zeros(rooms),
        boiler_clock_ahead_s=np.zeros(count),
        battery_less_pct=np.zeros(rooms),
        telemetry_frozen=np.zeros(count, dtype=np.bool_),
        sits_in=np.broadcast_to(np.arange(rooms[1]), rooms).copy(),
        said_to_be_in=np.broadcast_to(np.arange(rooms[1]), rooms).copy(),
        battery_new_minute=np.zeros(rooms, dtype=np.int64),
    )
