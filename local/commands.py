"""The `homewell` command: one sub-command for each thing a person or a machine does."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import psycopg

from core.registry import NotARegistration
from core.registry import parse as parse_registration
from gateway.endpoint import EndpointWrong
from gateway.spool import SpoolUnwritable
from gateway.spool_file import SpoolInUse
from local.column_map import NotAColumnMap
from local.demo import Demonstration
from local.erasing import ERASABLE, Asked, erase_home
from local.fetch import FetchFailed
from local.place import NoPlace, find_place
from local.ports import NoFreePort
from local.processes import ServerFailed
from local.replay import ReplayStalled
from local.replaying import Outcome, RowsLost, replay
from local.run_lock import RunsAlready, find_running
from local.running import down, running_stack, status, supervise, up
from local.setting_up import set_up
from local.sign_in import NobodyThere, sign_in_token
from local.stack import Stack
from local.weather_places import note_places
from store.connection import Unavailable
from store.erasure import NotThere
from store.migrate import ChangedMigration, migrate
from store.registry import gateway_ids, register
from store.roles import Role, UnfitServer

_EXPECTED = (
    ChangedMigration,
    EndpointWrong,
    FetchFailed,
    NoFreePort,
    NoPlace,
    NobodyThere,
    NotAColumnMap,
    NotARegistration,
    NotThere,
    OSError,
    ReplayStalled,
    RowsLost,
    RunsAlready,
    ServerFailed,
    SpoolInUse,
    SpoolUnwritable,
    Unavailable,
    UnfitServer,
    psycopg.OperationalError,
)
_INTERRUPTED = 130  # what a shell reports of a program that Ctrl-C ended
_SERVICES = ("gateway", "ingest", "upkeep", "detect", "api", "weather")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status, an expected failure as one line on standard error."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in _SERVICES:
        return _service(words[0], words[1:])
    chosen = _parser().parse_args(words)
    try:
        return int(chosen.run(chosen))
    except _EXPECTED as error:
        if chosen.verbose:
            raise
        print(f"homewell {chosen.command}: {_in_words(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"homewell {chosen.command}: stopped; it may be started again", file=sys.stderr)
        return _INTERRUPTED


def _in_words(error: Exception) -> str:
    """An expected failure for a person; the system's own errors come with a number and quotes."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _service(name: str, words: list[str]) -> int:
    """Become one of the processes; each reads its own environment and words.

    Each is imported when it is asked for: a gateway has no NumPy and no database driver.
    """
    if name == "gateway":
        from gateway.__main__ import main as gateway_main

        return gateway_main(words)
    if name == "ingest":
        from ingest.__main__ import main as ingest_main

        return ingest_main(words)
    if name == "upkeep":
        from ingest.upkeep.__main__ import main as upkeep_main

        return upkeep_main(words)
    if name == "detect":
        from detectors.run.service import main as detect_main

        return detect_main(words)
    if name == "weather":
        from weather.__main__ import main as weather_main

        return weather_main(words)
    from api.__main__ import main as api_main

    return api_main(words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="homewell", description="Keeps social homes warm and dry.", epilog=_SERVICES_TEXT
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], words: str) -> _Parser:
        one = commands.add_parser(name, help=words, description=words)
        one.add_argument("--verbose", action="store_true", help="show the whole of an error")
        one.set_defaults(run=run)
        return one

    command("setup", _setup, "fetch the servers of this machine, start nothing")
    command("demo", _demo, "the whole system with thirty simulated homes; Ctrl-C stops it")
    command("up", _up, "start database, broker and every service in the background")
    command("down", _down, "stop what `up` started")
    command("status", _status, "show lag, rejects, spool depth, and where the logs are")
    command("supervise", _supervise, "what `up` runs in the background")
    command("migrate", _migrate, "bring the database at DATABASE_URL (as its owner) up to date")
    one = command("register", _register, "create and change landlords, homes and devices")
    one.add_argument("file", type=Path, metavar="FILE.toml", help="form: docs/running.md")
    one = command("replay", _replay, "send a recording through the whole path")
    one.add_argument(
        "file", type=Path, metavar="FILE", help="NAME.csv, or JSON lines of mosquitto_sub -F %%j"
    )
    one.add_argument(
        "--columns",
        type=Path,
        required=True,
        metavar="MAP.toml",
        help="which column is what; see local/columns",
    )
    one = command("erase", _erase, "delete what was measured in a home, or in one tenancy's time")
    one.add_argument("--landlord", required=True, metavar="ID")
    one.add_argument("--home", required=True, metavar="ID")
    one.add_argument("--tenancy", metavar="ID", help="only what was measured in its time")
    one.add_argument(
        "--purpose", choices=sorted(ERASABLE), help="only what is collected for this purpose"
    )
    one.add_argument("--dry-run", action="store_true", help="say what there is, delete nothing")
    one.add_argument("--yes", action="store_true", help="do not ask first")
    one = command("token", _token, "make a development token; it works on loopback only")
    one.add_argument("--role", required=True, choices=("tenant", "officer", "engineer"))
    one.add_argument(
        "--for",
        dest="whom",
        required=True,
        metavar="ID",
        help="a landlord's id, or a tenant's",
    )
    return parser


