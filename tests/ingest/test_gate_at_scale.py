"""The compact gate says what a plain one would, whatever is registered, changed and asked."""

from collections.abc import Sequence
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.quantities import Kind
from core.retention import FOR_EVER_MS, Keep
from core.wire import Address, readings_topic
from ingest import gate, topic_index
from ingest.gate import Gate, Judged, Unknown
from ingest.gate_terms import CLOCK_SKEW_MS
from ingest.topic_index import TopicIndex
from store.gate import END_OF_TIME_MS, GateDevice, GateTable, Spans, Stay

GATEWAYS = ("gw-a", "gw-b", "gw-c")
NAMES = ("bedroom", "boiler", "station")
DEFINED = [Address(gateway, name, kind) for gateway in GATEWAYS for name in NAMES for kind in Kind]
INSTANTS_MS = st.integers(0, 20_000)


@st.composite
def spans(draw: st.DrawFn, most: int) -> Spans:
    """Spans in order, the last perhaps without an end."""
    edges = sorted(draw(st.sets(INSTANTS_MS, max_size=2 * most)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    is_open: bool = draw(st.booleans())
    if pairs and is_open:
        pairs[-1] = (pairs[-1][0], END_OF_TIME_MS)
    return tuple(pairs)


@st.composite
def devices(draw: st.DrawFn) -> GateDevice:
    """A device on any terms, most often on such as it shares with others."""
    kind = draw(st.sampled_from(Kind))
    stays = tuple(
        Stay(since_ms, until_ms, draw(st.just(((0, END_OF_TIME_MS),)) | spans(2)))
        for since_ms, until_ms in draw(spans(3))
    )
    keep = draw(st.sampled_from([None, Keep(0, 3_000), Keep(0, 9_000)]))
    device_id = draw(st.integers(1, 2**31 - 1))
    return GateDevice(device_id, kind, None if kind is Kind.WEATHER else stays, keep)


REGISTRIES = st.dictionaries(
    st.sampled_from(GATEWAYS), st.dictionaries(st.sampled_from(NAMES), devices(), max_size=3)
)


def plainly_stored(device: GateDevice, time_ms: int, now_ms: int) -> bool:
    """A sample is stored when one stay holds it, and that tenancy agrees now and soon."""
    if device.stays is None:
        return True
    return any(
        stay.since_ms <= time_ms < stay.until_ms
        and all(
            any(since_ms <= at_ms < until_ms for since_ms, until_ms in stay.standing)
            for at_ms in (now_ms, now_ms + CLOCK_SKEW_MS)
        )
        for stay in device.stays
    )


def plainly_too_old(device: GateDevice, time_ms: int, now_ms: int) -> bool:
    """Older than the landlord keeps readings."""
    oldest_ms = device.keep.oldest_ms(now_ms) if device.keep else FOR_EVER_MS
    return time_ms < oldest_ms


class Compact(RuleBasedStateMachine):
    """A gate through registrations, removals and changes, against the registry itself.

    Its hashes collide among seven, and what it puts off it puts off for a moment only.
    """

    def __init__(self) -> None:
        super().__init__()
        self._soon = [
            patch.object(topic_index, "_RECENT_MIN", 2),
            patch.object(gate, "_WASTE_MIN", 3),
        ]
        for patched in self._soon:
            patched.start()

    def teardown(self) -> None:
        for patched in self._soon:
            patched.stop()

    @initialize(registry=REGISTRIES)
    def begin(self, registry: dict[str, dict[str, GateDevice]]) -> None:
        self.registry = registry
        self.gate = Gate(GateTable(1, registry), hash_of=lambda topic: hash(topic) % 7)
        self.version = 1

    @rule(changed=REGISTRIES, gone=st.sets(st.sampled_from(GATEWAYS)))
    def change(self, changed: dict[str, dict[str, GateDevice]], gone: set[str]) -> None:
        self.version += 1
        self.gate.update(GateTable(self.version, changed), gone | set(changed))
        kept = {name: held for name, held in self.registry.items() if name not in gone}
        self.registry = {**kept, **changed}

    @rule(times_ms=st.lists(INSTANTS_MS, min_size=1, max_size=12), now_ms=INSTANTS_MS)
    def ask(self, times_ms: list[int], now_ms: int) -> None:
        known = self.known()
        pairs = [(address, device, time_ms) for address, device in known for time_ms in times_ms]
        topics = [readings_topic(address) for address, _, _ in pairs]
        times = [time_ms for _, _, time_ms in pairs]
        allowed = [plainly_stored(device, time_ms, now_ms) for _, device, time_ms in pairs]
        too_old = [plainly_too_old(device, time_ms, now_ms) for _, device, time_ms in pairs]

        slots = self.gate.find(topics)

        assert self.gate.device_ids(slots).tolist() == [one.device_id for _, one, _ in pairs]
        assert _as_list(self.gate.allows(slots, times, now_ms)) == _unless(allowed, True)
        assert _as_list(self.gate.too_old(slots, times, now_ms)) == _unless(too_old, False)
        for address, device in known:
            assert self.gate.judge(address, times_ms, now_ms) == Judged(
                device.device_id,
                _unless([plainly_stored(device, at, now_ms) for at in times_ms], True),
                _unless([plainly_too_old(device, at, now_ms) for at in times_ms], False),
            )

    @invariant()
    def stands_at_its_version(self) -> None:
        assert self.gate.version == self.version

    def known(self) -> list[tuple[Address, GateDevice]]:
        """Every registered device with its address."""
        return [
            (Address(gateway_id, name, device.kind), device)
            for gateway_id, named in self.registry.items()
            for name, device in named.items()
        ]


def _as_list(answer: object) -> object:
    return answer.tolist() if hasattr(answer, "tolist") else answer


def _unless(answers: Sequence[bool], common: bool) -> Sequence[bool] | None:
    return None if all(answer is common for answer in answers) else answers


TestCompact = Compact.TestCase
TestCompact.settings = settings(max_examples=60, stateful_step_count=12)


@given(before=REGISTRIES, after=REGISTRIES)
def test_what_is_not_registered_or_not_any_more_is_not_found(
    before: dict[str, dict[str, GateDevice]], after: dict[str, dict[str, GateDevice]]
) -> None:
    held = Gate(GateTable(1, before))
    held.update(GateTable(2, after), set(before) | set(after))
    registered = {
        Address(gateway_id, name, device.kind)
        for gateway_id, named in after.items()
        for name, device in named.items()
    }

    slots = held.find([readings_topic(address) for address in DEFINED])

    assert {address for address, slot in zip(DEFINED, slots, strict=True) if slot >= 0} == (
        registered
    )
    for address in set(DEFINED) - registered:
        assert isinstance(held.judge(address, [1], 1), Unknown)


def test_a_table_in_blocks_makes_the_same_gate() -> None:
    bedroom = GateDevice(7, Kind.ROOM, ())
    blocks = [GateTable(5, {}), GateTable(5, {"gw-a": {"bedroom": bedroom}}), GateTable(5, {})]

    made = Gate.of(blocks)

    assert made.version == 5
    assert made.judge(Address("gw-a", "bedroom", Kind.ROOM), [1], 1) == Judged(7, [False])


def test_topics_that_share_a_hash_are_told_apart() -> None:
    index = TopicIndex(hash_of=lambda _: 1)
    index.add("homewell/v1/gw-a/bedroom/room", 0)
    index.add("homewell/v1/gw-a/attic/room", 1)

    found = index.find(["homewell/v1/gw-a/attic/room", "homewell/v1/gw-a/bedroom/room"])

    assert found.tolist() == [1, 0]
    assert index.find_one("homewell/v1/gw-a/attic/room") == 1


@pytest.mark.parametrize("changes", [1, 500])
def test_a_gate_that_changes_for_ever_does_not_grow(changes: int) -> None:
    stays = [(Stay(0, 1_000 + n, ((0, 5_000 + n), (6_000 + n, 7_000 + n))),) for n in range(500)]
    held = Gate(GateTable(0, {}))
    with patch.object(gate, "_WASTE_MIN", 20):
        for n in range(changes):
            device = GateDevice(n + 1, Kind.ROOM, stays[n])
            held.update(GateTable(n, {"gw-a": {f"sensor-{n}": device}}), {"gw-a"})

    assert held.slots <= 22
    assert held.judge(Address("gw-a", f"sensor-{changes - 1}", Kind.ROOM), [1], 1) == (
        Judged(changes)
    )
