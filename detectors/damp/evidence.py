"""The numbers behind a damp alert: of those rooms alone of which something is to be told."""

import numpy as np

from detectors.arrays import Floats
from detectors.damp.building import Building
from detectors.damp.causes import Signs, weights
from detectors.damp.change import BASE_DAYS, RECENT_DAYS
from detectors.damp.counterfactual import WARM_C, Counterfactual, counterfactual
from detectors.damp.f_rsi import Factor
from detectors.damp.moister import Moister
from detectors.damp.outlook import DAYS, Outlook
from detectors.damp.time_criteria import air_criteria, surface_criteria
from detectors.damp.vapour import (
    REFERENCE_OUTDOOR_C,
    Excess,
    class_limit_pa,
    humidity_class,
    regressed_excess,
)
from detectors.frame import Frame
from detectors.humidity import (
    GAS_CONSTANT_WATER_J_KG_K,
    KELVIN_AT_0_C,
    rel_humidity_pct,
    saturation_pressure_pa,
)
from detectors.surface import F_RSI_ASSUMED
from detectors.windows import delayed, ratio, trailing_mean

USUAL_CLASS = 3  # ISO 13788: dwellings
REFERENCE_AIR_C = 20.0
GROWTH_DAYS = 7
SATURATION_PA = float(saturation_pressure_pa(np.array([REFERENCE_AIR_C]))[0])
PA_A_G_M3 = GAS_CONSTANT_WATER_J_KG_K * (KELVIN_AT_0_C + REFERENCE_AIR_C) / 1000.0


def numbers(
    frame: Frame,
    factor: Factor,
    now: Outlook,
    change: Moister,
    fall_k: Floats,
    water: Building,
) -> dict[str, Floats]:
    """All evidence of the mould outlook, (rows, days) by name; NaN where one does not apply."""
    changed = counterfactual(frame, factor, now, F_RSI_ASSUMED)
    excess = regressed_excess(frame["damp_excess_pa"], frame["damp_outdoor_temp_c"])
    air_c, vapour_pa = (
        trailing_mean(frame[f"damp_{n}"], DAYS) for n in ("air_temp_c", "vapour_pa")
    )
    day_pct = rel_humidity_pct(frame["damp_air_temp_c"], frame["damp_vapour_pa"])
    return {
        "mould_index": now.index,
        "mould_score": now.score,
        "mould_index_in_4_weeks": now.index_ahead,
        "weeks_to_growth": now.weeks,
        "weeks_to_growth_least": now.weeks_least,
        "weeks_to_growth_most": now.weeks_most,
        "growth_share_pct": _growth_share(frame),
        "surface_humidity_pct": changed.now_pct,
        "rel_humidity_pct": rel_humidity_pct(air_c, vapour_pa),
        "air_temp_c": air_c,
        "moister_by_g_m3": np.where(change.told, change.rise_pa / PA_A_G_M3, np.nan),
        "moister_than_others_by_g_m3": np.where(
            change.told, change.own_rise_pa / PA_A_G_M3, np.nan
        ),
        "suddenly_moister_by_g_m3": water.step_pa / PA_A_G_M3,
        "wetter_after_rain_by_g_m3": water.rain_pa / PA_A_G_M3,
        "colder_by_k": fall_k,
        "excess_at_5_c_pa": excess.at_5_c_pa,
        "excess_at_5_c_within_pa": excess.within_pa,
        "humidity_class": humidity_class(excess.at_5_c_pa, REFERENCE_OUTDOOR_C),
        "f_rsi": factor.f_rsi,
        "f_rsi_within": factor.within,
        "f_rsi_assumed": factor.assumed.astype(np.float64),
        "air_criteria_failed": air_criteria(day_pct).failed,
        "surface_criteria_failed": surface_criteria(frame["damp_surface_pct"]).failed,
        "score_if_warmer": np.where(air_c < WARM_C, changed.warmer_score, np.nan),
        "score_if_aired": changed.aired_score,
        "score_if_insulated": changed.insulated_score,
        **weights(_signs(frame, factor, change, changed, excess, fall_k, water)),
    }


def _signs(
    frame: Frame,
    factor: Factor,
    change: Moister,
    changed: Counterfactual,
    excess: Excess,
    fall_k: Floats,
    water: Building,
) -> Signs:
    vapour_pa, outdoor_c = (
        trailing_mean(frame[f"damp_{n}"], DAYS) for n in ("vapour_pa", "outdoor_temp_c")
    )
    saturation_pa = np.maximum(vapour_pa / np.maximum(changed.now_pct, 1.0) * 100.0, 1.0)
    usual_pa = class_limit_pa(USUAL_CLASS, REFERENCE_OUTDOOR_C)
    above_pa = np.maximum(excess.at_5_c_pa - usual_pa, 0.0)
    shut = class_limit_pa(1, outdoor_c) / class_limit_pa(1, REFERENCE_OUTDOOR_C)
    return Signs(
        warmer_gain_pct=changed.now_pct - changed.warmer_pct,
        wall_gain_pct=changed.now_pct - changed.usual_wall_pct,
        above_class_pct=100.0 * above_pa * shut / saturation_pa,
        humidity_at_20_c_pct=100.0 * vapour_pa / SATURATION_PA,
        fall_k=fall_k,
        rise_pa=change.rise_pa,
        own_share=change.own_rise_pa / np.maximum(change.rise_pa, 1.0),
        night_share=change.night_rise_pa / np.maximum(change.rise_pa, 1.0),
        decay_share=_decay_share(frame),
        step_pa=water.step_pa,
        rain_pa=water.rain_pa,
        known_bridge=(~factor.assumed).astype(np.float64),
    )


def _decay_share(frame: Frame) -> Floats:
    decay = frame["damp_decay_1_h"]
    recent = trailing_mean(decay, RECENT_DAYS)
    before = delayed(trailing_mean(decay, BASE_DAYS), RECENT_DAYS)
    return ratio(recent, before, where=before > 0.0)


def _growth_share(frame: Frame) -> Floats:
    grown, known = (trailing_mean(frame[f"damp_{n}"], GROWTH_DAYS) for n in ("growth_h", "known_h"))
    share: Floats = 100.0 * grown / np.maximum(known, 1.0)
    return share
