"""Simulate an estate block by block, judge it by detectors and baselines, and score them."""

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.accuracy.baselines import BASELINES
from bench.accuracy.estate import block_faults, block_frames
from bench.accuracy.rule import found_by
from bench.accuracy.scoring import LISTED, Accuracy, Fault, Score, Verdict, score, verdicts_on
from core.findings import Episode
from detectors.offline.judging import judged
from detectors.registry import BOILER_DETECTORS, ROOM_DETECTORS
from firmware_sim.chance import TILE
from firmware_sim.folder.blocks import BLOCK_HOMES, FIRST_DAY, Order, blocks_of

HOMES, DAYS, SEED = 20, 30, 20_001
BLOCK_HOME_DAYS_MAX = 40_000
"""Homes times days that are simulated and judged together: 800 MB of frames, at times twice."""


@dataclass(slots=True)
class _Run:
    """What is kept of all blocks."""

    faults: list[Fault] = field(default_factory=list)
    alerts: list[Episode] = field(default_factory=list)
    of_baseline: dict[str, list[Episode]] = field(
        default_factory=lambda: {one.name: [] for one in BASELINES}
    )
    judging_s: float = 0.0


def add_options(parser: ArgumentParser) -> None:
    """How large an estate, for how long, and by which seed."""
    parser.add_argument("--homes", type=int, default=HOMES, help=f"homes ({HOMES})")
    parser.add_argument("--days", type=int, default=DAYS, help=f"days ({DAYS})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed of the estate ({SEED})")


def measure(options: Namespace) -> dict[str, Any]:
    """Score detectors and baselines on one simulated estate, of which nothing is written."""
    order = Order(
        homes=options.homes,
        days=options.days,
        seed=options.seed,
        block_homes=_block_homes(options.days),
    )
    run = _Run()
    for block in blocks_of(order):
        rooms, boilers = block_frames(block)
        run.faults += block_faults(block)
        began = time.process_time()
        run.alerts += judged(rooms, boilers)
        run.judging_s += time.process_time() - began
        for baseline in BASELINES:
            told = run.of_baseline[baseline.name]
            if baseline.of_rooms is not None:
                told += baseline.of_rooms(rooms)
            if baseline.of_boilers is not None:
                told += baseline.of_boilers(boilers)
        _say(f"{block.homes.indices[-1] + 1:,} of {order.homes:,} homes")
    return _result(order, run)


def _block_homes(days: int) -> int:
    """How many homes are simulated together, in whole tiles: more are quicker."""
    tiles = BLOCK_HOME_DAYS_MAX // (max(days, 1) * TILE)
    return TILE * max(min(tiles, BLOCK_HOMES // TILE), 1)


def _result(order: Order, run: _Run) -> dict[str, Any]:
    start = datetime.combine(FIRST_DAY, datetime.min.time(), UTC)
    end = start + timedelta(days=order.days)

    def figures(alerts: list[Episode], detectors: Collection[str] | None = None) -> dict[str, Any]:
        """Of all faults, or of those that one of these detectors could find."""
        kinds = {one.fault for one in run.faults}
        return _figures(
            score(
                run.faults,
                alerts,
                homes=order.homes,
                start=start,
                end=end,
                counted={
                    name
                    for name in kinds
                    if detectors is None or not found_by(name).isdisjoint(detectors)
                },
            )
        )

    known = {one.name for one in ROOM_DETECTORS} | {one.name for one in BOILER_DETECTORS}
    return {
        "homes": order.homes,
        "days": order.days,
        "seed": order.seed,
        "judging_home_days_per_cpu_s": order.homes * order.days / max(run.judging_s, 1e-9),
        "detectors": figures(run.alerts),
        "detectors_on_their_faults": figures(run.alerts, known),
        "baselines": {
            one.name: {
                "alone": figures(run.of_baseline[one.name], [one.detector]),
                "detectors": figures(
                    [alert for alert in run.alerts if alert.detector == one.detector],
                    [one.detector],
                ),
            }
            for one in BASELINES
        },
        "false_alerts": _false_alerts(run),
    }


def _false_alerts(run: _Run) -> list[dict[str, str]]:
    """The detectors' own, for whoever looks for the reason; in order of raising."""
    false = [
        alert for alert, verdict in verdicts_on(run.faults, run.alerts) if verdict is Verdict.FALSE
    ]
    return [
        {
            "home_id": alert.home_id,
            "detector": alert.detector,
            "place": alert.place,
            "raised_at": alert.raised_at.isoformat(),
            "severity": alert.severity.word,
            "sentence": alert.sentence,
        }
        for alert in sorted(false, key=lambda one: (one.raised_at, one.home_id, one.place))
    ]


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
        "noticeable": one.noticeable,
        "found_before_noticing": one.found_before_noticing,
        "lead_median_h": one.lead_median_h,
        "lead_p10_h": one.lead_p10_h,
    }


def _say(line: str) -> None:
    sys.stderr.write(f"accuracy: {line}\n")
