"""The command line: `live`, `break`, `faults`."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from firmware_sim.breaking import request_of
from firmware_sim.broker import Address, AddressError
from firmware_sim.checkpoint import StateMismatchError
from firmware_sim.estate import build
from firmware_sim.faults import FAULTS, explain
from firmware_sim.live import Run, open_run
from firmware_sim.recording import BrokenOffError
from firmware_sim.rundir import AlreadyRunningError, NotRunningError, RunDir
from firmware_sim.scenario import ScenarioError, load_scenario

URL_VARIABLE = "FIRMWARE_SIM_URL"
RUN_DIR = Path(".homewell/firmware-sim")
_EXPECTED = (AddressError, AlreadyRunningError, NotRunningError, ScenarioError, StateMismatchError)


class CommandRefusedError(Exception):
    """The command cannot be done; the text says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status, with errors as one line on standard error."""
    chosen = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO if chosen.verbose else logging.WARNING,
        format="firmware-sim: %(message)s",
        stream=sys.stderr,
    )
    try:
        return int(chosen.run(chosen))
    except (*_EXPECTED, CommandRefusedError) as error:
        if chosen.verbose:
            logging.getLogger(__name__).info("in full:", exc_info=True)
        _say(f"firmware-sim: {error}")
        return 1


def _live(chosen: argparse.Namespace) -> int:
    estate = build(load_scenario(chosen.scenario))
    url = chosen.url or os.environ.get(URL_VARIABLE)
    if url is None and not chosen.until_history_only:
        raise CommandRefusedError(
            f"which broker? Set {URL_VARIABLE}=mqtt://user:password@host:port"
        )
    address = None if chosen.until_history_only else Address.of(url or "")
    place = open_run(chosen.run_dir)
    asked_to_stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: asked_to_stop.append(received))
    try:
        run = Run(
            estate,
            place,
            clock=time.time,
            stopped=lambda: bool(asked_to_stop),
            say=_say,
            with_ledger=chosen.ledger,
        )
        run.catch_up()
    except BrokenOffError:
        _say("stopped before the history was whole: nothing of it is kept")
        return 0
    if address is not None:
        asyncio.run(run.live(address))
    return 0


def _break(chosen: argparse.Namespace) -> int:
    given = {
        name: getattr(chosen, name)
        for name in _parameter_names()
        if getattr(chosen, name) is not None
    }
    request = request_of(chosen.home, chosen.fault, chosen.place, given)
    answer = RunDir(chosen.run_dir).ask(request)
    if "error" in answer:
        raise CommandRefusedError(answer["error"])
    sys.stdout.write(json.dumps(answer["truth"]) + "\n")
    return 0


def _faults(_chosen: argparse.Namespace) -> int:
    sys.stdout.write("\n".join(explain(kind) for kind in FAULTS.values()) + "\n")
    return 0


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _parameter_names() -> list[str]:
    return sorted({name for kind in FAULTS.values() for name in kind.parameters})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="firmware-sim", description="Homes that do not exist, and what their devices publish."
    )
    parser.add_argument("--verbose", action="store_true", help="say more on standard error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    live = commands.add_parser("live", help="write the history up to now, then publish live")
    live.add_argument("--scenario", type=Path, required=True, metavar="FILE")
    live.add_argument("--run-dir", type=Path, default=RUN_DIR, metavar="DIR")
    live.add_argument(
        "--url",
        metavar="URL",
        help=f"the broker, mqtt://user:password@host:port; better in {URL_VARIABLE}, "
        "where other users of the machine cannot read the password",
    )
    live.add_argument("--until-history-only", action="store_true", help="stop after the history")
    live.add_argument("--ledger", action="store_true", help="keep published.jsonl, for counting")
    live.set_defaults(run=_live)

    breaking = commands.add_parser("break", help="put a fault into a home of a running simulator")
    breaking.add_argument("home", metavar="HOME")
    breaking.add_argument("fault", metavar="FAULT")
    breaking.add_argument("--place", metavar="PLACE")
    breaking.add_argument("--run-dir", type=Path, default=RUN_DIR, metavar="DIR")
    for name in _parameter_names():
        breaking.add_argument(f"--{name.replace('_', '-')}", type=float, metavar="NUMBER")
    breaking.set_defaults(run=_break)

    faults = commands.add_parser("faults", help="list the faults and explain each")
    faults.set_defaults(run=_faults)
    return parser
