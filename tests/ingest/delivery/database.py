"""A model of the database, and of a worker's one thread at it."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from core.quantities import QUANTITIES, Kind
from ingest.gate import Gate
from ingest.plan import Heard, Plan, PlannedRows, make_plan
from ingest.writer import Outcome, Writer
from store.connection import Unavailable
from store.gate import END_OF_TIME_MS, GateDevice, GateTable, Stay
from store.rejected import Rejection
from tests.ingest.delivery.account import Account
from tests.ingest.delivery.letters import BEGAN_MS, Place

_NOW_MS = BEGAN_MS + 24 * 3600 * 1000

Rows = dict[tuple[Kind, int, int], dict[str, float]]
"""By kind, device and instant, the values of a row."""


class Fate(Enum):
    """What becomes of a commit."""

    DONE = "done"
    FAILED = "failed"
    ANSWER_LOST = "answer lost"


class Registry:
    """Devices and whether their tenants agree; every change makes a new version."""

    def __init__(self) -> None:
        self.version = 1
        self.withdrawn: set[Place] = set()
        self._changes: list[tuple[int, str]] = []

    def change_mind(self, place: Place) -> None:
        """A tenant who agreed withdraws, and one who withdrew agrees."""
        self.version += 1
        self.withdrawn ^= {place}
        self._changes.append((self.version, place.gateway_id))

    def changed_since(self, version: int) -> set[str]:
        """The gateways that changes after `version` concern."""
        return {gateway_id for changed, gateway_id in self._changes if changed > version}

    def table(self, gateway_ids: set[str]) -> GateTable:
        """These gateways' devices as they stand."""
        gateways: dict[str, dict[str, GateDevice]] = {}
        for place in Place:
            if place.gateway_id in gateway_ids:
                device = GateDevice(place.device_id, place.kind, self._stays(place))
                gateways.setdefault(place.gateway_id, {})[place.device] = device
        return GateTable(self.version, gateways)

    def allows(self, place: Place, time_ms: int) -> bool:
        """Whether a sample may be stored now; weather is nobody's."""
        if place.kind is Kind.WEATHER:
            return True
        return place not in self.withdrawn and time_ms >= BEGAN_MS

    def _stays(self, place: Place) -> tuple[Stay, ...] | None:
        if place.kind is Kind.WEATHER:
            return None
        until_ms = _NOW_MS if place in self.withdrawn else END_OF_TIME_MS
        return (Stay(BEGAN_MS, END_OF_TIME_MS, ((0, until_ms),)),)


@dataclass(slots=True)
class _Stored:
    """What became of the rows of a plan."""

    new: int = 0
    already: int = 0
    filled: int = 0
    differing: int = 0


class Tables:
    """Rows by their key, of which a value never changes, and rejections by theirs."""

    def __init__(self) -> None:
        self.rows: Rows = {}
        self.rejections: dict[str, Rejection] = {}

    def apply(self, plan: Plan) -> Outcome:
        """All that the plan says, in one transaction."""
        stored = _Stored()
        for rows in plan.rows.values():
            self._write(rows, stored)
        before = len(self.rejections)
        for rejection in plan.rejections:
            self.rejections.setdefault(rejection.dedupe_key, rejection)
        return _outcome(plan, stored, len(self.rejections) - before)

    def _write(self, rows: PlannedRows, stored: _Stored) -> None:
        kind = rows.block.kind
        names = [quantity.name for quantity in QUANTITIES[kind]]
        for index in range(len(rows.block)):
            device_id, time_ms, *cells = rows.block.row(index)
            said = {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
            key = (kind, device_id, time_ms)
            there = self.rows.get(key)
            if there is None:
                self.rows[key] = said
                stored.new += 1
                continue
            stored.already += 1
            stored.filled += not said.keys() <= there.keys()
            stored.differing += any(there.get(name, cell) != cell for name, cell in said.items())
            self.rows[key] = said | there


class ModelWriter(Writer):
    """Commits by the worker's own plan to the model's tables, as the fate of the moment has it."""

    def __init__(self, registry: Registry, tables: Tables, account: Account) -> None:
        super().__init__("")
        self._registry = registry
        self._tables = tables
        self._account = account
        self._stands = Gate(registry.table({place.gateway_id for place in Place}))
        self.fate = Fate.DONE
        self.messages_done = 0

    def commit(self, heard: Heard) -> Outcome:
        plan = self._judged(heard)
        if self.fate is Fate.FAILED:
            raise Unavailable("the database rolled back")
        outcome = self._tables.apply(plan)
        self._account.committed(heard.batch, heard.seen.tolist(), self._registry.allows)
        if self.fate is Fate.ANSWER_LOST:
            raise Unavailable("the connection broke during the commit")
        self.messages_done += len(heard.batch)
        self._account.answered(heard.batch)
        return outcome

    def _judged(self, heard: Heard) -> Plan:
        """By the gate as this worker knows it, unless a change concerns the batch."""
        plan = make_plan(heard, self._stands, _NOW_MS)
        changed = self._registry.changed_since(self._stands.version)
        if not plan.concerns(changed):
            return plan
        self._stands.update(self._registry.table(changed), changed)
        return make_plan(heard, self._stands, _NOW_MS)


class OneThread(Executor):
    """A thread that does its work when it is told to, and not before."""

    def __init__(self, account: Account, gate_lives: Callable[[], bool]) -> None:
        self._account = account
        self._gate_lives = gate_lives
        self._waiting: list[tuple[Callable[[], Any], Future[Any]]] = []

    @property
    def is_asked(self) -> bool:
        """Whether work waits."""
        return bool(self._waiting)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if not self._gate_lives():
            self._account.complain("a commit was begun while the ledger could not be read")
        if self._waiting:
            self._account.complain("a commit was begun before the last one was done")
        future: Future[Any] = Future()
        self._waiting.append((lambda: fn(*args, **kwargs), future))
        return future

    def work(self) -> None:
        """Do the first of what waits."""
        call, future = self._waiting.pop(0)
        try:
            result = call()
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    def orphaned(self) -> Callable[[], Any] | None:
        """What the server still does for a worker that is dead, if it was asked to."""
        waiting, self._waiting = self._waiting, []
        return waiting[0][0] if waiting else None


def _outcome(plan: Plan, stored: _Stored, new_rejections: int) -> Outcome:
    return Outcome(
        plan=plan,
        messages=len(plan.heard.batch),
        samples=plan.samples,
        stored=stored.new,
        already_stored=stored.already,
        filled=stored.filled,
        differing=stored.differing,
        withheld=plan.withheld,
        samples_rejected=sum(one.samples_lost for one in plan.rejections),
        rejections=Counter(one.scope.value for one in plan.rejections),
        reasons=plan.reasons,
        new_rejections=new_rejections,
        not_kept_rejections=0,
        commit_s=0.0,
        committed_ms=_NOW_MS,
        measured_ms=np.array([], np.int64),
    )
