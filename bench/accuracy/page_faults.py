"""The part of the page on faults: what was found, how soon, beside simple rules."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.accuracy.markdown import cell, table
from bench.accuracy.scoring import LISTED

Figures = Mapping[str, float | None]
Columns = Sequence[tuple[str, str, str]]
"""Name of the figure, head of its column, form."""

THIRDS = ("mildest third", "middle third", "severest third")
FOUND: Columns = (
    ("events", "events", "d"),
    ("found", "found", "d"),
    ("false", "false", ".1f"),
    ("precision", "precision", ".2f"),
    ("recall", "recall", ".2f"),
    ("f_half", "F0.5", ".2f"),
)
NOTICED: Columns = (
    ("noticed", "noticed", "d"),
    ("found_before", "found before", ".2f"),
    ("lead_median_h", "lead, h", ".0f"),
    ("lead_p10_h", "p10, h", ".0f"),
)
_SOON: Columns = (
    ("delay_median_h", "onset to alert, h", ".1f"),
    *NOTICED,
    *((f"developing_{name}", f"develop: {head}", form) for name, head, form in NOTICED),
)
_SUDDEN = (
    "*Lead* is from the first alert to when the tenant would notice, its median and what nine of "
    "ten of those found have at least. The last four columns are of faults that **develop**: those "
    "that the tenant notices a day or more after the onset. What is felt sooner is sudden, such as "
    "a burst joint, a burner that locks out on a cold morning or a diverter that sticks: onset and "
    "first sign are hours or minutes apart, nothing is wrong before, and no alert can come before "
    "the onset. There a lead of 24 hours is impossible, and the goal for it is to be told at once. "
    "A boiler that fails in summer and is missed in autumn counts among those that develop."
)


def by_fault(result: Mapping[str, Any]) -> Iterator[str]:
    """Two tables over all faults: found, and how soon."""
    of = result["detectors"]
    named = [(f"`{name}`", one) for name, one in sorted(of["by_fault"].items())]
    named += list(zip(THIRDS, of["by_third"], strict=True))
    named.append(("**all**", of["overall"]))
    yield "## By fault and by third of severity"
    yield ""
    yield from _scores(named, FOUND)
    yield ""
    yield "## How soon"
    yield ""
    yield _SUDDEN
    yield ""
    yield from _scores(named, _SOON)
    yield ""


def baselines(result: Mapping[str, Any]) -> Iterator[str]:
    """Three simple rules and the detectors on the same faults."""
    yield "## Beside three simple rules, in the same run"
    yield ""
    named = []
    for name, both in result["baselines"].items():
        named.append((name, both["alone"]["overall"]))
        named.append(("the detector of that name, same faults", both["detectors"]["overall"]))
    yield from _scores(named, (*FOUND, *NOTICED))
    yield ""
    rows = [
        (
            name,
            cell(figures["false_per_home_year"], ".3f"),
            cell(figures["false_high_per_home_year"], ".3f"),
            cell(figures[f"first_{LISTED}_precision"], ".2f"),
        )
        for name, figures in [
            ("all detectors", result["detectors"]),
            *((name, both["alone"]) for name, both in result["baselines"].items()),
        ]
    ]
    heads = ("", "false alerts a home-year", "of them `high`", f"right among the first {LISTED}")
    yield from table(heads, rows)
    yield ""


def wrong(result: Mapping[str, Any]) -> Iterator[str]:
    """What was told that meant no fault, by detector and severity."""
    yield "## Told without a fault, by detector"
    yield ""
    low = result["low_lines"]
    yield (
        "Alerts of `low` are information: they can find a fault and are never counted as false, "
        f"but an officer reads them too. {low['alerts']:,} were told in all, "
        f"{low['meant_nothing']:,} of them where no fault explains them, "
        f"{cell(low['meant_nothing'] / result['home_years'], '.2f')} a home-year. Homes are "
        "counted once, under the worst that was told of them."
    )
    yield ""
    rows = [
        (
            f"`{name}`",
            f"{one['low_alerts']}",
            f"{one['low_alerts'] / result['home_years']:.3f}",
            *(f"{one[severity]}" for severity in ("low", "medium", "high", "emergency")),
        )
        for name, one in result["told_wrongly"].items()
    ]
    heads = ("detector", "`low` alerts", "a home-year", "homes: `low`", "`medium`", "`high`")
    yield from table((*heads, "`emergency`"), rows or [("none", *["0"] * 6)])
    yield ""


def _scores(named: Sequence[tuple[str, Figures]], columns: Columns) -> Iterator[str]:
    rows = [(name, *(cell(one[key], form) for key, _, form in columns)) for name, one in named]
    yield from table(("", *(title for _, title, _ in columns)), rows)
