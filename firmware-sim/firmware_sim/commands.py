"""The command line."""

import argparse
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from firmware_sim.breaking import BREAK, MEND, request_of
from firmware_sim.broker import AddressError
from firmware_sim.checkpoint import StateMismatchError
from firmware_sim.dialects.table import BOILER_DIALECTS, ROOM_DIALECTS
from firmware_sim.faults.kind import FaultRefusedError, Kind, explain
from firmware_sim.faults.planned import find
from firmware_sim.faults.table import FAULTS
from firmware_sim.folder.blocks import EstateRefusedError
from firmware_sim.folder.commands import add_estate
from firmware_sim.live import AheadOfTimeError
from firmware_sim.live_command import CommandRefusedError, add_live
from firmware_sim.oddities.table import ODDITIES
from firmware_sim.pace import PaceError
from firmware_sim.rundir import RUN_DIR, AlreadyRunningError, NotRunningError, RunDir
from firmware_sim.scenario import ScenarioError

_EXPECTED = (
    AddressError,
    AheadOfTimeError,
    AlreadyRunningError,
    CommandRefusedError,
    EstateRefusedError,
    FaultRefusedError,
    NotRunningError,
    PaceError,
    ScenarioError,
    StateMismatchError,
)
_KINDS: Mapping[str, Kind] = {**FAULTS, **ODDITIES}


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
    except _EXPECTED as error:
        if chosen.verbose:
            logging.getLogger(__name__).info("in full:", exc_info=True)
        sys.stderr.write(f"firmware-sim: {error}\n")
        return 1


def _break(chosen: argparse.Namespace) -> int:
    given = {
        name: getattr(chosen, name)
        for name in _parameter_names()
        if getattr(chosen, name) is not None
    }
    return _ask(chosen, given, do=BREAK)


def _mend(chosen: argparse.Namespace) -> int:
    return _ask(chosen, {}, do=MEND)


def _ask(chosen: argparse.Namespace, given: Mapping[str, float], *, do: str) -> int:
    request = request_of(chosen.home, chosen.fault, chosen.place, given, do=do)
    try:
        answer = RunDir(chosen.run_dir).ask(request)
    except OSError as error:
        raise CommandRefusedError(
            f"{chosen.run_dir} cannot be used ({error.strerror or error}): "
            "ask as the user who started the simulator"
        ) from error
    if "error" in answer:
        raise CommandRefusedError(answer["error"])
    sys.stdout.write(json.dumps(answer["truth"]) + "\n")
    return 0


def _truth(chosen: argparse.Namespace) -> int:
    try:
        lines = RunDir(chosen.run_dir).truth.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CommandRefusedError(
            f"there is no truth in {chosen.run_dir}: start `live` there, "
            "or name its directory with --run-dir"
        ) from error
    for row in map(json.loads, lines):
        noticed = f", noticed {row['noticed_at']}" if row["noticed_at"] else ""
        ended = f", ended {row['ended_at']}" if row["ended_at"] else ""
        sys.stdout.write(
            f"{row['home_id']}: {row['fault']} ({row['place']}), severity {row['severity']:g}, "
            f"since {row['began_at']}{noticed}{ended}\n"
        )
    return 0


def _faults(chosen: argparse.Namespace) -> int:
    return _explain(FAULTS, chosen.name, "fault")


def _oddities(chosen: argparse.Namespace) -> int:
    return _explain(ODDITIES, chosen.name, "oddity")


def _explain(kinds: Mapping[str, Kind], name: str | None, what: str) -> int:
    wanted = kinds.values() if name is None else (find(name, kinds, what=what),)
    sys.stdout.write("\n".join(explain(kind) for kind in wanted) + "\n")
    return 0


def _dialects(_chosen: argparse.Namespace) -> int:
    for table, member in ((ROOM_DIALECTS, "room_devices"), (BOILER_DIALECTS, "boiler_device")):
        for name, dialect in table.items():
            settings = f"; settings: {', '.join(dialect.settings)}" if dialect.settings else ""
            sys.stdout.write(f'{member} = "{name}": {dialect.words}{settings}\n')
    return 0


def _parameter_names() -> list[str]:
    return sorted({name for kind in _KINDS.values() for name in kind.parameters})


class _Parser(argparse.ArgumentParser):
    """A parser that refuses in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see `{self.prog} --help`\n")


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = _Parser(
        prog="firmware-sim", description="Homes that do not exist, and what their devices publish."
    )
    parser.add_argument("--verbose", action="store_true", help="say more on standard error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_live(commands)
    _add_break_and_mend(commands)
    truth = commands.add_parser("truth", help="say what has been broken in a run so far")
    _add_run_dir(truth)
    truth.set_defaults(run=_truth)
    add_estate(commands)
    for name, words, run in (
        ("faults", "list the faults and explain each, or one", _faults),
        ("oddities", "list the harmless oddities, or explain one", _oddities),
    ):
        listing = commands.add_parser(name, help=words)
        listing.add_argument("name", nargs="?", metavar="NAME", help="all, if not given")
        listing.set_defaults(run=run)
    dialects = commands.add_parser("dialects", help="list the devices that homes can have")
    dialects.set_defaults(run=_dialects)
    return parser


def _add_break_and_mend(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    breaking = commands.add_parser(
        "break",
        help="put a fault or an oddity into a home of a running simulator",
        usage="firmware-sim break [--help] [--run-dir DIR] HOME FAULT [--place PLACE] "
        "[--PARAMETER NUMBER …]",
        epilog="`firmware-sim faults FAULT` tells its places and parameters, such as --rate 0.4",
    )
    for name in _parameter_names():
        breaking.add_argument(f"--{name.replace('_', '-')}", type=float, help=argparse.SUPPRESS)
    breaking.set_defaults(run=_break)
    mending = commands.add_parser("mend", help="end a fault in a home of a running simulator")
    mending.set_defaults(run=_mend)
    for asking in (breaking, mending):
        asking.add_argument("home", metavar="HOME", help="such as home-12")
        asking.add_argument("fault", metavar="FAULT", help="`faults` and `oddities` list them")
        asking.add_argument("--place", metavar="PLACE", help="a room, where several are possible")
        _add_run_dir(asking)


def _add_run_dir(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--run-dir",
        type=Path,
        default=RUN_DIR,
        metavar="DIR",
        help=f"the one that `live` was given ({RUN_DIR})",
    )
