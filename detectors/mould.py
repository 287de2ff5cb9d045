"""The VTT mould growth model: how far mould has grown on a surface, from 0 (none) to 6 (covered).

1 is growth seen under a microscope, 3 the first growth seen by eye. Improved model of Ojanen,
Viitanen and others (2010), with the convention that the critical humidity is the larger of the
polynomial and the class's least humidity at every temperature above 0 °C.
"""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Booleans, Floats

TEMP_MAX_C = 50.0  # the model holds below this; a hotter surface dries
STEP_MAX_H = 24.0  # between steps of 5 minutes and 24 hours the index differs by 0.007 at most
HOURS_PER_DAY = 24.0

# Decline of the reference material in index a day, by the hours that the surface has been dry.
EARLY_DECLINE_PER_DAY = 0.032  # in the first EARLY_H hours
LATE_DECLINE_PER_DAY = 0.016  # after PAUSE_UNTIL_H hours; in between it rests
EARLY_H = 6.0
PAUSE_UNTIL_H = 24.0
ROUNDING_H = 1e-6  # 36 steps of ten minutes add up to 6 hours only within rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """What a material lends to mould: growth before and after index 1, limit and least humidity.

    The largest index is `a + b x - c x²`, x being how far the humidity stands between the critical
    one (0) and 100 % (1).
    """

    growth_below_1: float
    growth_above_1: float
    a: float
    b: float
    c: float
    humidity_min_pct: float


SENSITIVITIES = {
    "very_sensitive": Sensitivity(
        growth_below_1=1.0, growth_above_1=2.0, a=1.0, b=7.0, c=2.0, humidity_min_pct=80.0
    ),
    "sensitive": Sensitivity(
        growth_below_1=0.578, growth_above_1=0.386, a=0.3, b=6.0, c=1.0, humidity_min_pct=80.0
    ),
    "medium_resistant": Sensitivity(
        growth_below_1=0.072, growth_above_1=0.097, a=0.0, b=5.0, c=1.5, humidity_min_pct=85.0
    ),
    "resistant": Sensitivity(
        growth_below_1=0.033, growth_above_1=0.014, a=0.0, b=3.0, c=1.0, humidity_min_pct=85.0
    ),
}
"""By name, with the constants of Ojanen, Viitanen and others (2010) for W = SQ = 0."""


class UnknownSensitivity(ValueError):
    """No class of material has that name; the text lists those there are."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MouldState:
    """All that the model remembers from one step to the next, one element a row."""

    index: Floats
    dry_h: Floats

    @classmethod
    def clean(cls, rows: int) -> "MouldState":
        """Surfaces on which nothing has grown yet."""
        return cls(index=np.zeros(rows), dry_h=np.zeros(rows))


def mould_index(
    surface_temp_c: Floats,
    surface_humidity_pct: Floats,
    *,
    step_h: float,
    sensitivity: str,
    decline: float,
    start: float | Floats = 0.0,
) -> Floats:
    """The mould index at the end of each step, (rows, times).

    Temperatures in °C and humidities in %, (rows, times); humidity above 100 counts as 100.
    `decline` is the factor Cmat (1 pine, 0.5, 0.25, 0.1 hardly any); `start` is the index before
    the first step, one number or (rows,). A step whose temperature or humidity is NaN gives NaN
    and leaves the surface as it was. Raises UnknownSensitivity, and ValueError for a step longer
    than a day.
    """
    rows = surface_temp_c.shape[0]
    index = np.broadcast_to(np.asarray(start, dtype=np.float64), (rows,))
    before = MouldState(index=index, dry_h=np.zeros(rows))
    indices, _ = grow(
        before,
        surface_temp_c,
        surface_humidity_pct,
        step_h=step_h,
        sensitivity=sensitivity,
        decline=decline,
    )
    return indices


