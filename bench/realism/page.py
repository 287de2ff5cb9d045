"""The comparison in words and tables, for the terminal and for the documentation."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.realism.reasons import ASSUMPTIONS, NOT_EXPLAINED, REASONS

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
_HOMES_AND_HABITS = (
    "The Finnish houses (TRH-1, Laukkarinen and others, CC BY 4.0) have mechanical ventilation",
    "and are heated day and night; the Belgian house (UCI appliances energy, Candanedo and others",
    "2017, CC BY 4.0) is a low-energy house. No open recording of British social homes was found.",
    "The simulated homes are British in fabric and habits, and healthy. So that like is compared",
    "with like they stand in the weather of the recordings, with radiators sized for it, and are",
    "heated as the recorded homes seem to be: to 20.5 to 22.5 °C from morning to bedtime, 1.5 K",
    "less at night. How British people heat, for part of the day to 17.5 to 23 °C, stands beside.",
)
_QUANTILES = " / ".join(f"{100 * share:.0f}" for share in SHARES)


def lines(result: dict[str, Any]) -> Iterator[str]:
    """The result for a person at a terminal."""
    yield f"simulated beside real homes: {_counted(result)}"
    yield f"{'':52s} {'range of the real':>19s} {'simulated median':>17s}"
    for row in result["rows"]:
        low, high = row["real_range"]
        verdict = "within" if row["within"] else "OUTSIDE"
        yield (
            f"{_named(row):52s} {_figure(low):>8s} to {_figure(high):>7s}"
            f" {_figure(row['simulated_median']):>17s} {verdict}"
        )
    yield _verdict(result)


def write_page(path: Path, result: dict[str, Any]) -> None:
    """Write the result as a page of the documentation."""
    path.write_text("\n".join(_page(result)) + "\n", encoding="utf-8")


def _page(result: dict[str, Any]) -> Iterator[str]:
    yield "# Simulated homes beside real ones"
    yield ""
    yield "Made by `python -m bench realism --write`; not to be edited by hand."
    yield ""
    yield f"**{_verdict(result)}** Compared are {_counted(result)}."
    yield ""
    yield from _introduction(result)
    yield ""
    yield "## All rooms"
    yield ""
    yield f"Quantiles over rooms ({_QUANTILES} %); one number a room."
    yield ""
    yield "| statistic | real | simulated | real, lowest to highest | simulated median |"
    yield "|---|---|---|---|---|"
    for row in result["rows"]:
        low, high = (_figure(value) for value in row["real_range"])
        verdict = "within" if row["within"] else "**outside**"
        yield (
            f"| {_named(row)} | {_figures(row['quantiles']['real'])}"
            f" | {_figures(row['quantiles']['simulated'])}"
            f" | {low} to {high} | {_figure(row['simulated_median'])}, {verdict} |"
        )
    for number, place in enumerate(result["places"]):
        yield ""
        yield f"## In the weather of {place['name']}, without bathrooms"
        yield ""
        yield from _place(result["without_bathrooms"], number)
    yield ""
    yield "## Bathrooms"
    yield ""
    yield "The one bathroom that was recorded, in Belgium, among the simulated ones in its weather."
    yield ""
    yield "| statistic | real | simulated |"
    yield "|---|---|---|"
    for row in result["bathrooms"]:
        yield f"| {_named(row)} | {_figure(row['real'])} | {_figures(row['simulated'])} |"
    yield ""
    yield "## Where the simulated median lies outside, and why"
    yield ""
    yield from _reasons(result)
    yield ""
    yield "## What the model assumes"
    yield ""
    yield from (f"- {assumption}" for assumption in ASSUMPTIONS)


def _introduction(result: dict[str, Any]) -> Iterator[str]:
    yield "The same statistics, computed in the same way from hourly means, of rooms that somebody"
    yield "measured and of rooms that were simulated in the weather recorded outside them:"
    yield ""
    for place in result["places"]:
        rooms = ", ".join(place["real_rooms"])
        yield (
            f"- {place['name']}: {place['days']} days, {place['outdoor_c']:.1f} °C outdoors on"
            f" average; {rooms}."
        )
    yield ""
    yield from _HOMES_AND_HABITS


def _place(rows: list[dict[str, Any]], number: int) -> Iterator[str]:
    british = rows[0]["by_place"][number]["british"] is not None
    more = " simulated, heated as British people do |" if british else ""
    yield f"| statistic | real | simulated |{more}"
    yield f"|---|---|---|{'---|' if british else ''}"
    for row in rows:
        here = row["by_place"][number]
        line = f"| {_named(row)} | {_figures(here['real'])} | {_figures(here['simulated'])} |"
        yield line + (f" {_figures(here['british'])} |" if british else "")


def _reasons(result: dict[str, Any]) -> Iterator[str]:
    for row, other in zip(result["rows"], result["without_bathrooms"], strict=True):
        if row["within"] and other["within"]:
            continue
        where = "" if not row["within"] else " (without bathrooms)"
        low, high = (_figure(value) for value in other["real_range"])
        yield (
            f"- **{row['name']}**{where}: {REASONS.get(row['name'], NOT_EXPLAINED)} Without"
            f" bathrooms: {_figure(other['simulated_median'])}, real {low} to {high}."
        )


def _verdict(result: dict[str, Any]) -> str:
    rows = result["without_bathrooms"]
    return (
        f"{result['within']} of {len(rows)} simulated medians lie within the range of the real"
        f" rooms; {sum(row['within'] for row in rows)} of {len(rows)} where bathrooms, of which one"
        " was recorded, are left out."
    )


def _counted(result: dict[str, Any]) -> str:
    real = sum(len(place["real_rooms"]) for place in result["places"])
    return f"{real} real rooms and {result['homes']} simulated homes in each weather"


def _named(row: dict[str, Any]) -> str:
    return f"{row['name']} [{row['unit']}]" if row["unit"] else str(row["name"])


def _figures(quantiles: list[float]) -> str:
    return " / ".join(_figure(value) for value in quantiles)


def _figure(value: float) -> str:
    """Three figures, without an exponent; a dash for NaN, where there is nothing to describe."""
    if math.isnan(value):
        return "–"
    size = abs(value)
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
