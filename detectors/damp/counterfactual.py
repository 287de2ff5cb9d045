"""What would change the outlook: the same fortnight warmer, better aired, or with a warmer wall."""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Floats
from detectors.damp.f_rsi import Factor
from detectors.damp.outlook import DAYS, GROWTH_POWER, Outlook
from detectors.damp.score import score
from detectors.frame import Frame
from detectors.humidity import saturation_pressure_pa
from detectors.mould import SENSITIVITIES, critical_humidity_pct
from detectors.windows import trailing_mean

WARM_C = 18.0  # the least that is healthy (WHO, HHSRS)
AIR_TIMES = 2.0
SOUND_F_RSI = 0.9  # an insulated corner (detection.md 1.3: U 0.3 and less)
SWING_PCT = 4.0  # hours of a day lie so far above its mean: below the limit less this none grows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counterfactual:
    """Surface humidity [%] now and if, means of a fortnight, and the scores if; (rows, days)."""

    now_pct: Floats
    warmer_pct: Floats
    aired_pct: Floats
    usual_wall_pct: Floats
    warmer_score: Floats
    aired_score: Floats
    insulated_score: Floats


def counterfactual(
    frame: Frame, factor: Factor, now: Outlook, f_rsi_usual: float
) -> Counterfactual:
    """The fortnight up to each day with one thing changed and the rest as it was.

    Warmer: the room at WARM_C with its vapour (a warmer room stays as it is). Aired: AIR_TIMES the
    air change, so its excess over outdoors divided by that. Insulated: fRsi at SOUND_F_RSI. A score
    if is that of a clean surface, four weeks on.
    """
    air_c, outdoor_c, vapour_pa, excess_pa = (
        trailing_mean(frame[f"damp_{name}"], DAYS)
        for name in ("air_temp_c", "outdoor_temp_c", "vapour_pa", "excess_pa")
    )

    def surface(air: Floats, pressure: Floats, f_rsi: Floats) -> tuple[Floats, Floats]:
        temp_c = outdoor_c + f_rsi * (air - outdoor_c)
        return temp_c, 100.0 * pressure / saturation_pressure_pa(temp_c)

    _, now_pct = surface(air_c, vapour_pa, factor.f_rsi)
    warmer = surface(np.maximum(air_c, WARM_C), vapour_pa, factor.f_rsi)
    less_pa = (1.0 - 1.0 / AIR_TIMES) * np.maximum(excess_pa, 0.0)
    aired = surface(air_c, vapour_pa - less_pa, factor.f_rsi)
    insulated = surface(air_c, vapour_pa, np.maximum(factor.f_rsi, SOUND_F_RSI))
    usual = surface(air_c, vapour_pa, np.maximum(factor.f_rsi, f_rsi_usual))
    return Counterfactual(
        now_pct=now_pct,
        warmer_pct=warmer[1],
        aired_pct=aired[1],
        usual_wall_pct=usual[1],
        warmer_score=_score(warmer, now_pct, now),
        aired_score=_score(aired, now_pct, now),
        insulated_score=_score(insulated, now_pct, now),
    )


def _score(surface: tuple[Floats, Floats], now_pct: Floats, now: Outlook) -> Floats:
    temp_c, pct = surface
    least = critical_humidity_pct(
        temp_c, humidity_min_pct=SENSITIVITIES["sensitive"].humidity_min_pct
    )
    slower = np.clip(pct / np.maximum(now_pct, 1.0), 0.0, 1.0) ** GROWTH_POWER
    pace_day = np.where(pct + SWING_PCT >= least, np.maximum(now.pace_day, 0.0) * slower, 0.0)
    return score(np.zeros(pct.shape), pace_day, pct)
