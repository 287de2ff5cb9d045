"""The cost of a day of homes, for a person."""

from collections.abc import Iterator
from typing import Any


def lines(result: dict[str, Any]) -> Iterator[str]:
    """The result for a person."""
    yield f"all detectors over one day, in blocks of {result['block_homes']:,} homes"
    yield "   homes     CPU s  home-days/CPU s  passes of nanmean  peak MB"
    for row in result["rows"]:
        yield (
            f"{row['homes']:8,d}  {row['cpu_s']:8.2f}  {row['home_days_per_cpu_s']:15,.0f}"
            f"  {row['nanmean_passes']:17.1f}  {row['peak_mb']:7,.0f}"
        )
    last = result["rows"][-1]
    yield ""
    yield f"of the {last['cpu_s']:.2f} s of {last['homes']:,} homes:"
    for what, seconds in sorted(last["parts"].items(), key=lambda part: -part[1]):
        yield f"  {what:<30} {seconds:7.2f} s  {100 * seconds / last['cpu_s']:3.0f} %"
    yield ""
    for one in result["groups"]:
        yield f"{one['groups']:4d} groups of five minutes by the minute: {one['cpu_s']:.3f} CPU s"
    yield ""
    yield f"a home's day, all detectors: {result['each_ms']:.2f} ms"
    yield "its mould index and pressure trend alone, one home after the other:"
    for one in result["scripts"]:
        days = "a day" if one["days"] == 1 else f"{one['days']} days"
        times = one["each_ms"] / result["each_ms"]
        yield f"  with {one['with']}, {days}: {one['each_ms']:.2f} ms, {times:.2f} times our time"
    for name in result["not_installed"]:
        yield f"  with {name}: not installed (the extra `peers`)"
