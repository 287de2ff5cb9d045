"""The scores as a table for a person."""

from collections.abc import Iterator, Mapping
from typing import Any

from bench.accuracy.page import THIRDS
from bench.accuracy.scoring import LISTED

FALSE_SHOWN = 20
_COLUMNS = (
    ("events", "events", "d"),
    ("found", "found", "d"),
    ("false", "false", ".1f"),
    ("precision", "precision", ".2f"),
    ("recall", "recall", ".2f"),
    ("f_half", "F0.5", ".2f"),
    ("noticeable", "noticed", "d"),
    ("found_before_noticing", "before", ".2f"),
    ("lead_median_h", "lead h", ".0f"),
    ("lead_p10_h", "p10 h", ".0f"),
)
_NAME_WIDTH, _WIDTH = 36, 10


def lines(result: dict[str, Any]) -> Iterator[str]:
    """Every figure of a run; what is nothing is a dash."""
    yield (
        f"{result['homes']:,} simulated homes for {result['days']} days, seed {result['seed']}; "
        f"judged at {result['judging_home_days_per_cpu_s']:,.0f} home-days a CPU-second"
    )
    yield ""
    yield " " * _NAME_WIDTH + "".join(f"{title:>{_WIDTH}}" for _, title, _ in _COLUMNS)
    detectors = result["detectors"]
    for name, one in sorted(detectors["by_fault"].items()):
        yield _line(name, one)
    for name, one in zip(THIRDS, detectors["by_third"], strict=True):
        yield _line(name, one)
    yield _line("all faults", detectors["overall"])
    yield _line("faults that a detector is for", result["detectors_on_their_faults"]["overall"])
    for name, both in result["baselines"].items():
        yield _line(name, both["alone"]["overall"])
        yield _line("  the detector on the same faults", both["detectors"]["overall"])
    yield ""
    yield _rates("detectors", detectors)
    for name, both in result["baselines"].items():
        yield _rates(name, both["alone"])
    yield ""
    yield from _goals(result)
    false = result["false_alerts"]
    if false:
        yield ""
        yield f"the first {min(len(false), FALSE_SHOWN)} of {len(false)} false alerts:"
    for one in false[:FALSE_SHOWN]:
        yield "  {raised_at} {home_id} {detector} {place} {severity}: {sentence}".format(**one)


def _goals(result: Mapping[str, Any]) -> Iterator[str]:
    for name in ("leak_of_0.02_bar_per_day", "no_heat", "mould_forecast"):
        figures = ", ".join(f"{key} {_cell(one, '.3g')}" for key, one in result[name].items())
        yield f"{name}: {figures}"
    by_detector = ", ".join(f"{name} {n}" for name, n in result["false_by_detector"].items())
    yield f"homes told falsely by detector: {by_detector or 'none'}"


def _line(name: str, score: Mapping[str, float | None]) -> str:
    cells = [_cell(score[key], form) for key, _, form in _COLUMNS]
    return f"{name:<{_NAME_WIDTH}}" + "".join(f"{cell:>{_WIDTH}}" for cell in cells)


def _cell(value: float | None, form: str) -> str:
    return "–" if value is None else f"{value:{form}}"


def _rates(name: str, figures: Mapping[str, Any]) -> str:
    first = _cell(figures[f"first_{LISTED}_precision"], ".2f")
    return (
        f"{name}: {figures['false_per_home_year']:.2f} false alerts a home-year, "
        f"{figures['false_high_per_home_year']:.2f} of them high; {figures['brought']} brought "
        f"along by faults, {figures['information']} information only; right among the first "
        f"{LISTED} of each of {figures['weeks']} weeks: {first}"
    )
