"""Every detector with what a runner needs to know of it; a new detector is one line here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from core.quantities import Kind
from detectors import silent
from detectors.boiler import (
    boiler_sensor_fault,
    diverter_stuck_on_heating,
    diverter_stuck_on_hot_water,
    expansion_vessel,
    fast_leak,
    flow_temp_not_reached,
    frozen_condensate,
    high_pressure,
    hot_water_scaling,
    ignition_degrading,
    kettling,
    lockout,
    low_pressure,
    no_heat,
    pump_failure,
    return_too_hot,
    short_cycling,
    slow_leak,
)
from detectors.boiler.burner_day import burner_day
from detectors.boiler.burns_day import burns_day
from detectors.boiler.hot_water_day import hot_water_day
from detectors.boiler.pressure_day import pressure_features
from detectors.boiler.sensors_day import rails_day, sensors_day
from detectors.daily import BoilerParts, DayFrame, RoomParts
from detectors.damp import condensation, mould_risk
from detectors.damp.damp_day import damp_day
from detectors.devices import (
    battery_low,
    clock_wrong,
    drifting,
    flapping,
    implausible,
    railed,
    stuck,
    swapped_rooms,
    telemetry_frozen,
)
from detectors.devices.believed import believed_boilers, believed_rooms
from detectors.devices.beside_day import beside_day
from detectors.devices.device_day import device_day
from detectors.devices.telemetry_day import telemetry_day, warming_day
from detectors.frame import BoilerFrame
from detectors.judgement import Judgement, Rules
from detectors.warmth import excess_cold, high_heat_loss, overheating
from detectors.warmth.warmth_day import boiler_warmth, room_warmth
from detectors.watch import Daily, Fast

VERSION = "3"
"""To be raised when a feature or a verdict on the same data changes: what is kept is void then."""


class _OfDays(Protocol):
    """A module that is a detector of days."""

    NAME: str
    RULES: Rules

    def judge(self, frame: DayFrame, /) -> Judgement: ...


class _OfMinutes(Protocol):
    """A module that is a detector of minutes."""

    NAME: str
    RULES: Rules

    def judge(self, frame: BoilerFrame, /) -> Judgement: ...


def _daily(modules: Iterable[_OfDays]) -> tuple[Daily, ...]:
    return tuple(Daily(one.NAME, one.judge, one.RULES) for one in modules)


def _fast(modules: Iterable[_OfMinutes]) -> tuple[Fast, ...]:
    return tuple(Fast(one.NAME, one.judge, one.RULES) for one in modules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectors:
    """What a runner runs, in its order: of each kind features first, then those of devices.

    `need_rooms` names the detectors whose alerts of boilers rest on the home's rooms as well, and
    may stand only where both may be looked at.
    """

    rooms: RoomParts = field(default_factory=RoomParts)
    boilers: BoilerParts = field(default_factory=BoilerParts)
    room_devices: tuple[Daily, ...] = ()
    room_days: tuple[Daily, ...] = ()
    boiler_devices: tuple[Daily, ...] = ()
    boiler_days: tuple[Daily, ...] = ()
    boiler_minutes: tuple[Fast, ...] = ()
    need_rooms: frozenset[str] = frozenset()

    def names(self, kind: Kind) -> tuple[str, ...]:
        """The names under which alerts of rooms or of boilers are told."""
        if kind is Kind.ROOM:
            return tuple(one.name for one in (*self.room_devices, *self.room_days))
        daily = (one.name for one in (*self.boiler_devices, *self.boiler_days))
        return (*daily, *(one.name for one in self.boiler_minutes))


DETECTORS = Detectors(
    rooms=RoomParts(
        of_devices=(device_day,),
        others=(beside_day, damp_day, room_warmth),
        believed=believed_rooms,
    ),
    boilers=BoilerParts(
        of_devices=(telemetry_day, rails_day),
        others=(
            warming_day,
            pressure_features,
            burner_day,
            burns_day,
            hot_water_day,
            sensors_day,
            boiler_warmth,
        ),
        believed=believed_boilers,
        indoor=frozenset(
            {
                "rest_over_room_k",
                "telemetry_alike",
                "telemetry_lag_h",
                "warmth_cooling_1_h",
                "warmth_emitted",
                "warmth_indoor_c",
            }
        ),
    ),
    room_devices=_daily(
        (
            stuck,
            railed,
            implausible,
            flapping,
            battery_low,
            clock_wrong,
            drifting,
            swapped_rooms,
        )
    ),
    room_days=_daily((mould_risk, condensation, overheating)),
    boiler_devices=(
        *_daily((telemetry_frozen,)),
        Daily(clock_wrong.NAME, clock_wrong.judge_boilers, clock_wrong.RULES),
    ),
    boiler_days=(
        *_daily(
            (
                slow_leak,
                expansion_vessel,
                high_pressure,
                flow_temp_not_reached,
                ignition_degrading,
                boiler_sensor_fault,
                kettling,
                short_cycling,
                return_too_hot,
                hot_water_scaling,
                excess_cold,
            )
        ),
        Daily(high_heat_loss.NAME, high_heat_loss.judge, high_heat_loss.RULES, compares_homes=True),
    ),
    boiler_minutes=_fast(
        (
            low_pressure,
            fast_leak,
            no_heat,
            lockout,
            frozen_condensate,
            pump_failure,
            diverter_stuck_on_heating,
            diverter_stuck_on_hot_water,
        )
    ),
    need_rooms=frozenset({clock_wrong.NAME, excess_cold.NAME, high_heat_loss.NAME}),
)


def names(kind: Kind) -> tuple[str, ...]:
    """The names of the detectors of rooms or boilers; silence is judged by itself."""
    return DETECTORS.names(kind)


def all_detectors() -> tuple[str, ...]:
    """Every name under which an alert may be told, in order of the alphabet."""
    return tuple(sorted({*names(Kind.ROOM), *names(Kind.BOILER), silent.NAME}))
