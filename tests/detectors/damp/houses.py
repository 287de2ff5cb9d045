"""Homes of days: what damp looks at, made of a few numbers, so that one thing at a time differs."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from core.findings import Episode
from detectors.arrays import Floats
from detectors.daily import DAY_S, DayFrame
from detectors.damp import condensation, mould_risk
from detectors.damp.damp_day import damp_day
from detectors.damp.score import score
from detectors.episodes import episodes
from detectors.frame import RoomFrame, Row
from detectors.humidity import saturation_pressure_pa

AUTUMN = datetime(2025, 10, 1, tzinfo=UTC)
ROOMS = ("bathroom", "bedroom", "living room")
NAN = np.nan


def rows(homes: int = 1) -> tuple[Row, ...]:
    return tuple(Row("demo", f"home-{h + 1}", room) for h in range(homes) for room in ROOMS)


def day_of_hours(
    air_temp_c: Floats | float,
    rel_humidity_pct: Floats | float,
    *,
    outdoor_temp_c: Floats | float = 0.0,
    f_rsi: float = NAN,
    rooms: int = 1,
    day: int = 0,
    **more: Floats,
) -> RoomFrame:
    """A day of rooms by the hour, with the six hours before it."""
    shape = (rooms, 30)

    def full(values: Floats | float) -> Floats:
        return np.broadcast_to(np.asarray(values, dtype=np.float64), shape).copy()

    start = datetime.fromtimestamp(AUTUMN.timestamp() + 86400 * day - 6 * 3600, UTC)
    return RoomFrame(
        start=start,
        step_s=3600,
        steps=30,
        rows=tuple(Row("demo", "home-1", room) for room in ROOMS[:rooms]),
        values={
            "air_temp_c": full(air_temp_c),
            "rel_humidity_pct": full(rel_humidity_pct),
            **{name: full(values) for name, values in more.items()},
        },
        outdoor_temp_c=full(outdoor_temp_c),
        outdoor_rel_humidity_pct=full(80.0),
        f_rsi=np.full(rooms, f_rsi),
    )


def days(count: int, *, homes: int = 1, seed: int = 1, outdoor_temp_c: float = 6.0) -> DayFrame:
    """Sound homes in a winter of changing weather: 19.5 °C, 300 Pa more vapour than outdoors.

    Occupied Finnish houses have 420 to 625 Pa at 0 °C; days of a room differ by 40 Pa here.
    """
    rng = np.random.default_rng(seed)
    shape = (3 * homes, count)
    outdoor = outdoor_temp_c + 3.0 * np.sin(np.arange(count) / 3.0) + rng.normal(0, 1.5, count)
    outdoor_c = np.broadcast_to(outdoor, shape)
    excess = 300.0 - 12.0 * (outdoor_c - 6.0) + rng.normal(0, 40, shape)
    air_c = 19.5 + rng.normal(0, 0.2, shape)
    return with_days(
        DayFrame(
            start=AUTUMN,
            step_s=DAY_S,
            steps=count,
            rows=rows(homes),
            values={
                "damp_outdoor_temp_c": outdoor_c.copy(),
                "damp_excess_pa": excess,
                "damp_night_excess_pa": excess + rng.normal(0, 25, shape),
                "damp_air_temp_c": air_c,
                "damp_known_h": np.full(shape, 24.0),
                "damp_wet_h": np.zeros(shape),
                "damp_growth_h": np.zeros(shape),
                "damp_decay_1_h": np.full(shape, 0.2),
                "mould_index": np.zeros(shape),
                "mould_pace_day": np.zeros(shape),
            },
            f_rsi=np.full(3 * homes, NAN),
        )
    )


def with_days(frame: DayFrame, **values: Floats) -> DayFrame:
    """The frame with some features replaced and the surfaces that follow from them."""
    v: dict[str, Floats] = {**frame.values, **values}
    outdoors = 0.8 * saturation_pressure_pa(v["damp_outdoor_temp_c"])
    v["damp_vapour_pa"] = outdoors + v["damp_excess_pa"]
    surface_c = v["damp_outdoor_temp_c"] + 0.75 * (v["damp_air_temp_c"] - v["damp_outdoor_temp_c"])
    v["damp_surface_temp_c"] = surface_c
    v["damp_surface_pct"] = 100.0 * v["damp_vapour_pa"] / saturation_pressure_pa(surface_c)
    v["damp_fortnight_pct"] = v["damp_surface_pct"]
    v["damp_score"] = score(v["mould_index"], v["mould_pace_day"], v["damp_surface_pct"])
    return replace(frame, values=v)


def raised(frame: DayFrame, name: str, place: str, by: float, days_: slice) -> DayFrame:
    """The frame with a feature higher by so much in one room (or all) on these days."""
    array = frame[name].astype(np.float64)
    which = [k for k, row in enumerate(frame.rows) if place in ("home", row.place)]
    array[which, days_] += by
    return with_days(frame, **{name: array})


def moister_room(frame: DayFrame, place: str, by_pa: float, days_: slice) -> DayFrame:
    """A source of vapour in a room, by day and by night; its home's others feel a third of it."""
    for name in ("damp_excess_pa", "damp_night_excess_pa"):
        frame = raised(frame, name, "home", by_pa / 3.0, days_)
        frame = raised(frame, name, place, by_pa * 2.0 / 3.0, days_)
    return frame


def told(frame: DayFrame, detector: str = "mould_risk") -> list[Episode]:
    """The episodes that a detector's own rules make of a frame."""
    module = {"mould_risk": mould_risk, "condensation": condensation}[detector]
    judgement = module.judge(frame)
    return [
        episode
        for _, episode in episodes(
            judgement,
            dwell_steps=module.RULES.dwell_steps(DAY_S),
            clear_steps=module.RULES.clear_steps(DAY_S),
            raise_from=module.RULES.raise_from,
        )
    ]


def day_raised(frame: DayFrame, episode: Episode) -> int:
    """After how many days of the frame an episode was raised."""
    return (episode.raised_at - frame.start).days


def features_of(frame: RoomFrame, before: Mapping[str, Floats]) -> Mapping[str, Floats]:
    """A day's features as they are kept: in single precision."""
    return {name: array.astype(np.float32) for name, array in damp_day(frame, before).items()}
