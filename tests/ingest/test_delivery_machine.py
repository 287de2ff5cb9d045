"""Whatever breaks and whenever, every message is dealt with, and none is called so too soon.

Hypothesis plays homes, broker, network and database against the worker's own code, from the bytes
of a connection to the plan of a batch; only SQL is a model.
"""

import logging
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from enum import Enum
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ingest import carrier, patience, session
from store.rejected import Rejection
from tests.ingest.delivery.account import Account
from tests.ingest.delivery.broker import Broker
from tests.ingest.delivery.database import Fate, ModelWriter, OneThread, Registry, Tables
from tests.ingest.delivery.gateways import Gateways
from tests.ingest.delivery.letters import BEFORE, Fault, Flaw, Place, Says
from tests.ingest.delivery.still_loop import StillLoop
from tests.ingest.delivery.worker import Worker

RECEIVE_MAX = 7
BATCH_MESSAGES = 3
BATCHES_IN_HAND = 2  # one being committed and the next, as the worker promises

REST_S = 0.01  # longer than the worker leaves a line unread to have more at once
MOMENT_S = 0.1  # longer than a first message waits for company
STEP_S = 1.0
LONGEST_PAUSE_S = 10
WHILE_S = 45  # longer than it takes to notice a dead line and to try again after the longest pause

SAMPLES = st.lists(st.tuples(st.integers(BEFORE, 2), st.sampled_from(Says)), min_size=1, max_size=3)
FLAWS = st.sampled_from([*[Flaw.NONE] * 6, *Flaw])
FEW = st.integers(0, 3)
FATES = st.lists(st.sampled_from([Fate.DONE, *Fate]), max_size=3)


class Then(Enum):
    """What becomes of a new message at once, before anything else happens."""

    HELD_BACK = "held back"
    SENT = "sent"
    DEALT_WITH = "dealt with"


