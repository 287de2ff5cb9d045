"""`make demo`: thirty simulated homes through the real system, two of them going wrong."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from typing import TypeVar

import psycopg

from gateway.status import Status
from local import demo_estate
from local.demo_accounts import Account, Opening, SpoolTotals, account, opening
from local.demo_programs import SIMULATOR, DemoPrograms
from local.run_lock import announce, claimed
from local.sign_in import demonstration_links
from local.stack import Say, Stack
from local.supervisor import Supervisor
from local.watching import Progress, gateway_status
from store.registry import register
from store.roles import Role
from store.status import backlog, counts

_TICK_S = 0.2
_SETTLE_WITHIN_S = 120.0  # at the end: until every spool is empty and everything is judged
WHAT = "demo"

_PLANTED = (
    "Two homes go wrong, and one sensor now and then says what cannot be: the engineer finds it "
    "under rejected messages, with the reason."
)
T = TypeVar("T")


@dataclass(slots=True)
class Demonstration:
    """One run of the demonstration, from start to its account."""

    stack: Stack
    say: Say
    seconds: float | None
    stop_asked: bool = False
    supervisor: Supervisor = field(default_factory=Supervisor)

    @property
    def programs(self) -> DemoPrograms:
        """The demonstration's own processes."""
        return DemoPrograms(self.stack)

    def ask_to_stop(self) -> None:
        """Stop at the next tick."""
        self.stop_asked = True

    def run(self) -> dict[str, int]:
        """Start everything, watch until asked to stop or the time is over; the account.

        Raises what starting raises; whatever was started is stopped.
        """
        began_s = time.monotonic()
        folder = self.stack.run_folder
        with claimed(folder), ExitStack() as stack:
            announce(folder, what=WHAT, api_url=self.stack.api_url, ready=False)
            stack.callback(self.stack.stop_servers)
            stack.callback(self.supervisor.stop)
            begun, spools = self._start()
            announce(folder, what=WHAT, api_url=self.stack.api_url, ready=True)
            self.say(f"Everything is started, after {time.monotonic() - began_s:.0f} s.")
            self.say(demonstration_links(self.stack))
            self.say(_PLANTED)
            self._watch()
            self.say("Stopping: what is on its way is stored and judged first …")
            self.supervisor.stop([SIMULATOR])
            self._settle()
            return self._account(begun, spools)

    def _start(self) -> tuple[Opening, list[SpoolTotals]]:
        self.say("Starting the servers, on loopback ports (or finding those of your own) …")
        programs = self.programs
        self.stack.start_database()
        with psycopg.connect(self.stack.database_urls[Role.REGISTRAR], autocommit=True) as conn:
            register(conn, demo_estate.registration(programs.webhook))
        self.stack.start_central_broker()
        self.stack.start_block_broker(programs.gateways)
        with self._observer() as conn:
            begun = opening(conn, demo_estate.LANDLORD, programs.spools())
        totals = self._spool_totals()
        blocks = range(1, demo_estate.BLOCKS + 1)
        for program in (
            self.stack.ingest(),
            self.stack.upkeep(),
            self.stack.detectors(),
            self.stack.api(),
            programs.receiver(),
            *(programs.gateway(block) for block in blocks),
            programs.simulator(),
        ):
            self.supervisor.start(program)
        return begun, totals

    def _watch(self) -> None:
        progress = Progress(self.say)
        first_message_s: float | None = None
        accepted_before = self._accepted()
        while not self.stop_asked:
            self._look_after()
            if first_message_s is None and self._accepted() > accepted_before:
                first_message_s = time.monotonic()
            if progress.due():
                self._ask(lambda conn: progress.show(conn, self._statuses()))
            if self.seconds is not None and first_message_s is not None:
                self.stop_asked |= time.monotonic() - first_message_s >= self.seconds
            time.sleep(_TICK_S)

    def _settle(self) -> None:
        """Wait until recordings are read, spools are empty and the detectors have caught up."""
        give_up = time.monotonic() + _SETTLE_WITHIN_S
        while time.monotonic() < give_up:
            self._look_after()
            idle = all(
                one and not one.spool.waiting_messages and not one.recordings_waiting
                for one in self._statuses()
            )
            waiting = self._ask(backlog)
            if idle and waiting and not waiting.arrivals and not waiting.homes_due:
                return
            time.sleep(_TICK_S)
        self.say("Not everything was stored and judged in time; the next start goes on with it.")

    def _account(self, begun: Opening, before: list[SpoolTotals]) -> dict[str, int]:
        # Samples are those of this run; findings, alerts and repairs are all that stand.
        gone = [
            SpoolTotals(
                deleted_by_consent=now.deleted_by_consent - then.deleted_by_consent,
                dropped=now.dropped - then.dropped,
            )
            for now, then in zip(self._spool_totals(), before, strict=True)
        ]
        with self._observer() as conn:
            found = account(conn, demo_estate.LANDLORD, self.programs.spools(), begun, gone)
            now = counts(conn, demo_estate.LANDLORD)
        return _as_json(found) | {
            "findings": now.findings,
            "alerts": now.alerts,
            "repairs_raised": now.repairs,
            "repairs_withheld": now.repairs_withheld,
            "repairs_delivered": now.repairs_delivered,
        }

    def _look_after(self) -> None:
        self.stack.look_after()
        self.supervisor.look_after()
        self.programs.hand_over_recordings()

    def _statuses(self) -> list[Status | None]:
        programs = self.programs
        return [gateway_status(programs.gateway_folder(one)) for one in programs.gateways]

    def _accepted(self) -> int:
        return sum(one.spool.accepted_samples for one in self._statuses() if one)

    def _spool_totals(self) -> list[SpoolTotals]:
        return [
            SpoolTotals(
                deleted_by_consent=one.spool.withheld_samples if one else 0,
                dropped=one.spool.dropped_samples if one else 0,
            )
            for one in self._statuses()
        ]

    @contextmanager
    def _observer(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.stack.database_urls[Role.OBSERVER], autocommit=True) as conn:
            yield conn

    def _ask(self, question: Callable[[psycopg.Connection], T]) -> T | None:
        """An answer of the database; None while it is away, as it may be and comes back."""
        try:
            with self._observer() as conn:
                return question(conn)
        except psycopg.OperationalError:
            return None


def _as_json(found: Account) -> dict[str, int]:
    return {**asdict(found), "lost": found.lost}
