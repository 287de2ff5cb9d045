"""A boiler of a few lines, minute by minute: a burner, radiators, a plate and a diverter.

Enough physics to try the detectors of hot water, cycling and sensors on, and none of the
simulator's. Powers in W; water loses 150 W/K to the rooms, the pump carries 700 W/K.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from detectors.daily import DAY_S, LEAD, DayFrame
from detectors.frame import BoilerFrame, Row

MIDNIGHT = datetime(2025, 12, 1, tzinfo=UTC)
ROOM_C, MAINS_C, TAP_C, TARGET_C = 20.0, 10.0, 47.0, 60.0
RADIATORS_W_K, PUMP_W_K, WATER_J_K, CASE_1_MIN = 150.0, 700.0, 300_000.0, 0.012
FLOOR_W, MOST_W, ROOMS_MOST_W = 4_800.0, 24_000.0, 12_000.0
PLATE_K_W = 12.0 / 15_000.0
BAND_K, REST_MIN = 4.0, 3
DRAWS = ((7 * 60, 6, 6.0), (8 * 60 + 20, 2, 4.0), (18 * 60, 5, 7.0), (21 * 60 + 30, 8, 6.0))
"""Minute of the day, minutes, litres a minute."""


@dataclass(frozen=True, kw_only=True)
class Plant:
    """What is wrong with a boiler, from a minute after midnight on."""

    stuck_on_heating: bool = False
    stuck_on_hot_water: bool = False
    floor_times: float = 1.0
    scale_k: float = 0.0
    jumps_k: float = 0.0
    flow_bias_k: float = 0.0
    target_up_k: float = 0.0
    summer: bool = False
    from_min: int = -100_000


SOUND = Plant()


def rows(count: int) -> tuple[Row, ...]:
    """So many boilers of a landlord."""
    return tuple(Row("demo", f"home-{number + 1}", "boiler") for number in range(count))


def minutes(*plants: Plant, days: int = 1, seed: int = 1) -> BoilerFrame:
    """These boilers from LEAD before midnight on for some days, in steps of a minute."""
    lead = int(LEAD.total_seconds()) // 60
    steps = lead + days * 1440
    records = [_lived(plant, lead, steps, np.random.default_rng([seed, n]))
               for n, plant in enumerate(plants)]  # fmt: skip
    return BoilerFrame(
        start=MIDNIGHT - LEAD,
        step_s=60,
        steps=steps,
        rows=rows(len(plants)),
        values={
            name: np.stack([record[name] for record in records]).astype(np.float32)
            for name in records[0]
        },
        outdoor_temp_c=np.full((len(plants), steps), 5.0, np.float32),
        indoor_temp_c=np.full((len(plants), steps), ROOM_C, np.float32),
        codes=("F.28",),
    )


def features(days: int, *, homes: int = 3, **values: float) -> DayFrame:
    """Days that all came to these numbers."""
    return DayFrame(
        start=MIDNIGHT,
        step_s=DAY_S,
        steps=days,
        rows=rows(homes),
        values={name: np.full((homes, days), value, np.float32) for name, value in values.items()},
        f_rsi=np.full(homes, np.nan),
    )


def day_after(instant: datetime) -> float:
    """Days from the first midnight."""
    return (instant - MIDNIGHT) / timedelta(days=1)


def _lived(plant: Plant, lead: int, steps: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    water = flow = back = ROOM_C
    hot, starts, wait, burning = ROOM_C, 20_000, 0, False
    lines: list[tuple[float, ...]] = []
    for step in range(steps):
        minute = (step - lead) % 1440
        ill = step - lead >= plant.from_min
        calls = not plant.summer and (6 * 60 <= minute < 9 * 60 or 16 * 60 <= minute < 22 * 60)
        tap_w_k = 69.8 * sum(
            litres for begin, long, litres in DRAWS if begin <= minute < begin + long
        )
        draw = tap_w_k > 0.0
        floor = FLOOR_W * (plant.floor_times if ill else 1.0)
        target = TARGET_C + (plant.target_up_k if ill else 0.0)
        power, flame, wait = 0.0, False, wait - 1
        isolated = ill and plant.stuck_on_hot_water and calls and not draw
        if draw and not (ill and plant.stuck_on_heating):
            power, flame = min(tap_w_k * (TAP_C - MAINS_C), MOST_W), True
            hot += 0.85 * (MAINS_C + power / tap_w_k - hot)
            flow = hot + (PLATE_K_W + (plant.scale_k if ill else 0.0) / 15_000.0) * power
            back, target = flow - power / PUMP_W_K, flow
            starts, burning = starts + (not burning), True
        elif isolated:
            lit = flow < target - BAND_K
            flow = target + BAND_K - 1.0 if lit else flow - CASE_1_MIN * (flow - ROOM_C)
            back, starts, burning = back + 0.8 * (flow - back), starts + lit, False
        elif calls or draw:
            most = MOST_W if draw else ROOMS_MOST_W
            lights = burning or (wait <= 0 and water < target - BAND_K)
            if lights:
                power = min(max((target - water) * PUMP_W_K, floor), most)
                starts, flame = starts + (not burning), True
            flow, back = water + power / PUMP_W_K, water
            burning = lights and flow <= target + BAND_K
            wait = REST_MIN if lights and not burning else wait
        else:
            flow += 0.05 * (water - flow)
            back += 0.1 * (flow - back)
            burning = False
        if draw and ill and plant.stuck_on_heating:
            hot += 0.85 * (MAINS_C - hot)
        elif not draw:
            hot += 0.02 * (ROOM_C - hot)
        into_rooms = 0.0 if draw and not (ill and plant.stuck_on_heating) else power
        water += (into_rooms - RADIATORS_W_K * (water - ROOM_C)) * 60.0 / WATER_J_K
        swing = plant.jumps_k * rng.uniform(-1.0, 1.0) * flame * ill
        seen = flow + swing + (plant.flow_bias_k if ill else 0.0)
        asked = target if calls or draw else 5.0
        lines.append((seen, back, hot, asked, 100.0 * power / MOST_W, flame, calls, draw, starts))
    names = ("flow_temp_c", "return_temp_c", "hot_water_temp_c", "flow_target_c", "modulation_pct",
             "flame_on", "heat_demand", "hot_water_demand", "burner_starts")  # fmt: skip
    record = dict(zip(names, np.array(lines, dtype=float).T, strict=True))
    for name in names[:3]:
        record[name] = np.round(record[name] + rng.normal(0.0, 0.15, steps), 1)
    return record
