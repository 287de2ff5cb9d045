"""What a gateway sends, and what must become of it. Pure: the same seed, the same messages."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

STEP_MS = 20  # between messages of one gateway: a day holds more than a long run sends
SAMPLES_MOST = 3
_SAMPLE_MS = 5
_FUTURE_MS = 4_102_444_800_000  # 2100-01-01
_CLOCK_UNSET_MS = 86_400_000  # 1970-01-02
_DEPTH = 3_000  # of brackets; deeper than a parser may follow
_OVERSIZED = 501  # samples; a message holds at most 500

Values = tuple[Any, ...]


class Row(NamedTuple):
    """A row of `room_readings` or `boiler_readings`; `values` in the order of COLUMNS."""

    kind: str
    device: str
    time_ms: int
    values: Values


class SetAside(NamedTuple):
    """A row of `rejected_messages`."""

    gateway: str
    spool: str
    seq: int
    scope: str
    quantity: str | None
    time_ms: int | None


COLUMNS = {
    "room": ("air_temp_c", "rel_humidity_pct", "battery_pct"),
    "boiler": ("flow_temp_c", "flame_on", "burner_starts", "fault_code"),
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message, the rows that it must leave, and what must be set aside of it."""

    seq: int
    topic: str
    payload: bytes
    rows: Sequence[Row]
    set_aside: Sequence[SetAside]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The messages of one gateway's spool, each made from its sequence number alone.

    Every `poison_every`th message is poison, its kinds in turn; 0 means none.
    """

    gateway: str
    spool: str
    first_ms: int
    room_devices: Sequence[str]
    boiler: str
    poison_every: int

    def time_ms(self, seq: int) -> int:
        """When the first sample of this message was measured."""
        return self.first_ms + seq * STEP_MS

    def seq(self, time_ms: int) -> int:
        """The message that brings a sample of this time."""
        return (time_ms - self.first_ms) // STEP_MS

    def message(self, seq: int) -> Message:
        """The message with this sequence number."""
        if self.poison_every and seq % self.poison_every == 0:
            make = POISON[seq // self.poison_every % len(POISON)]
            return make(self, seq)
        if seq % 4 == 3:
            return self._boiler_message(seq)
        return self._room_message(seq)

    def is_poison(self, seq: int) -> bool:
        """Whether anything of this message must be set aside."""
        return bool(self.poison_every) and seq % self.poison_every == 0

    def topic(self, device: str, kind: str) -> str:
        """The readings topic of one of our devices, or of none."""
        return f"homewell/v1/{self.gateway}/{device}/{kind}"

    def room(self, seq: int) -> str:
        """The room device whose turn it is."""
        return self.room_devices[seq % len(self.room_devices)]

    def _room_message(self, seq: int) -> Message:
        times = [self.time_ms(seq) + n * _SAMPLE_MS for n in range(1 + seq % SAMPLES_MOST)]
        columns: dict[str, list[Any]] = {
            "air_temp_c": [10.0 + (seq + n) % 1700 / 100 for n in range(len(times))],
            "rel_humidity_pct": [None if n else 30.0 + seq % 600 / 10 for n in range(len(times))],
            "battery_pct": [float(seq % 101)] * len(times),
        }
        return self._good(seq, "room", times, columns)

    def _boiler_message(self, seq: int) -> Message:
        columns: dict[str, list[Any]] = {
            "flow_temp_c": [20.0 + seq % 5000 / 100],
            "flame_on": [seq % 8 == 3],
            "burner_starts": [seq],
            "fault_code": [None if seq % 16 == 3 else f"E{seq % 997}"],
        }
        return self._good(seq, "boiler", [self.time_ms(seq)], columns)

    def _good(
        self, seq: int, kind: str, times: Sequence[int], columns: dict[str, list[Any]]
    ) -> Message:
        device = self.boiler if kind == "boiler" else self.room(seq)
        rows = [
            Row(kind, device, time_ms, tuple(columns[name][n] for name in COLUMNS[kind]))
            for n, time_ms in enumerate(times)
        ]
        return Message(seq, self.topic(device, kind), _encoded(times, columns), rows, ())


def _encoded(times: Sequence[int], columns: dict[str, list[Any]]) -> bytes:
    return json.dumps({"t": times, **columns}, separators=(",", ":")).encode()


def _refused_whole(traffic: Traffic, seq: int, payload: bytes, topic: str = "") -> Message:
    aside = SetAside(traffic.gateway, traffic.spool, seq, "message", None, None)
    return Message(seq, topic or traffic.topic(traffic.room(seq), "room"), payload, (), [aside])


def _of_this_time(traffic: Traffic, seq: int) -> bytes:
    return b'{"t":[%d],"air_temp_c":[20.5]}' % traffic.time_ms(seq)


def _impossible_value(traffic: Traffic, seq: int) -> Message:
    """One cell cannot be true: it is set aside, and the rest of its sample stays."""
    time_ms, device = traffic.time_ms(seq), traffic.room(seq)
    payload = _encoded([time_ms], {"air_temp_c": [99.0], "rel_humidity_pct": [55.0]})
    aside = SetAside(traffic.gateway, traffic.spool, seq, "value", "air_temp_c", time_ms)
    row = Row("room", device, time_ms, (None, 55.0, None))
    return Message(seq, traffic.topic(device, "room"), payload, [row], [aside])


def _nul(traffic: Traffic, seq: int) -> Message:
    """A NUL in a text, which PostgreSQL cannot hold."""
    time_ms = traffic.time_ms(seq)
    payload = _encoded([time_ms], {"flow_temp_c": [41.5], "fault_code": ["E\x001"]})
    aside = SetAside(traffic.gateway, traffic.spool, seq, "value", "fault_code", time_ms)
    row = Row("boiler", traffic.boiler, time_ms, (41.5, None, None, None))
    return Message(seq, traffic.topic(traffic.boiler, "boiler"), payload, [row], [aside])


def _wrong_time(traffic: Traffic, seq: int, time_ms: int) -> Message:
    payload = b'{"t":[%d],"air_temp_c":[20.5]}' % time_ms
    aside = SetAside(traffic.gateway, traffic.spool, seq, "sample", None, time_ms)
    return Message(seq, traffic.topic(traffic.room(seq), "room"), payload, (), [aside])


def _clock_unset(traffic: Traffic, seq: int) -> Message:
    return _wrong_time(traffic, seq, _CLOCK_UNSET_MS)


def _future(traffic: Traffic, seq: int) -> Message:
    return _wrong_time(traffic, seq, _FUTURE_MS)


def _unknown_device(traffic: Traffic, seq: int) -> Message:
    topic = traffic.topic("nobody", "room")
    return _refused_whole(traffic, seq, _of_this_time(traffic, seq), topic)


def _wrong_kind(traffic: Traffic, seq: int) -> Message:
    payload = b'{"t":[%d],"flow_temp_c":[40.5]}' % traffic.time_ms(seq)
    return _refused_whole(traffic, seq, payload, traffic.topic(traffic.room(seq), "boiler"))


def _not_json(traffic: Traffic, seq: int) -> Message:
    return _refused_whole(traffic, seq, b'{"t":[17637120')


def _not_utf8(traffic: Traffic, seq: int) -> Message:
    return _refused_whole(traffic, seq, b"\xff\xfe\x00\x80")


def _empty(traffic: Traffic, seq: int) -> Message:
    return _refused_whole(traffic, seq, b"")


def _ragged(traffic: Traffic, seq: int) -> Message:
    time_ms = traffic.time_ms(seq)
    return _refused_whole(traffic, seq, b'{"t":[%d],"air_temp_c":[20.5,20.6]}' % time_ms)


def _not_a_number(traffic: Traffic, seq: int) -> Message:
    time_ms = traffic.time_ms(seq)
    return _refused_whole(traffic, seq, b'{"t":[%d],"air_temp_c":[NaN]}' % time_ms)


def _infinite(traffic: Traffic, seq: int) -> Message:
    time_ms = traffic.time_ms(seq)
    return _refused_whole(traffic, seq, b'{"t":[%d],"air_temp_c":[1e400]}' % time_ms)


def _oversized(traffic: Traffic, seq: int) -> Message:
    times = [traffic.time_ms(seq)] * _OVERSIZED
    return _refused_whole(traffic, seq, _encoded(times, {"air_temp_c": [20.5] * _OVERSIZED}))


def _deep(traffic: Traffic, seq: int) -> Message:
    nest = b"[" * _DEPTH + b"]" * _DEPTH
    return _refused_whole(traffic, seq, b'{"t":[%d],"x":%s}' % (traffic.time_ms(seq), nest))


POISON: Sequence[Callable[[Traffic, int], Message]] = (
    _impossible_value,
    _not_json,
    _ragged,
    _unknown_device,
    _wrong_kind,
    _not_a_number,
    _infinite,
    _clock_unset,
    _future,
    _oversized,
    _nul,
    _deep,
    _not_utf8,
    _empty,
)
"""Every kind of poison: what it is stands in its name."""
