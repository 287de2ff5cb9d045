"""The part of the page on what is real: reference values of physics, and recorded homes."""

from collections.abc import Iterator, Mapping
from typing import Any

from bench.accuracy.markdown import cell, table

NOT_HERE = "not here"


def physics(result: Mapping[str, Any]) -> Iterator[str]:
    """The worst deviations from reference values."""
    found = result["reference"]
    goals = found["goals"]
    yield "## Physics beside reference values"
    yield ""
    rows = [
        (
            words,
            NOT_HERE if one is None else f"{one['values']:,}",
            NOT_HERE if one is None else cell(one["worst"], ".5f"),
            f"{goals['index']} at most",
        )
        for words, one in (
            ("VTT mould index, constant conditions", found["vtt_constant"]),
            ("VTT mould index, repeating patterns", found["vtt_dynamic"]),
            ("VTT mould index, real TRH-1 recordings", found["vtt_real"]),
        )
    ]
    rows.append(
        (
            "psychrometrics, ISO 13788",
            f"{found['psychrometrics_values']}",
            f"{found['psychrometrics_pct']:.4f} %",
            f"{goals['psychrometrics_pct']} % at most",
        )
    )
    rows.append(
        (
            "Home Assistant's mould indicator: whole-number states and unavailable cases",
            f"{found['home_assistant_vectors']}",
            f"{found['home_assistant_differ']} differ",
            "none",
        )
    )
    yield from table(("", "values", "worst deviation", "goal"), rows)
    yield ""


def recordings(result: Mapping[str, Any]) -> Iterator[str]:
    """Every alert on recordings of real rooms, and what is to be said of it."""
    homes = result["real_homes"]
    yield "## Real homes"
    yield ""
    if not homes:
        yield f"The recordings are {NOT_HERE}: nothing was judged."
        return
    yield (
        "Every recording of real rooms there is, each judged by itself as "
        "`python -m detectors analyse` judges a folder, and **every** alert raised on them. None "
        "holds a boiler, or a word of mould or repairs: they show what is told of sound homes."
    )
    yield ""
    rows = [
        (
            one["home"],
            one["words"],
            f"{one['rooms']}",
            f"{one['days']:.0f}",
            f"{len(one['alerts'])}",
            f"{sum(alert['severity'] in ('high', 'emergency') for alert in one['alerts'])}",
        )
        for one in homes
    ]
    heads = ("recording", "what it is", "rooms", "days", "alerts", "of them `high` or worse")
    yield from table(heads, rows, words=2)
    yield ""
    told = [
        (
            f"{one['home']}, {alert['place']}",
            f"`{alert['detector']}`, {alert['severity']}",
            _time(alert),
            alert["sentence"],
            alert["explanation"],
        )
        for one in homes
        for alert in one["alerts"]
    ]
    yield from table(("where", "alert", "when", "sentence", "why"), told, words=5)
    yield ""


def _time(alert: Mapping[str, str | None]) -> str:
    raised, cleared = alert["raised_at"], alert["cleared_at"]
    until = "the end" if cleared is None else cleared[:10]
    return f"{(raised or '')[:10]} to {until}"
