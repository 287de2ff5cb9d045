"""What a day of a sealed system's pressure comes down to."""

import numpy as np

from detectors.arrays import Floats
from detectors.boiler.groups import GROUP_S
from detectors.boiler.sealed_system import SealedSystem, State, sealed_system
from detectors.daily import Features, lead_steps
from detectors.frame import BoilerFrame

GROUP_KNOWN_MIN = 3  # of five minutes, for their mean to stand for the gauge (own)
CENTRE_BAR = 1.5  # so that squares of what is left keep their digits


def pressure_features(frame: BoilerFrame) -> Features:
    """Means of gauge and swell at rest and with the pump running, and how they move together.

    - `pressure_rest_min`, `pressure_running_min`: minutes read, outside hot water draws;
    - `pressure_rest_bar`, `pressure_rest_swell` and the same with `running`: their means, the swell
      in per mille since 20 °C; NaN where there are none;
    - `pressure_swell_square`, `pressure_swell_bar`: sums over these minutes, by five, of the
      products of what departs from the state's own mean and from a straight line through the day,
      so that a leak is not taken for an answer to heat;
    - `pressure_highest_bar`: the highest mean of five minutes, draws included.
    """
    system = sealed_system(frame)
    lead = lead_steps(frame) * frame.step_s // GROUP_S
    rest, running = (_after(state, lead) for state in (system.rest, system.running))
    swell_square, swell_bar = _together(rest, running)
    return {
        **_means("rest", rest),
        **_means("running", running),
        "pressure_swell_square": swell_square,
        "pressure_swell_bar": swell_bar,
        "pressure_highest_bar": _highest_bar(system, lead),
    }


def _after(state: State, lead: int) -> State:
    """The day itself, without what came before."""
    return State(
        minutes=state.minutes[:, lead:],
        pressure_bar=state.pressure_bar[:, lead:],
        swell=state.swell[:, lead:],
    )


def _means(name: str, state: State) -> dict[str, Floats]:
    minutes = state.minutes.sum(axis=1)
    return {
        f"pressure_{name}_min": minutes,
        f"pressure_{name}_bar": _mean(state.pressure_bar.sum(axis=1), minutes),
        f"pressure_{name}_swell": _mean(state.swell.sum(axis=1), minutes),
    }


def _mean(total: Floats, count: Floats) -> Floats:
    mean: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean


def _together(*states: State) -> tuple[Floats, Floats]:
    """Sums of squares of the swell, and of swell by pressure, less means and a line in time."""
    xx = xp = xt = pt = tt = np.float64(0.0)
    for state in states:
        minutes = state.minutes.astype(np.float64)
        total = np.maximum(minutes.sum(axis=1), 1.0)
        place = np.linspace(-1.0, 1.0, minutes.shape[1])
        t = minutes * place
        x, p = state.swell.astype(np.float64), state.pressure_bar - CENTRE_BAR * minutes
        t_sum, x_sum, p_sum = t.sum(axis=1), x.sum(axis=1), p.sum(axis=1)
        mean_x = x / np.maximum(minutes, 1.0)
        xx = xx + np.einsum("rg,rg->r", mean_x, x) - x_sum * x_sum / total
        xp = xp + np.einsum("rg,rg->r", mean_x, p) - x_sum * p_sum / total
        xt = xt + x @ place - x_sum * t_sum / total
        pt = pt + p @ place - p_sum * t_sum / total
        tt = tt + t @ place - t_sum * t_sum / total
    slope = xt / np.maximum(tt, 1.0)
    return np.maximum(xx - slope * xt, 0.0), xp - slope * pt


def _highest_bar(system: SealedSystem, lead: int) -> Floats:
    minutes, total = system.gauge_minutes[:, lead:], system.gauge_bar[:, lead:]
    means = np.where(minutes >= GROUP_KNOWN_MIN, total / np.maximum(minutes, 1.0), -np.inf)
    highest = means.max(axis=1)
    return np.where(np.isneginf(highest), np.nan, highest)
