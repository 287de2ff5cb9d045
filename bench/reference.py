"""Damp physics beside independent reference values: the worst deviation of each kind."""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.quantities import QUANTITIES, Kind
from detectors.arrays import Floats
from detectors.humidity import (
    absolute_humidity_g_m3,
    dew_point_c,
    saturation_pressure_over_ice_pa,
    saturation_pressure_pa,
    surface_humidity_pct,
    vapour_pressure_pa,
)
from detectors.mould import mould_index
from local.place import REPOSITORY

DATA = REPOSITORY.parent / "shared" / "data"
CASES = REPOSITORY / "tests" / "cases" / "vtt"  # the tables that are free; SOURCE.txt says whence
INDEX_MAX = 0.001
PSYCHROMETRICS_MAX_PCT = 0.1

Table = list[dict[str, str]]
Json = dict[str, Any]

_SENSITIVITIES = {
    "vs": "very_sensitive",
    "s": "sensitive",
    "mr": "medium_resistant",
    "r": "resistant",
}
_WEEK_H, _DAY_H = 168, 24
# ISO 13788 [Pa]: over ice below 0 °C, over water from there on.
_SATURATION = (
    (-10.0, 259.33),
    (-5.0, 401.18),
    (0.0, 610.50),
    (5.0, 871.86),
    (10.0, 1227.31),
    (15.0, 1704.41),
    (20.0, 2336.95),
    (25.0, 3165.92),
    (30.0, 4240.51),
)
# The same constants: °C, % -> vapour pressure [Pa], dew point [°C], water in the air [g/m³].
_AIR = (
    (20.0, 50.0, 1168.5, 9.269, 8.637),
    (21.0, 60.0, 1491.3, 12.943, 10.986),
    (16.0, 80.0, 1453.8, 12.554, 10.895),
)
# Home Assistant, tests/components/mold_indicator: indoors °C, outdoors °C, humidity %, calibration
# factor (1 / fRsi), its state; None is "unavailable".
_HOME_ASSISTANT = (
    (20.0, 10.0, 50.0, 2.0, 68),
    (30.0, 10.0, 50.0, 2.0, 90),
    (30.0, 25.0, 50.0, 2.0, 57),
    (30.0, 25.0, 20.0, 2.0, 23),
    (20.0, 10.0, 50.0, 0.0, None),
    (20.0, 10.0, -1.0, 2.0, None),
    (20.0, 10.0, 101.0, 2.0, None),
    (float("nan"), 10.0, 50.0, 2.0, None),
    (20.0, float("nan"), 50.0, 2.0, None),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The measurement's own words on the command line."""
    parser.add_argument("--data", type=Path, default=DATA, help="where the recordings are")


def measure(chosen: argparse.Namespace) -> Json:
    """Worst deviations by kind; the real series are None where their recordings are not there."""
    data: Path = chosen.data
    return {
        "vtt_constant": _worst(_constant(_table(CASES / "vtt_constant.csv"))),
        "vtt_dynamic": _worst(_dynamic(_table(CASES / "vtt_dynamic.csv"))),
        "vtt_real": _real(data),
        "psychrometrics_values": len(_SATURATION) + sum(len(one) - 2 for one in _AIR),
        "psychrometrics_pct": _psychrometrics_pct(),
        "home_assistant_vectors": len(_HOME_ASSISTANT),
        "home_assistant_differ": sum(
            home_assistant_state(*vector) != state for *vector, state in _HOME_ASSISTANT
        ),
        "goals": {"index": INDEX_MAX, "psychrometrics_pct": PSYCHROMETRICS_MAX_PCT},
    }


def lines(result: Json) -> Iterator[str]:
    """The result for a person."""
    names = {
        "vtt_constant": "VTT index, constant conditions",
        "vtt_dynamic": "VTT index, repeating patterns",
        "vtt_real": "VTT index, real TRH-1 recordings",
    }
    for name, words in names.items():
        found = result[name]
        if found is None:
            yield f"{words}: not measured, the recordings are not there (--data DIR)"
        else:
            yield (
                f"{words}: {found['values']} values, worst deviation {found['worst']:.5f} "
                f"(at most {INDEX_MAX})"
            )
    yield (
        f"psychrometrics, ISO 13788: worst deviation {result['psychrometrics_pct']:.4f} % "
        f"(at most {PSYCHROMETRICS_MAX_PCT} %)"
    )
    yield (
        f"Home Assistant's mould indicator: {result['home_assistant_differ']} of "
        f"{result['home_assistant_vectors']} states differ"
    )


def home_assistant_state(
    indoor_c: float, outdoor_c: float, rel_humidity: float, calibration: float
) -> int | None:
    """The state that Home Assistant's mould indicator shows, by our physics; None: unavailable.

    Its calibration factor is 1 / fRsi; what is no humidity or no factor is not measured.
    """
    limits = next(one for one in QUANTITIES[Kind.ROOM] if one.name == "rel_humidity_pct")
    sound = limits.lowest <= rel_humidity <= limits.highest and calibration > 0
    f_rsi = 1.0 / calibration if sound else float("nan")
    values = (np.array([value]) for value in (indoor_c, rel_humidity, outdoor_c, f_rsi))
    (humidity,) = surface_humidity_pct(*values).tolist()
    return None if np.isnan(humidity) else int(min(max(humidity, 0.0), 100.0))


def _worst(pairs: Iterator[tuple[Floats, Floats]]) -> Json:
    """How many values there were, and how far the furthest was off."""
    away = np.concatenate([np.abs(found - wanted).ravel() for found, wanted in pairs])
    return {"values": int(away.size), "worst": float(away.max())}


def _alike(rows: Table) -> list[Table]:
    """Rows of one class and decline together: the model takes them in one go."""
    groups: dict[tuple[str, str], Table] = {}
    for row in rows:
        groups.setdefault((row["class"], row.get("Cmat", "1.0")), []).append(row)
    return list(groups.values())


def _index(rows: Table, temp_c: Floats, humidity: Floats) -> Floats:
    """The index by the hour of rows that are alike."""
    return mould_index(
        temp_c,
        humidity,
        step_h=1,
        sensitivity=_SENSITIVITIES[rows[0]["class"]],
        decline=float(rows[0].get("Cmat", "1.0")),
    )


def _columns(rows: Table, prefix: str, hours: int) -> tuple[list[int], Floats]:
    """The hours (as places) and the values of the columns of that prefix."""
    names = [name for name in rows[0] if name.startswith(prefix)]
    after = [int(name.removeprefix(prefix)) * hours - 1 for name in names]
    return after, np.array([[float(row[name]) for name in names] for row in rows])


def _constant(rows: Table) -> Iterator[tuple[Floats, Floats]]:
    for some in _alike(rows):
        after, wanted = _columns(some, "M_wk", _WEEK_H)
        hours = np.ones((1, max(after) + 1))
        temp_c, humidity = (
            np.array([[float(row[name])] for row in some]) * hours for name in ("T_C", "RH_pct")
        )
        yield _index(some, temp_c, humidity)[:, after], wanted


def _dynamic(rows: Table) -> Iterator[tuple[Floats, Floats]]:
    for some in _alike(rows):
        after, wanted = _columns(some, "M_day", _DAY_H)
        both = [_pattern(row["pattern"], max(after) + 1) for row in some]
        temp_c, humidity = (np.stack(arrays) for arrays in zip(*both, strict=True))
        yield _index(some, temp_c, humidity)[:, after], wanted


def _pattern(name: str, hours: int) -> tuple[Floats, Floats]:
    """Temperature and humidity by the hour, as the tables' SOURCE.txt describes each pattern."""
    hour, day = np.arange(hours) % _DAY_H, np.arange(hours) // _DAY_H
    if name == "cyc_12h95_12h70_20C":
        return np.full(hours, 20.0), np.where(hour < 12, 95.0, 70.0)
    if name == "day_in_day_out_97_60":
        return np.full(hours, 20.0), np.where(day % 2 == 0, 97.0, 60.0)
    wave = np.sin(2 * np.pi * (hour - 15) / _DAY_H)
    return 12 + 2 * wave, 85 - 7 * wave


def _real(data: Path) -> Json | None:
    table = data / "vtt_reference" / "trh1_expected_mould_index.csv"
    return _worst(_recorded(_table(table), data / "trh1_finland")) if table.exists() else None


def _recorded(rows: Table, recordings: Path) -> Iterator[tuple[Floats, Floats]]:
    """Highest, last and middle index; the latter two are from before that sample is applied."""
    for some in _alike(rows):
        samples = [_table(recordings / row["file"]) for row in some]
        shape = (len(some), max(map(len, samples)))
        temp_c, humidity = np.full(shape, np.nan), np.full(shape, np.nan)
        for place, series in enumerate(samples):
            names = ("Te", "RHe") if "Te" in series[0] else ("T", "RH")
            for array, name in zip((temp_c, humidity), names, strict=True):
                array[place, : len(series)] = [float(sample[name]) for sample in series]
        index = _index(some, temp_c, humidity)
        for of, series, row in zip(index, samples, some, strict=True):
            n = int(row["n_hours"])
            wanted = [float(row[name]) for name in ("M_max", "M_end", "M_mid_index_n//2")]
            found = [of[: len(series)].max(), of[n - 2], of[n // 2 - 1]]
            yield np.array(found), np.array(wanted)


def _psychrometrics_pct() -> float:
    pairs = []
    for temp_c, wanted in _SATURATION:
        over = saturation_pressure_over_ice_pa if temp_c < 0 else saturation_pressure_pa
        pairs.append((over(np.array([temp_c])).item(), wanted))
    for temp_c, humidity, *values in _AIR:
        air = np.array([temp_c]), np.array([humidity])
        found = (vapour_pressure_pa(*air), dew_point_c(*air), absolute_humidity_g_m3(*air))
        pairs += [(one.item(), value) for one, value in zip(found, values, strict=True)]
    return max(100 * abs(found / wanted - 1) for found, wanted in pairs)


def _table(path: Path) -> Table:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
