"""Three simple rules that homes are watched by today, to be beaten: frames in, episodes out.

Each alerts once for a home and place while its condition is true, and clears when it has been false
for a day. What is not measured neither raises nor clears.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from core.findings import Episode, Severity
from detectors.arrays import Booleans, Floats
from detectors.episodes import came_after, episodes_from
from detectors.frame import BoilerFrame, Frame, RoomFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.watch import Stood

HUMIDITY_PCT = 70.0
INDICATOR_PCT = 80.0
PRESSURE_BAR = 0.8
ROUNDING_BAR = 1e-3  # 0.8 in single precision is not below 0.8

F_RSI_ASSUMED = 0.75  # BRE IP 1/06: what the indicator is calibrated to where nobody measured

# Magnus, as Home Assistant's mold_indicator has it.
_K2, _K3_C = 17.62, 243.12
_DEW_POINT_OF_DRY_AIR_C = -50.0

_RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(0),
    clear=timedelta(days=1),
    lookback=timedelta(days=1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A rule, the detector under whose name it alerts, and what it looks at."""

    name: str
    detector: str
    of_rooms: Callable[[RoomFrame], Judgement] | None = None
    of_boilers: Callable[[BoilerFrame], Judgement] | None = None


@dataclass(slots=True)
class BaselineWatch:
    """A rule over homes that stay the same, stretch after stretch."""

    baseline: Baseline
    _stood: Stood | None = None
    _over: list[Episode] = field(default_factory=list)

    def take(self, rooms: RoomFrame, boilers: BoilerFrame) -> None:
        """Judge the stretch that comes next."""
        if self.baseline.of_rooms is not None:
            self._judged(self.baseline.of_rooms(rooms))
        if self.baseline.of_boilers is not None:
            self._judged(self.baseline.of_boilers(boilers))

    def episodes(self) -> list[Episode]:
        """All that was told so far."""
        return [*self._over, *(self._stood.open.values() if self._stood else ())]

    def _judged(self, judgement: Judgement) -> None:
        stood = self._stood or Stood.none(len(judgement.rows))
        told, after_each = episodes_from(judgement, _RULES, stood.standing, stood.open, stood.came)
        self._over += [one for _, one in told if one.cleared_at is not None]
        still = {row: one for row, one in told if one.cleared_at is None}
        self._stood = Stood(
            standing=after_each.after(-1), open=still, came=came_after(stood.came, told)
        )


def humid(frame: RoomFrame) -> Judgement:
    """True while the air of a room is more humid than HUMIDITY_PCT."""
    humidity = frame["rel_humidity_pct"]
    return _judgement(frame, humidity > HUMIDITY_PCT, humidity, "mould_risk", "rel_humidity_pct")


def indicated(frame: RoomFrame) -> Judgement:
    """True while Home Assistant's mould indicator of a room is above INDICATOR_PCT.

    Calibrated by the home's fRsi, F_RSI_ASSUMED where it is not known.
    """
    f_rsi = np.where(np.isnan(frame.f_rsi), F_RSI_ASSUMED, frame.f_rsi)
    indicator = mould_indicator_pct(
        frame["air_temp_c"],
        frame["rel_humidity_pct"],
        frame.outdoor_temp_c,
        1.0 / f_rsi[:, np.newaxis],
    )
    return _judgement(frame, indicator > INDICATOR_PCT, indicator, "mould_risk", "indicator_pct")


def low(frame: BoilerFrame) -> Judgement:
    """True while the water pressure is below PRESSURE_BAR."""
    pressure = frame["pressure_bar"]
    under = pressure < PRESSURE_BAR - ROUNDING_BAR
    return _judgement(frame, under, pressure, "low_pressure", "pressure_bar")


BASELINES = (
    Baseline(name="humidity > 70 %", detector="mould_risk", of_rooms=humid),
    Baseline(name="Home Assistant's indicator > 80 %", detector="mould_risk", of_rooms=indicated),
    Baseline(name="pressure < 0.8 bar", detector="low_pressure", of_boilers=low),
)


def mould_indicator_pct(
    air_temp_c: Floats,
    rel_humidity_pct: Floats,
    outdoor_temp_c: Floats,
    calibration_factor: Floats | float,
) -> Floats:
    """Home Assistant's mould indicator in whole per cent, 0 to 100; NaN where it is unavailable.

    The humidity at the coldest surface, whose temperature lies 1/`calibration_factor` of the way
    from outdoors to the room. Unavailable without one of its inputs, with a humidity outside 0 to
    100 and with a factor of 0. Source: homeassistant/components/mold_indicator/sensor.py.

    >>> mould_indicator_pct(np.array([20.0]), np.array([50.0]), np.array([10.0]), 2.0)
    array([68.])
    """
    factor = np.where(np.asarray(calibration_factor) == 0, np.nan, calibration_factor)
    possible = (rel_humidity_pct >= 0) & (rel_humidity_pct <= 100)
    dew_c = _dew_point_c(
        air_temp_c.astype(np.float64), np.where(possible, rel_humidity_pct, np.nan)
    )
    surface_c = outdoor_temp_c + (air_temp_c - outdoor_temp_c) / factor
    alpha, beta = _alpha_beta(surface_c)
    indicator = 100.0 * np.exp((dew_c * beta - _K3_C * alpha) / (dew_c + _K3_C))
    whole: Floats = np.trunc(np.clip(indicator, 0.0, 100.0))
    return whole


def _dew_point_c(temp_c: Floats, humidity_pct: Floats) -> Floats:
    alpha, beta = _alpha_beta(temp_c)
    wet = humidity_pct > 0
    log = np.log(np.where(wet, humidity_pct, np.nan) / 100.0)
    dew_c = _K3_C * (alpha + log) / (beta - log)
    return np.where(humidity_pct == 0, _DEW_POINT_OF_DRY_AIR_C, dew_c)


def _alpha_beta(temp_c: Floats) -> tuple[Floats, Floats]:
    return _K2 * temp_c / (_K3_C + temp_c), _K2 * _K3_C / (_K3_C + temp_c)


def _judgement(
    frame: Frame, true: Booleans, measured: Floats, detector: str, quantity: str
) -> Judgement:
    severity = np.where(true, np.int8(Severity.MEDIUM), np.int8(NOTHING))
    severity[np.isnan(measured)] = UNKNOWN
    return Judgement(
        detector=detector,
        rows=frame.rows,
        start=frame.start,
        step_s=frame.step_s,
        severity=severity,
        holds=true,
        confidence=np.ones(frame.shape, dtype=np.float32),
        onset=np.broadcast_to(np.arange(frame.steps), frame.shape),
        evidence={quantity: measured},
        sentence=_sentence,
    )


def _sentence(evidence: Mapping[str, float]) -> str:
    [(quantity, value)] = evidence.items()
    return f"{quantity} is {value:g}."
