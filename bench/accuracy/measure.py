"""Simulate an estate block by block, watch it by detectors and baselines, and score them."""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench import reference
from bench.accuracy.baselines import BASELINES
from bench.accuracy.block import BlockRun, run_block
from bench.accuracy.delays import leak_figures, no_heat_figures
from bench.accuracy.forecast import Forecast
from bench.accuracy.page import write_page
from bench.accuracy.real import real_homes
from bench.accuracy.rule import found_by
from bench.accuracy.scoring import (
    FALSE_FROM,
    LISTED,
    Accuracy,
    Leads,
    Score,
    right_alerts,
    score,
    verdicts_on,
)
from bench.accuracy.wrong import false_alerts, low_lines, told_wrongly
from core.findings import Episode
from detectors.registry import DETECTORS, Detectors, all_detectors
from firmware_sim.chance import TILE
from firmware_sim.folder.blocks import Order, firsts_of

HOMES, DAYS, SEED = 20, 30, 20_001
DAYS_A_YEAR = 365.25
BLOCK_HOMES_MAX = 500
"""Homes that live and are judged together: 800 MB with all that is in hand of three days."""


def add_options(parser: ArgumentParser) -> None:
    """How large an estate, for how long, by which seed, and on how many processes."""
    parser.add_argument("--homes", type=int, default=HOMES, help=f"homes ({HOMES})")
    parser.add_argument("--days", type=int, default=DAYS, help=f"days ({DAYS})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed of the estate ({SEED})")
    parser.add_argument("--healthy", action="store_true", help="no faults, oddities only")
    parser.add_argument("--workers", type=int, default=1, help="processes (1)")
    reference.add_options(parser)
    parser.add_argument("--page", type=_page, help="write the tables as a page, such as FILE.md")


def measure(options: Namespace) -> dict[str, Any]:
    """Score detectors and baselines on one simulated estate, of which nothing is written.

    What takes seconds comes first, so that data that cannot be read cost no long run.
    """
    order = Order(
        homes=options.homes,
        days=options.days,
        seed=options.seed,
        healthy=options.healthy,
        block_homes=_block_homes(options.homes, options.workers),
    )
    on_what_is_real = {
        "reference": reference.measure(options),
        "real_homes": real_homes(options.data),
    }
    result = result_of(order, list(_runs(order, DETECTORS, options.workers))) | on_what_is_real
    if options.page is not None:
        write_page(options.page, result)
        _say(f"{options.page} is written")
    return result


def result_of(order: Order, runs: Collection[BlockRun]) -> dict[str, Any]:
    """The figures of an estate from those of its blocks."""
    start = datetime.combine(order.first_day, datetime.min.time(), UTC)
    end = start + timedelta(days=order.days)
    faults = [fault for run in runs for fault in run.faults]
    alerts = [alert for run in runs for alert in run.alerts]
    verdicts = verdicts_on(faults, alerts)
    right = right_alerts(verdicts)

    def figures(alerts: list[Episode], detectors: Collection[str] | None = None) -> dict[str, Any]:
        """Of all faults, or of those that one of these detectors could find."""
        kinds = {one.fault for one in faults}
        counted = {
            name for name in kinds if detectors is None or not found_by(name).isdisjoint(detectors)
        }
        return _figures(
            score(faults, alerts, homes=order.homes, start=start, end=end, counted=counted)
        )

    forecast = Forecast()
    for run in runs:
        forecast = forecast.with_other(run.forecast)
    wanted = {home: at for run in runs for home, at in run.heat_wanted.items()}
    home_days = order.homes * order.days
    return {
        "homes": order.homes,
        "days": order.days,
        "seed": order.seed,
        "healthy": order.healthy,
        "cpu_s": round(sum(run.whole_s for run in runs), 1),
        "judging_home_days_per_cpu_s": home_days / max(sum(run.judging_s for run in runs), 1e-9),
        "detectors": figures(alerts),
        "detectors_on_their_faults": figures(alerts, all_detectors()),
        "baselines": {
            one.name: {
                "alone": figures([a for run in runs for a in run.of_baseline[one.name]], found),
                "detectors": figures([a for a in alerts if a.detector == one.detector], found),
            }
            for one in BASELINES
            for found in [[one.detector]]
        },
        "leak_of_0.02_bar_per_day": leak_figures(faults, right, end),
        "no_heat": no_heat_figures(faults, wanted, right),
        "mould_forecast": forecast.figures(),
        "home_years": order.homes * order.days / DAYS_A_YEAR,
        "medium_and_more": figures([one for one in alerts if one.severity >= FALSE_FROM]),
        "by_worst_severity": figures([replace(one, severity=one.severity_max) for one in alerts]),
        "low_lines": low_lines(verdicts),
        "told_wrongly": told_wrongly(verdicts),
        "false_alerts": false_alerts(verdicts),
    }


def _page(name: str) -> Path:
    """A place for the page; ArgumentTypeError where there is no such folder."""
    place = Path(name)
    if not place.parent.is_dir():
        raise ArgumentTypeError(f"{place.parent} is no folder; make it first")
    return place


def _runs(order: Order, detectors: Detectors, workers: int) -> Iterator[BlockRun]:
    firsts = firsts_of(order)
    run = partial(run_block, order, detectors)
    if workers <= 1:
        yield from _said(order, map(run, firsts))
        return
    with ProcessPoolExecutor(max_workers=workers) as pool:
        yield from _said(order, pool.map(run, firsts))


def _said(order: Order, runs: Iterator[BlockRun]) -> Iterator[BlockRun]:
    done = 0
    for run in runs:
        done += run.homes
        _say(f"{done:,} of {order.homes:,} homes")
        yield run


def _block_homes(homes: int, workers: int) -> int:
    """How many homes live together, in whole tiles: more are quicker, and every process has work.

    A home comes out the same in whatever block it is.
    """
    each = -(-homes // (max(workers, 1) * TILE)) * TILE
    return max(min(each, BLOCK_HOMES_MAX // TILE * TILE), TILE)


def _figures(accuracy: Accuracy) -> dict[str, Any]:
    return {
        "overall": _score_figures(accuracy.overall),
        "by_fault": {name: _score_figures(one) for name, one in accuracy.by_fault.items()},
        "by_third": [_score_figures(one) for one in accuracy.by_third],
        "false_per_home_year": accuracy.false_per_home_year,
        "false_high_per_home_year": accuracy.false_high_per_home_year,
        "false": accuracy.false,
        "brought": accuracy.brought,
        "information": accuracy.information,
        f"first_{LISTED}_precision": accuracy.listed.precision,
        "weeks": accuracy.listed.weeks,
    }


def _score_figures(one: Score) -> Mapping[str, float | None]:
    return {
        "events": one.events,
        "found": one.found,
        "false": one.false,
        "precision": one.precision,
        "recall": one.recall,
        "f_half": one.f_half,
        "delay_median_h": one.delay_median_h,
        **_lead_figures("", one.leads),
        **_lead_figures("developing_", one.developing),
    }


def _lead_figures(of: str, leads: Leads) -> Mapping[str, float | None]:
    return {
        f"{of}noticed": leads.noticed,
        f"{of}found_before": leads.found_before,
        f"{of}lead_median_h": leads.median_h,
        f"{of}lead_p10_h": leads.p10_h,
    }


def _say(line: str) -> None:
    sys.stderr.write(f"accuracy: {line}\n")
