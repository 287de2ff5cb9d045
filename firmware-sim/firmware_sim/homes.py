"""What each home is made of: rooms, fabric, boiler, people. Arrays over homes, seeded variety.

Shapes: (homes,) or (homes, rooms). A home's values do not depend on how many homes there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from firmware_sim.air import HEAT_OF_AIR_J_M3_K, Floats
from firmware_sim.chance import Subject, draws
from firmware_sim.water import gas_volume_l

ROOMS = ("living room", "bedroom", "bathroom")
LIVING, BEDROOM, BATHROOM = range(3)

# A one- or two-bedroom social flat; the living room stands for kitchen and hall too.
_VOLUME_M3 = np.array([75.0, 32.0, 12.0])
_FABRIC_LOSS_W_K = np.array([42.0, 20.0, 7.0])
_TIME_CONSTANT_H = (24.0, 48.0)  # of the fabric, within the 20 to 60 h of real rooms
_SURFACE_COUPLING_W_M3_K = 8.0  # 5 W/(m² K) over 1.6 m² of surface a m³
_FURNITURE_FACTOR = 6.0  # furniture warms with the air
_MIXING_M3_H = np.array([40.0, 18.0, 12.0])  # through doors, to and from the rest of the home
_BUFFER_KG_M3 = 0.05  # moisture held per m³ of room and unit of relative humidity
_BUFFER_HOURS = 14.0
_GLASS_M2 = np.array([3.0, 1.4, 0.4])
_GLASS_M_S = 0.0025  # mass transfer at a pane: 3 W/(m² K) over the heat of a m³ of air
_NIGHT_DROP_C = 3.5
_HOUSEHOLDS = np.array([1, 1, 2, 2, 2, 3, 3, 4])

PRESSURE_RISE_BAR_K = 0.006  # of a sound sealed system, per kelvin of its water

OVERRIDABLE = ("cold_pressure_bar", "f_rsi", "set_point_c", "people")


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """The unchanging properties of every home of an estate."""

    volume_m3: Floats
    air_capacity_j_k: Floats
    fabric_capacity_j_k: Floats
    air_to_fabric_w_k: Floats
    fabric_to_outdoors_w_k: Floats
    mixing_m3_s: Floats
    buffer_kg: Floats
    buffer_m3_s: Floats
    glass_m3_s: Floats
    """Air from which the windows take vapour while their panes are below its dew point."""
    ventilation_m3_s: Floats
    f_rsi: Floats
    radiator_w_k: Floats
    radiator_valve_c: Floats
    window_w: Floats
    """Sun through the windows at full winter sun."""

    people: Floats
    works: Floats
    """1 where the home is empty on weekdays, else 0."""
    clock_shift_min: Floats
    """How much earlier or later than their neighbours these people live."""
    set_point_c: Floats
    set_back_c: Floats
    drying_kg: Floats
    """Laundry water dried indoors on a drying day."""

    flow_target_c: Floats
    power_min_w: Floats
    power_max_w: Floats
    water_capacity_j_k: Floats
    system_water_l: Floats
    cold_pressure_bar: Floats
    gas_l: Floats
    """Gas in the expansion vessel when the system is cold and full."""
    pump_head_bar: Floats

    @property
    def count(self) -> int:
        """How many homes there are."""
        return int(self.people.size)


def build_homes(
    count: int, *, seed: int, overrides: Mapping[int, Mapping[str, float]] | None = None
) -> Homes:
    """Draw an estate of `count` homes.

    `overrides` gives single homes (by index) a value of `OVERRIDABLE`; others raise KeyError.
    """
    share = draws(seed, Subject.HOMES).random((count, 24))
    chosen = {name: np.full(count, np.nan) for name in OVERRIDABLE}
    for home, values in (overrides or {}).items():
        for name, value in values.items():
            chosen[name][home] = value
    parts = _rooms(share, chosen) | _people(share, chosen) | _boiler(share, chosen)
    return Homes(**{field.name: parts[field.name] for field in fields(Homes)})


def _between(lowest: float, highest: float, share: Floats) -> Floats:
    return lowest + (highest - lowest) * share


def _given(override: Floats, drawn: Floats) -> Floats:
    return np.where(np.isnan(override), drawn, override)


def _household(share: Floats, chosen: Mapping[str, Floats]) -> Floats:
    drawn = _HOUSEHOLDS[(share[:, 0] * len(_HOUSEHOLDS)).astype(np.intp)].astype(np.float64)
    return _given(chosen["people"], drawn)


def _rooms(share: Floats, chosen: Mapping[str, Floats]) -> dict[str, Floats]:
    size = _between(0.85, 1.25, share[:, 1:2])
    loss = _FABRIC_LOSS_W_K * size * _between(0.7, 1.4, share[:, 2:3])
    volume = _VOLUME_M3 * size
    changes_h = _between(0.6, 0.9, share[:, 3:4]) + 0.07 * (_household(share, chosen)[:, None] - 1)
    ventilation = volume * changes_h / 3600.0
    time_constant_s = 3600.0 * _between(*_TIME_CONSTANT_H, share[:, 4:5])
    total = loss + HEAT_OF_AIR_J_M3_K * ventilation
    f_rsi = _given(chosen["f_rsi"], _between(0.76, 0.93, share[:, 5]))
    buffer_kg = _BUFFER_KG_M3 * volume
    design_w = total * 23.0  # 21 °C indoors at -2 °C outdoors
    set_point = _set_point(share, chosen)[:, None]
    return {
        "volume_m3": volume,
        "air_capacity_j_k": HEAT_OF_AIR_J_M3_K * _FURNITURE_FACTOR * volume,
        "fabric_capacity_j_k": total * time_constant_s,
        "air_to_fabric_w_k": _SURFACE_COUPLING_W_M3_K * volume,
        "fabric_to_outdoors_w_k": loss,
        "mixing_m3_s": np.broadcast_to(_MIXING_M3_H / 3600.0, volume.shape).copy(),
        "buffer_kg": buffer_kg,
        # 0.016 kg/m³: saturated air at 18.5 °C, which turns a content into a relative humidity
        "buffer_m3_s": buffer_kg / (0.016 * _BUFFER_HOURS * 3600.0),
        "glass_m3_s": np.broadcast_to(_GLASS_M2 * _GLASS_M_S, volume.shape).copy(),
        "ventilation_m3_s": ventilation,
        "f_rsi": np.repeat(f_rsi[:, None], len(ROOMS), axis=1),
        "radiator_w_k": _between(1.5, 2.0, share[:, 6:7]) * design_w / 35.0,
        # The room with the thermostat has no valve of its own: its valve never closes.
        "radiator_valve_c": set_point + np.array([10.0, -0.8, 1.0]),
        "window_w": np.array([450.0, 180.0, 0.0]) * _between(0.5, 1.2, share[:, 7:8]),
    }


def _set_point(share: Floats, chosen: Mapping[str, Floats]) -> Floats:
    return _given(chosen["set_point_c"], _between(19.5, 21.5, share[:, 8]))


def _people(share: Floats, chosen: Mapping[str, Floats]) -> dict[str, Floats]:
    set_point = _set_point(share, chosen)
    return {
        "people": _household(share, chosen),
        "works": (share[:, 9] < 0.55).astype(np.float64),
        "clock_shift_min": np.round(_between(-60.0, 60.0, share[:, 10])),
        "set_point_c": set_point,
        "set_back_c": set_point - _NIGHT_DROP_C,
        "drying_kg": _between(0.0, 1.0, share[:, 11]),
    }


def _boiler(share: Floats, chosen: Mapping[str, Floats]) -> dict[str, Floats]:
    water = _between(40.0, 65.0, share[:, 12])
    cold_pressure = _given(chosen["cold_pressure_bar"], _between(1.28, 1.55, share[:, 13]))
    rise = PRESSURE_RISE_BAR_K * _between(0.92, 1.08, share[:, 14])
    power_max = _between(22_000.0, 28_000.0, share[:, 15])
    return {
        "flow_target_c": np.round(_between(52.0, 62.0, share[:, 16])),
        "power_min_w": power_max / _between(5.0, 6.0, share[:, 17]),  # modulates 1:5 to 1:6
        "power_max_w": power_max,
        "water_capacity_j_k": water * 4186.0 + 120_000.0,  # and the steel of the radiators
        "system_water_l": water,
        "cold_pressure_bar": cold_pressure,
        "gas_l": gas_volume_l(system_water_l=water, cold_bar=cold_pressure, rise_bar_k=rise),
        "pump_head_bar": _between(0.2, 0.4, share[:, 18]),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensors:
    """What each sensor adds of its own; constant for its life."""

    temp_offset_k: Floats
    humidity_offset_pct: Floats
    battery_pct: NDArray[np.int64]
    linkquality: NDArray[np.int64]
    send_second: NDArray[np.int64]
    """Second of the minute at which a room sensor speaks, (homes, rooms)."""


def build_sensors(count: int, *, seed: int) -> Sensors:
    """Draw the room sensors of `count` homes, arrays (homes, rooms)."""
    share = draws(seed, Subject.SENSORS).random((count, len(ROOMS), 5))
    return Sensors(
        temp_offset_k=_between(-0.3, 0.3, share[..., 0]),
        humidity_offset_pct=_between(-1.5, 1.5, share[..., 1]),
        battery_pct=np.round(_between(55.0, 100.0, share[..., 2])).astype(np.int64),
        linkquality=np.round(_between(60.0, 200.0, share[..., 3])).astype(np.int64),
        send_second=(share[..., 4] * 60).astype(np.int64),
    )
