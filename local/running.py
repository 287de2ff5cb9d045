"""`homewell up`, `down` and `status`: the stack in the background."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import psycopg

from local.place import REPOSITORY
from local.processes import ServerFailed, tail, wait_gone
from local.run_lock import RunsAlready, announce, claimed, find_running
from local.stack import INGEST_STATUS, UPKEEP_STATUS, Say, Stack
from local.supervisor import Supervisor
from local.watching import gateway_status, ingest_lines, upkeep_lines, weather_lines
from local.weather_places import noted_places
from store.roles import Role
from store.status import backlog, newest_weather

WHAT = "supervise"

_READY_WITHIN_S = 90.0  # recovery of the database after a crash included
_DOWN_WITHIN_S = 60.0
_TICK_S = 0.2


def supervise(stack: Stack) -> None:
    """Run the servers and processes until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    supervisor = Supervisor()
    folder = stack.run_folder
    with claimed(folder), ExitStack() as exits:
        announce(folder, what=WHAT, api_url=stack.api_url, ready=False)
        exits.callback(stack.stop_servers)
        exits.callback(supervisor.stop)
        start_services(stack, supervisor)
        announce(folder, what=WHAT, api_url=stack.api_url, ready=True)
        while not stop.wait(_TICK_S):
            stack.look_after()
            supervisor.look_after()


def start_services(stack: Stack, supervisor: Supervisor) -> None:
    """Start database and broker, then ingest, upkeep, detectors, api, and weather where noted."""
    stack.start_database()
    stack.start_central_broker()
    services = (stack.ingest(), stack.upkeep(), stack.detectors(), stack.api())
    for program in (*services, *stack.weather()):
        supervisor.start(program)


def up(stack: Stack) -> str:
    """Start the stack in the background, wait until it is ready; its address.

    Raises RunsAlready, and ServerFailed with the end of its log.
    """
    if find_running(stack.run_folder):
        raise RunsAlready("Homewell runs already; `homewell status` shows it")
    log = stack.log_folder / "supervisor.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local", WHAT],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    give_up = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < give_up:
        running = find_running(stack.run_folder)
        if running and running.ready:
            return running.api_url
        if process.poll() is not None:
            break
        time.sleep(_TICK_S)
    raise ServerFailed(f"Homewell did not start; its log {log} ends:\n{tail(log)}")


def down(stack: Stack) -> bool:
    """Stop what runs here; False when nothing did. Raises ServerFailed if it will not stop."""
    running = find_running(stack.run_folder)
    if running is None:
        return False
    os.kill(running.pid, signal.SIGTERM)
    if not wait_gone([running.pid], _DOWN_WITHIN_S):
        raise ServerFailed(
            f"Homewell (process {running.pid}) did not stop within {_DOWN_WITHIN_S:.0f} s; see "
            f"the logs in {stack.log_folder}"
        )
    return True


@contextmanager
def running_stack(stack: Stack, say: Say) -> Iterator[None]:
    """The stack that runs here, or one that runs for as long as this is held."""
    if find_running(stack.run_folder):
        stack.start_database()
        stack.start_central_broker()
        yield
        return
    say("Nothing runs here yet: starting what is needed for this, and stopping it after.")
    supervisor = Supervisor()
    folder = stack.run_folder
    with claimed(folder), ExitStack() as exits:
        exits.callback(stack.stop_servers)
        exits.callback(supervisor.stop)
        start_services(stack, supervisor)
        ended = threading.Event()
        looking_after = threading.Thread(target=_look_after, args=(supervisor, ended))
        looking_after.start()
        exits.callback(looking_after.join)
        exits.callback(ended.set)
        yield


def status(stack: Stack) -> list[str]:
    """How things stand, line by line, for a person."""
    running = find_running(stack.run_folder)
    if running is None:
        return [f"Homewell does not run here. Logs of earlier runs: {stack.log_folder}"]
    lines = [f"running as process {running.pid} ({running.what}), pages at {running.api_url}"]
    stack.start_database()
    with psycopg.connect(stack.database_urls[Role.OBSERVER], autocommit=True) as conn:
        waiting = backlog(conn)
        newest_told = newest_weather(conn, (name for name, _ in noted_places(stack.weather_folder)))
    now = datetime.now(UTC)
    newest = waiting.newest_reading_at
    lag = f"{(now - newest).total_seconds():.0f} s ago" if newest else "never"
    lines += [
        f"newest reading measured {lag}; {waiting.arrivals} commits and {waiting.homes_due} homes "
        "not judged yet",
        f"{waiting.rejected_today} values or messages rejected in the last day",
        f"{waiting.undelivered} repairs to deliver, {waiting.given_up} given up",
        *ingest_lines(stack.run_folder / INGEST_STATUS, now),
        *upkeep_lines(stack.run_folder / UPKEEP_STATUS, stack.log_folder / "upkeep.log"),
        *weather_lines(newest_told, stack.log_folder, now),
    ]
    # Of the demonstration alone; under `up` what they last wrote would read as an outage.
    for folder in sorted(stack.folder("demo").glob("gw-*")) if running.what != WHAT else ():
        gateway = gateway_status(folder)
        if gateway is not None:
            state = "online" if gateway.online else "offline"
            depth = gateway.spool.waiting_samples
            lines.append(f"gateway {gateway.gateway_id}: {state}, {depth} samples in its spool")
    return [*lines, f"logs: {stack.log_folder}"]


def _look_after(supervisor: Supervisor, ended: threading.Event) -> None:
    while not ended.wait(_TICK_S):
        supervisor.look_after()
