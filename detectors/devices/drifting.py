"""Drifting: a sensor whose temperature and humidity creep away from the rest of its home.

Rooms of one home share their air, so that their vapour goes up and down together, and their
temperatures nearly so. Heating one room more makes it warmer and no damper, a leak makes it damper
and no warmer: where both creep up for weeks, the sensor does. `docs/detectors/drifting.md` explains
it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.beside import home_of, home_sum, mean_of_others
from detectors.daily import DayFrame
from detectors.devices.verdicts import highest_of_days, judged
from detectors.judgement import NOTHING, Judgement, Rules
from detectors.windows import delayed, held, trailing_mean, trailing_sum

NAME = "drifting"

DAYS = 28
KNOWN_MIN = 18  # days of them with somebody at home (own)
RISE_MIN_K, RISE_MAX_K = 0.3, 2.5  # in DAYS; sensors differ by 0.3 K when new, and age slowly (own)
RISE_MIN_LN = 0.08  # of vapour, about 4 % of humidity: a sound sensor is within 2 to 3 % (own)
T_MIN = 2.0  # standard errors, of either (own)
T_SUM_MIN = 6.0  # and of both together (own)
T_VISIT, T_SUM_VISIT = 3.0, 7.0  # before anybody is sent (own)
CORRELATED_DAYS = 3.0  # a change of weather or of habits lasts about so long (own)
STEP_SHARE_MAX_K = 0.6  # of the rise from three days to the next: more is a step (own)
STEP_SHARE_VISIT_K = 0.5
STEP_SHARE_MAX_LN = 0.9  # vapour is restless (own)
STEP_DAYS = 3
OUTDOOR_WEIGHT_K2 = 4.0  # the weather must vary by 2 K before anything is put down to it (own)
VISIT_LN = 0.2  # 10 % of humidity in four weeks is of no use; less can wait for a visit (own)
OTHER_SENSOR_PCT = 3.0  # of charge from a day to the next: another sensor (own)
NEW_BATTERY_PCT = 90.0  # a gauge that has just been given one says so or more (own)
CHARGE_DAYS = 3  # a charge that was told longer ago is not today's (own)
HOLD_SHARE = 0.5
EVEN_T = 4.0  # of the sum: at which it is even money (own)

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(days=1),
    clear=timedelta(days=7),
    lookback=timedelta(days=DAYS + CHARGE_DAYS + 1),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Creep:
    """How far a room has crept away from its home within DAYS, (rows, days); NaN: not known."""

    rise: Floats
    t: Floats
    step: Floats


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day on rooms with another beside them; needs `beside_` features
    and `device_battery_pct`.

    Days on which nobody seems to be at home are left out: rooms then settle to what they lose.
    """
    homes = home_of(frame.rows)
    occupied = home_sum(np.nan_to_num(frame["beside_bursts"]), homes) > 0
    vapour = frame["beside_vapour_pa"]
    logarithm = np.log(vapour, where=vapour > 0, out=np.full(vapour.shape, np.nan))
    warmth_k = _beside_home(frame["beside_temp_c"], homes, occupied)
    damp_ln = _beside_home(logarithm, homes, occupied)
    warmth, damp = _creeps((warmth_k, damp_ln), frame["beside_outdoor_c"])
    steady = (warmth.step <= STEP_SHARE_MAX_K * warmth.rise) & (
        damp.step <= STEP_SHARE_MAX_LN * damp.rise
    )
    least, both = np.minimum(warmth.t, damp.t), warmth.t + damp.t
    creeps = (least >= T_MIN) & (both >= T_SUM_MIN)
    sure = (least >= T_VISIT) & (both >= T_SUM_VISIT)
    sure &= warmth.step <= STEP_SHARE_VISIT_K * warmth.rise
    far = (warmth.rise >= RISE_MIN_K) & (warmth.rise <= RISE_MAX_K) & (damp.rise >= RISE_MIN_LN)
    visit = sure & (damp.rise >= VISIT_LN)
    severity = np.where(visit, int(Severity.MEDIUM), int(Severity.LOW))
    changed = highest_of_days(_other_sensor(frame["device_battery_pct"], homes), DAYS) > 0
    total = np.nan_to_num(np.maximum(both, 0.0))
    return judged(
        frame,
        detector=NAME,
        severity=np.where(creeps & far & steady & ~changed, severity, NOTHING),
        known=~np.isnan(both),
        holds=(warmth.rise >= HOLD_SHARE * RISE_MIN_K) & (damp.rise >= HOLD_SHARE * RISE_MIN_LN),
        confidence=total**2 / (total**2 + EVEN_T**2),
        since_days=np.array(DAYS),
        evidence={
            "temp_creep_k": warmth.rise,
            "vapour_creep_pct": 100.0 * (np.exp(damp.rise) - 1.0),
            "days": np.full(frame.shape, float(DAYS)),
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    return (
        f"Beside the other rooms the sensor here has crept up by {evidence['temp_creep_k']:.1f} K "
        f"and {evidence['vapour_creep_pct']:.0f} % of vapour in {evidence['days']:.0f} days. A "
        "room that is heated more gets drier, not damper, so it is probably the sensor that ages."
    )


def _other_sensor(charge_pct: Floats, homes: Integers) -> Floats:
    """1 on days on which a charge says that another sensor hangs here; (rows, days).

    It has leapt, and not to that of a new battery, which may be in the same sensor; or another one
    of the home has leapt too, as where two change places.
    """
    charge = held(charge_pct, limit=CHARGE_DAYS)
    leapt = np.abs(charge - delayed(charge, 1)) >= OTHER_SENSOR_PCT
    elsewhere = home_sum(leapt, homes) - leapt
    moved = leapt & ((charge < NEW_BATTERY_PCT) | (elsewhere > 0))
    other: Floats = moved.astype(np.float64)
    return other


def _beside_home(values: Floats, homes: Integers, where: Booleans) -> Floats:
    """By how much a row lies above the mean of the other rows of its home; NaN without any."""
    return np.where(where, values - mean_of_others(values, homes), np.nan)


def _creeps(levels: tuple[Floats, Floats], outdoor_c: Floats) -> list[_Creep]:
    """Least squares of the last DAYS on time and on the weather, on days on which all is known."""
    known = ~np.isnan(levels[0] + levels[1] + outdoor_c)
    x = np.where(known, np.arange(known.shape[1], dtype=np.float64), 0.0)
    w = np.where(known, outdoor_c, 0.0)

    def total(product: Floats | Booleans) -> Floats:
        return trailing_sum(product, DAYS)

    count = total(known)
    n = np.maximum(count, 1.0)
    sx, sw = total(x), total(w)
    xx, ww = total(x * x) - sx * sx / n, total(w * w) - sw * sw / n + OUTDOOR_WEIGHT_K2
    xw = total(x * w) - sx * sw / n
    determinant = xx * ww - xw * xw
    enough = (count >= KNOWN_MIN) & (determinant > 0)
    determinant = np.where(enough, determinant, np.nan)
    creeps = []
    for level in levels:
        y = np.where(known, level, 0.0)
        sy = total(y)
        xy, wy = total(x * y) - sx * sy / n, total(w * y) - sw * sy / n
        slope = (xy * ww - wy * xw) / determinant
        answer = (wy * xx - xy * xw) / determinant
        unexplained = np.maximum(total(y * y) - sy * sy / n - slope * xy - answer * wy, 1e-9)
        error = np.sqrt(unexplained / np.maximum(n - 3, 1) * CORRELATED_DAYS * ww / determinant)
        creeps.append(_Creep(rise=slope * DAYS, t=slope / error, step=_step(level)))
    return creeps


def _step(level: Floats) -> Floats:
    """The largest rise within DAYS from some days to those after them; 0 where nothing is known."""
    mean = trailing_mean(level, STEP_DAYS)
    return highest_of_days(mean - delayed(mean, STEP_DAYS), DAYS - STEP_DAYS)