_Parser = argparse.ArgumentParser
_SERVICES_TEXT = (
    f"One process each, configured by their environment (docs/running.md): {', '.join(_SERVICES)}."
)


def _say(words: str) -> None:
    print(words, flush=True)


def _note(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _stack() -> Stack:
    return Stack(find_place(), os.environ, _note)


def _setup(_: argparse.Namespace) -> int:
    set_up(os.environ, _say)
    return 0


def _demo(_: argparse.Namespace) -> int:
    wanted = os.environ.get("DEMO_SECONDS")
    demonstration = Demonstration(_stack(), _say, float(wanted) if wanted else None)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: demonstration.ask_to_stop())
    found = demonstration.run()
    print(json.dumps(found), flush=True)
    return 0 if found["lost"] == 0 else 1


def _up(_: argparse.Namespace) -> int:
    _say(f"Homewell runs: {up(_stack())}")
    return 0


def _down(_: argparse.Namespace) -> int:
    _say("Homewell is stopped." if down(_stack()) else "Homewell does not run here.")
    return 0


def _status(_: argparse.Namespace) -> int:
    stack = _stack()
    for line in status(stack):
        _say(line)
    return 0 if find_running(stack.run_folder) else 3


def _supervise(_: argparse.Namespace) -> int:
    supervise(_stack())
    return 0


def _migrate(_: argparse.Namespace) -> int:
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise UnfitServer("set DATABASE_URL to the database, as role homewell_owner")
    with psycopg.connect(url, autocommit=True) as owner:
        done = migrate(owner)
    _say(f"applied: {', '.join(done)}" if done else "the database is up to date")
    return 0


def _register(chosen: argparse.Namespace) -> int:
    try:
        registration = parse_registration(chosen.file.read_text("utf-8"))
    except UnicodeDecodeError:
        raise NotARegistration(f"{chosen.file} is no text in UTF-8") from None
    stack = _stack()
    with running_stack(stack, _note):
        with psycopg.connect(stack.database_urls[Role.REGISTRAR], autocommit=True) as conn:
            register(conn, registration)
            gateways = gateway_ids(conn, registration.landlord.id)
        stack.start_central_broker()
    _say(f"Registered {registration.landlord.name} (homes: {len(registration.homes)}).")
    for noted in note_places(stack.weather_folder, registration):
        _say(f"gateway {noted}: `homewell up` asks for its weather from the next start on")
    for gateway in gateways:
        _say(f"gateway {gateway}: {_broker_words(stack, gateway)}")
    return 0


def _broker_words(stack: Stack, gateway: str) -> str:
    if stack.central is None:
        return "give it a user of that name at the broker of MQTT_URL"
    secret = stack.place.folder("secrets") / f"broker-{gateway}"
    return f"its broker is 127.0.0.1:{stack.central.port}, its password is in {secret}"


def _replay(chosen: argparse.Namespace) -> int:
    outcome = replay(_stack(), chosen.file, chosen.columns, _note)
    _show_alerts(outcome)
    if outcome.rows and not outcome.stored:
        _note("Every row was stored already: nothing was stored again.")
    print(json.dumps({**asdict(outcome), "alerts": len(outcome.alerts)}), flush=True)
    return 0


def _erase(chosen: argparse.Namespace) -> int:
    asked = Asked(
        landlord_id=chosen.landlord,
        home_id=chosen.home,
        tenancy_id=chosen.tenancy,
        purpose=chosen.purpose,
        dry_run=chosen.dry_run,
        confirmed=chosen.yes,
    )
    stack = _stack()
    try:
        stack.start_database()
        return 0 if erase_home(stack.database_urls[Role.ERASER], asked, _say, input) else 1
    finally:
        stack.stop_servers()


def _show_alerts(outcome: Outcome) -> None:
    for alert in outcome.alerts:
        ended = f" until {alert.cleared_at:%Y-%m-%d %H:%M}" if alert.cleared_at else ""
        _say(
            f"{alert.raised_at:%Y-%m-%d %H:%M}{ended}  {alert.home_id}, {alert.place}: "
            f"{alert.detector} ({alert.severity}). {alert.sentence}"
        )


def _token(chosen: argparse.Namespace) -> int:
    stack = _stack()
    try:
        _say(sign_in_token(stack, role=chosen.role, whom=chosen.whom))
    finally:
        stack.stop_servers()
    return 0