def grow(
    before: MouldState,
    surface_temp_c: Floats,
    surface_humidity_pct: Floats,
    *,
    step_h: float,
    sensitivity: str,
    decline: float,
) -> tuple[Floats, MouldState]:
    """`mould_index` that can be taken up again: the indices, and the state after the last step."""
    if not 0 < step_h <= STEP_MAX_H:
        raise ValueError(f"a step of {step_h} h is outside the model; use 0 to {STEP_MAX_H:g} h")
    if sensitivity not in SENSITIVITIES:
        raise UnknownSensitivity(f"{sensitivity!r} is none of: {', '.join(SENSITIVITIES)}")
    material = SENSITIVITIES[sensitivity]
    humidity = np.minimum(surface_humidity_pct, 100.0)
    grows = growing(surface_temp_c, humidity, humidity_min_pct=material.humidity_min_pct)
    known = ~(np.isnan(surface_temp_c) | np.isnan(humidity))
    rate, limit = _growth(surface_temp_c, humidity, grows, material)
    indices, state = _step_through(
        before,
        np.ascontiguousarray((rate * (step_h / HOURS_PER_DAY)).T),
        np.ascontiguousarray(limit.T),
        np.ascontiguousarray(grows.T),
        np.ascontiguousarray((known & ~grows).T),
        material=material,
        step_h=step_h,
        decline=decline,
    )
    return np.where(known, indices.T, np.nan), state


def critical_humidity_pct(surface_temp_c: Floats, *, humidity_min_pct: float) -> Floats:
    """The least humidity at which mould grows [%]: 100 at 0 °C and below.

    Source: Hukka and Viitanen (1999) for the polynomial.

    >>> critical_humidity_pct(np.array([0.0, 5.0, 20.0]), humidity_min_pct=80.0).round(2)
    array([100.  ,  88.02,  80.04])
    """
    t = surface_temp_c
    polynomial = ((-0.00267 * t + 0.160) * t - 3.13) * t + 100.0
    return np.where(t > 0, np.maximum(polynomial, humidity_min_pct), t * 0 + 100.0)


def growing(
    surface_temp_c: Floats, surface_humidity_pct: Floats, *, humidity_min_pct: float
) -> Booleans:
    """Whether mould grows in each step; False where something is NaN."""
    critical = critical_humidity_pct(surface_temp_c, humidity_min_pct=humidity_min_pct)
    warm = (critical < 100.0) & (surface_temp_c < TEMP_MAX_C)
    return warm & (surface_humidity_pct >= critical)


def _growth(
    temp_c: Floats, humidity: Floats, grows: Booleans, material: Sensitivity
) -> tuple[Floats, Floats]:
    """Growth a day of the reference material, and the largest index; 0 where nothing grows."""
    temp = np.where(grows, temp_c, 20.0).astype(np.float64)
    moist = np.where(grows, humidity, 100.0).astype(np.float64)
    weeks = np.exp(-0.68 * np.log(temp) - 13.9 * np.log(moist) + 66.02)
    critical = critical_humidity_pct(temp, humidity_min_pct=material.humidity_min_pct)
    x = (critical - moist) / (critical - 100.0)
    limit = np.maximum(material.a + material.b * x - material.c * x * x, 0.0)
    return np.where(grows, 1.0 / (7.0 * weeks), 0.0), limit


def _step_through(
    before: MouldState,
    rise: Floats,
    limit: Floats,
    grows: Booleans,
    dries: Booleans,
    *,
    material: Sensitivity,
    step_h: float,
    decline: float,
) -> tuple[Floats, MouldState]:
    """March through time; the arrays are (times, rows), so that a step lies together in memory."""
    days = step_h / HOURS_PER_DAY
    early = EARLY_DECLINE_PER_DAY * days * decline
    late = LATE_DECLINE_PER_DAY * days * decline
    index = before.index.astype(np.float64)
    dry_h = before.dry_h.astype(np.float64)
    dry_step_h = dries * step_h
    indices = np.empty(rise.shape)
    for step in range(rise.shape[0]):
        slowing = np.maximum(1.0 - np.exp(2.3 * (index - limit[step])), 0.0)
        speed = np.where(index < 1.0, material.growth_below_1, material.growth_above_1)
        dry_h = np.where(grows[step], 0.0, dry_h + dry_step_h[step])
        fall = np.where(dry_h <= EARLY_H + ROUNDING_H, early, late)
        resting = (dry_h > EARLY_H + ROUNDING_H) & (dry_h <= PAUSE_UNTIL_H + ROUNDING_H)
        fall = np.where(dries[step] & ~resting, fall, 0.0)
        index = np.maximum(index + rise[step] * speed * slowing - fall, 0.0)
        indices[step] = index
    return indices, MouldState(index=index, dry_h=dry_h)
