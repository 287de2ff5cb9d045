"""The scores as a table for a person."""

from collections.abc import Iterator, Mapping
from typing import Any

from bench import reference
from bench.accuracy.markdown import cell
from bench.accuracy.page_faults import FOUND, NOTICED, THIRDS
from bench.accuracy.scoring import LISTED

FALSE_SHOWN = 20
_COLUMNS = (*FOUND, *NOTICED)
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
    yield ""
    yield from reference.lines(result["reference"])
    yield ""
    yield from _real(result)
    false = result["false_alerts"]
    if false:
        yield ""
        yield f"the first {min(len(false), FALSE_SHOWN)} of {len(false)} false alerts:"
    for one in false[:FALSE_SHOWN]:
        yield "  {raised_at} {home_id} {detector} {place} {severity}: {sentence}".format(**one)


def _goals(result: Mapping[str, Any]) -> Iterator[str]:
    for name in ("leak_of_0.02_bar_per_day", "no_heat", "mould_forecast"):
        figures = ", ".join(f"{key} {cell(one, '.3g')}" for key, one in result[name].items())
        yield f"{name}: {figures}"
    overall = result["detectors"]["overall"]
    developing = ", ".join(
        f"{title} {cell(overall[f'developing_{key}'], form)}" for key, title, form in NOTICED
    )
    yield f"faults that develop: {developing}"
    worst = result["by_worst_severity"]
    yield (
        f"each alert at its worst severity: {worst['false_per_home_year']:.3f} false a home-year, "
        f"{worst['false_high_per_home_year']:.3f} high; without low ones F0.5 "
        f"{cell(result['medium_and_more']['overall']['f_half'], '.3f')}"
    )
    for name, one in result["told_wrongly"].items():
        yield f"told without a fault, {name}: " + ", ".join(f"{key} {n}" for key, n in one.items())


def _real(result: Mapping[str, Any]) -> Iterator[str]:
    for home in result["real_homes"]:
        alerts, days = len(home["alerts"]), home["days"]
        yield f"{home['home']}, {home['words']}: {alerts} alerts in {days:.0f} days"
        for one in home["alerts"]:
            yield "  {raised_at} {detector} {place} {severity}: {sentence} [{explanation}]".format(
                **one
            )
    if not result["real_homes"]:
        yield "real homes: not judged, the recordings are not there (--data DIR)"


def _line(name: str, score: Mapping[str, float | None]) -> str:
    cells = [cell(score[key], form) for key, _, form in _COLUMNS]
    return f"{name:<{_NAME_WIDTH}}" + "".join(f"{one:>{_WIDTH}}" for one in cells)


def _rates(name: str, figures: Mapping[str, Any]) -> str:
    first = cell(figures[f"first_{LISTED}_precision"], ".2f")
    return (
        f"{name}: {figures['false_per_home_year']:.2f} false alerts a home-year, "
        f"{figures['false_high_per_home_year']:.2f} of them high; {figures['brought']} brought "
        f"along by faults, {figures['information']} information only; right among the first "
        f"{LISTED} of each of {figures['weeks']} weeks: {first}"
    )
