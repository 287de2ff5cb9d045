"""The command `live`."""

import argparse
import asyncio
import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path

from firmware_sim.broker import Address
from firmware_sim.built import build
from firmware_sim.live import Run, open_run
from firmware_sim.pace import Pace
from firmware_sim.recording import BrokenOffError
from firmware_sim.rundir import RUN_DIR
from firmware_sim.scenario import load_scenario

URL_VARIABLE = "FIRMWARE_SIM_URL"
YEARS = range(1980, 2100)
"""In which time can begin: the history before it still lies after 1970, where minutes begin."""


class CommandRefusedError(Exception):
    """The command cannot be done; the text says why."""


def add_live(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    live = commands.add_parser("live", help="write the history up to now, then publish live")
    live.add_argument(
        "--scenario",
        type=Path,
        required=True,
        metavar="FILE",
        help="the homes and what happens in them; examples are in scenarios/",
    )
    live.add_argument(
        "--run-dir",
        type=Path,
        default=RUN_DIR,
        metavar="DIR",
        help=f"what the run writes and goes on from ({RUN_DIR})",
    )
    live.add_argument(
        "--url",
        metavar="URL",
        help=f"the broker, mqtt://user:password@host:port; better in {URL_VARIABLE}, "
        "where other users of the machine cannot read the password",
    )
    live.add_argument("--until-history-only", action="store_true", help="stop after the history")
    live.add_argument("--ledger", action="store_true", help="keep published.jsonl, for counting")
    live.add_argument(
        "--speed",
        type=float,
        default=1.0,
        metavar="X",
        help="so many simulated seconds a second; instants then run ahead of the clock",
    )
    live.add_argument(
        "--from",
        dest="start",
        metavar="INSTANT",
        help="with --speed: where fast time begins at a first start, such as "
        "2026-01-05T00:00:00Z; now, if not given",
    )
    live.set_defaults(run=_live)


def _live(chosen: argparse.Namespace) -> int:
    pace = Pace(time.time, speed=chosen.speed, start_s=_start_s(chosen.start))
    built = build(load_scenario(chosen.scenario))
    url = chosen.url or os.environ.get(URL_VARIABLE)
    if url is None and not chosen.until_history_only:
        raise CommandRefusedError(
            f"which broker? Set {URL_VARIABLE}=mqtt://user:password@host:port"
        )
    address = None if chosen.until_history_only else Address.of(url or "")
    asked_to_stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: asked_to_stop.append(received))
    try:
        run = Run(
            built,
            open_run(chosen.run_dir),
            pace=pace,
            stopped=lambda: bool(asked_to_stop),
            say=_say,
            with_ledger=chosen.ledger,
        )
        run.catch_up()
        if address is not None:
            asyncio.run(run.live(address))
    except BrokenOffError:
        _say("stopped before the history was whole: nothing of it is kept")
    except OSError as error:
        raise CommandRefusedError(
            f"{chosen.run_dir} cannot be written ({error.strerror or error}): "
            "make room or choose another --run-dir, then start again"
        ) from error
    return 0


def _start_s(words: str | None) -> float | None:
    if words is None:
        return None
    try:
        start = datetime.fromisoformat(words)
    except ValueError:
        start = None
    if start is None or start.tzinfo is None:
        raise CommandRefusedError(f"--from cannot be {words!r}: write it as 2026-01-05T00:00:00Z")
    if start.year not in YEARS:
        raise CommandRefusedError(
            f"--from cannot be {words!r}: choose a year from {YEARS.start} to {YEARS[-1]}"
        )
    return start.timestamp()


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