class Delivery(RuleBasedStateMachine):
    """A worker, and everything that can happen to it. Its limits are small, so that they matter."""

    def __init__(self) -> None:
        super().__init__()
        logging.disable(logging.CRITICAL)  # pages of it, where a shrunk failure is to be read
        self._patched = ExitStack()
        self._patched.callback(logging.disable, logging.NOTSET)
        for module, name, value in (
            (session, "RECEIVE_MAX", RECEIVE_MAX),
            (carrier, "BATCH_MESSAGES", BATCH_MESSAGES),
            (carrier, "_BACKLOG_FROM", 2),
            (carrier, "_RECEIPTS_AT_ONCE", 1),
            (carrier, "_RECEIPTS_OWED_MAX", 6),
            (patience, "_chance", random.Random(0)),  # noqa: S311  # the same pauses each time
        ):
            self._patched.enter_context(patch.object(module, name, value))
        self.account = Account()
        self.gateways = Gateways(self.account)
        self.broker = Broker(self.account, self.gateways.hear)
        self.registry = Registry()
        self.tables = Tables()
        self.ledger_is_readable = True
        self.thread = OneThread(self.account, lambda: self.ledger_is_readable)
        self.loop = StillLoop(self.broker.dial)
        self.loop.set_exception_handler(
            lambda _, context: self.account.complain(f"not handled: {context}")
        )
        self.chunk = 2**20
        self.start_worker()
        self.carry_all()

    def teardown(self) -> None:
        self.end_worker()
        self.loop.close()
        self._patched.close()

    # What homes do.

    @rule(
        place=st.sampled_from(Place),
        samples=SAMPLES,
        flaw=FLAWS,
        numbered=st.integers(0, 7).map(bool),
        then=st.sampled_from(Then),
    )
    def a_gateway_writes(
        self,
        place: Place,
        samples: Sequence[tuple[int, Says]],
        flaw: Flaw,
        numbered: bool,
        then: Then,
    ) -> None:
        new = self.gateways.write(place, samples, flaw, numbered=numbered)
        if then is not Then.HELD_BACK:
            self.loop.do(self.broker.publish, new)
        if then is Then.DEALT_WITH:
            self.go_on_until([Fate.DONE])

    @initialize(chunk=st.sampled_from([2**20, 500, 60, 7]), count=st.integers(1, 6), fates=FATES)
    def a_day_begins(self, chunk: int, count: int, fates: Sequence[Fate]) -> None:
        self.chunk = chunk
        self.gateways_write(count, fates)

    @rule(count=st.integers(1, 6), fates=FATES)
    def gateways_write(self, count: int, fates: Sequence[Fate]) -> None:
        for number in range(count):
            place = list(Place)[number % len(Place)]
            new = self.gateways.write(place, [(number, Says.BOTH)], Flaw.NONE, numbered=True)
            self.loop.do(self.broker.publish, new)
        self.go_on_until(fates)

    @rule(
        place=st.sampled_from(Place),
        says=st.permutations([Says.IMPOSSIBLE_HUMIDITY, Says.WARMER, Says.HUMIDITY]),
    )
    def a_gateway_contradicts_itself(self, place: Place, says: Sequence[Says]) -> None:
        for one in says:
            new = self.gateways.write(place, [(0, one)], Flaw.NONE, numbered=True)
            self.loop.do(self.broker.publish, new)

    @precondition(lambda self: self.gateways.outstanding)
    @rule(which=st.integers(0, 9), times=st.integers(1, 2))
    def a_gateway_sends_again(self, which: int, times: int) -> None:
        outstanding = self.gateways.outstanding
        for _ in range(times):
            self.loop.do(self.broker.publish, outstanding[which % len(outstanding)])

    @rule(place=st.sampled_from([Place.HALL, Place.LOFT]))
    def a_tenant_changes_their_mind(self, place: Place) -> None:
        self.registry.change_mind(place)

    # What the line does.

    @rule(down=st.integers(0, 400), up=FEW, moment=st.booleans())
    def the_line_carries(self, down: int, up: int, moment: bool) -> None:
        if self.broker.line is not None:
            self.loop.do(self.broker.line.carry_down, down)
        self.loop.do(self.broker.hear, up)
        if moment:
            self.loop.pass_time(MOMENT_S)

    @rule(heard=FEW)
    def the_line_breaks(self, heard: int) -> None:
        if self.broker.line is not None:
            self.loop.do(self.broker.hear, heard)
            self.loop.do(self.broker.line.cut)

    @rule()
    def the_line_falls_silent(self) -> None:
        if self.broker.line is not None:
            self.broker.line.is_silent = True

    @rule()
    def a_while_passes(self) -> None:
        worker, line = self.worker, self.broker.line
        is_good = worker.is_connected and line is not None and not line.is_silent

        for _ in range(WHILE_S):
            self.go_on(STEP_S)

        if is_good and worker is self.worker:
            assert worker.is_connected, "a worker left a good line"
            assert self.broker.line is line, "a worker left a good line"
            assert self.account.owed == set(), "a gateway waits for a receipt"

    # What servers do.

    @rule(fates=FATES)
    def the_database_is_asked_and_does(self, fates: Sequence[Fate]) -> None:
        self.go_on_until(fates)

    @precondition(lambda self: self.thread.is_asked)
    @rule(fate=st.sampled_from([Fate.DONE, *Fate]))
    def the_database_commits(self, fate: Fate) -> None:
        self.commit(fate)

    @rule(readable=st.booleans())
    def the_ledger_can_be_read(self, readable: bool) -> None:
        self.ledger_is_readable = readable

    @precondition(lambda self: self.broker.is_up)
    @rule()
    def the_broker_writes_its_session_down(self) -> None:
        self.broker.save()

    @precondition(lambda self: self.broker.is_up)
    @rule(stays_down=st.booleans())
    def the_broker_dies(self, stays_down: bool) -> None:
        self.loop.do(self.broker.die)
        self.broker.is_up = not stays_down

    @precondition(lambda self: not self.broker.is_up)
    @rule()
    def the_broker_starts(self) -> None:
        self.broker.is_up = True

    # What is done to the worker.

    @rule(heard=FEW, database_goes_on=st.booleans())
    def the_worker_is_killed(self, heard: int, database_goes_on: bool) -> None:
        self.loop.do(self.broker.hear, heard)
        self.end_worker(database_goes_on=database_goes_on)
        self.start_worker()

    @rule()
    def the_worker_is_told_to_stop(self) -> None:
        self.loop.do(self.worker.stop)

    # How all of it ends.

    @rule()
    def everything_heals_and_all_is_settled(self) -> None:
        self.broker.is_up = self.ledger_is_readable = True
        self.settle(self.nothing_is_under_way)
        assert self.nothing_is_under_way(), "the worker did not come back to work"

        for outstanding in self.gateways.outstanding:
            self.loop.do(self.broker.publish, outstanding)
        self.settle(lambda: self.nothing_is_under_way() and not self.gateways.outstanding)

        assert self.gateways.outstanding == []
        assert self.nothing_is_under_way()
        assert self.broker.untold() == set()

    # What is always true.

    @invariant()
    def all_is_well(self) -> None:
        self.the_worker_never_crashes()
        self.nothing_was_done_that_must_not_be()
        self.exactly_what_was_allowed_is_stored_as_it_was_sent()
        self.every_fault_is_set_aside_once()
        self.what_has_a_receipt_is_there_for_ever()
        self.what_is_committed_is_answered()
        self.the_window_is_kept()
        self.the_worker_holds_no_more_than_two_batches()
        self.every_sample_is_accounted_for()

    def the_worker_never_crashes(self) -> None:
        assert self.worker.is_done in (True, False)  # raises what ended it otherwise

    def nothing_was_done_that_must_not_be(self) -> None:
        assert self.account.complaints == []

    def exactly_what_was_allowed_is_stored_as_it_was_sent(self) -> None:
        assert self.tables.rows == self.account.rows

    def every_fault_is_set_aside_once(self) -> None:
        set_aside = Counter(
            (one.topic, one.spool, one.seq, fault_of(one))
            for one in self.tables.rejections.values()
        )
        assert set_aside == self.account.faults()

    def what_has_a_receipt_is_there_for_ever(self) -> None:
        assert self.account.missing(self.tables.rows) == []

    def what_is_committed_is_answered(self) -> None:
        assert self.worker.counters.messages == self.writer.messages_done

    def the_window_is_kept(self) -> None:
        unanswered = self.worker.unanswered
        if unanswered is not None and self.broker.line is not None:
            assert unanswered == self.broker.line.unanswered
            assert unanswered <= RECEIVE_MAX == self.broker.most_unanswered

    def the_worker_holds_no_more_than_two_batches(self) -> None:
        counters = self.worker.counters
        assert counters.received - counters.messages <= BATCHES_IN_HAND * BATCH_MESSAGES

    def every_sample_is_accounted_for(self) -> None:
        counters = self.worker.counters
        assert counters.samples == (
            counters.stored
            + counters.already_stored
            + counters.samples_rejected
            + counters.withheld
        )

    # How it is done.

    def start_worker(self) -> None:
        """A new process, which knows nothing of the last one."""
        self.account.worker_began()
        self.writer = ModelWriter(self.registry, self.tables, self.account)
        self.worker = Worker(self.loop, self.writer, self.thread, lambda: self.ledger_is_readable)
        self.loop.run_until_idle()

    def end_worker(self, *, database_goes_on: bool = False) -> None:
        """Its tasks end and its line is cut; the server may still finish what it was doing."""
        orphaned = self.thread.orphaned()
        self.loop.call_soon(self.worker.kill)
        if self.broker.line is not None:
            self.loop.call_soon(self.broker.line.cut)
        self.loop.run_until_idle()
        if orphaned is not None and database_goes_on:
            self.writer.fate = Fate.DONE
            orphaned()

    def go_on_until(self, fates: Sequence[Fate]) -> None:
        """So long that a worker which can connect has done so; then commits with these fates, as
        far as the worker asks for them."""
        self.wait_for(lambda: self.worker.is_connected)
        self.carry_all()
        self.loop.pass_time(MOMENT_S)
        self.carry_all()
        for fate in fates:
            if self.thread.is_asked:
                self.commit(fate)
                self.carry_all()
                if fate is not Fate.DONE:
                    self.wait_for(lambda: self.thread.is_asked)

    def settle(self, done: Callable[[], bool]) -> None:
        """Go on with a good database until this is so, or a long while has passed."""
        for _ in range(2 * WHILE_S):
            self.go_on_until([Fate.DONE] * BATCHES_IN_HAND)
            if done():
                return
            self.go_on(STEP_S)

    def nothing_is_under_way(self) -> bool:
        """Whether the worker works, and has acknowledged all that the broker had for it."""
        is_idle = self.broker.holds_nothing and not self.thread.is_asked
        return self.worker.is_connected and self.worker.unanswered == 0 and is_idle

    def wait_for(self, done: Callable[[], bool]) -> None:
        """Go on until this is so, or for as long as the worker waits at most."""
        for _ in range(LONGEST_PAUSE_S):
            if done():
                return
            self.go_on(STEP_S)

    def commit(self, fate: Fate) -> None:
        """Let the database do what it was asked to."""
        self.writer.fate = fate
        self.loop.do(self.thread.work)

    def carry_all(self) -> None:
        """Everything on the line, both ways, until nothing more is said."""
        while (line := self.broker.line) is not None and line.is_busy:
            self.loop.do(self.broker.hear, len(line.up))
            self.loop.do(line.carry_down, self.chunk)
            if not line.is_read:
                self.loop.pass_time(REST_S)

    def go_on(self, seconds: float) -> None:
        """Time passes; the line carries what it can, and somebody starts a worker that stopped."""
        self.carry_all()
        if self.worker.is_done:
            self.start_worker()
        self.loop.pass_time(seconds)


def fault_of(rejection: Rejection) -> Fault:
    """What a rejection is about."""
    at = rejection.measured_at
    time_ms = None if at is None else int(at.timestamp() * 1000)
    return Fault(rejection.scope.value, time_ms, rejection.quantity)


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(max_examples=60, stateful_step_count=40)


@pytest.mark.faults
def test_however_long_it_goes_on_nothing_is_lost_doubled_or_invented() -> None:
    run_state_machine_as_test(
        Delivery, settings=settings(max_examples=1_000, stateful_step_count=60)
    )
