"""What the bench's gateways send. Every message is known by its number; gateways take turns.

Message `number` is of gateway `number % gateways`, and its sequence number there counts up. So a
receipt leads back to the number, and no two messages hold the same device and instant.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

import mqtt5

from core.quantities import Kind
from core.wire import (
    AGAIN,
    AGAIN_PROPERTY,
    SEQ_PROPERTY,
    SPOOL_PROPERTY,
    Cell,
    Samples,
    encode_samples,
)

DEVICES = (("th-1", Kind.ROOM), ("th-2", Kind.ROOM), ("th-3", Kind.ROOM), ("boiler", Kind.BOILER))
"""On every gateway: one home's."""

EVEN = (0, 1, 2, 3)
LIVE = (3, 0, 3, 1, 3, 2, 3, 3)
"""Which device a gateway's next message is of. In life a boiler speaks each minute and a room each
five: five and three of eight."""

DUPLICATE_EVERY = 20  # one message in twenty is one sent before: 5 %
_DUPLICATE_LAG_MAX = 50_000  # messages back: from within the batch in hand to many batches ago
_PACKET_IDS = 65_535
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A stream of messages under `root`, in which the devices' turns are in `order`.

    Sample j of message n was measured at `start_ms` + n and j minutes; a message of many samples
    holds the hours after those of its device's last one.
    """

    root: str
    gateways: int
    start_ms: int
    order: tuple[int, ...] = EVEN
    samples: int = 1

    def time_ms(self, number: int) -> int:
        """When the first sample of this message was measured."""
        if self.samples == 1:
            return self.start_ms + number
        turn = number // self.gateways // len(self.order)
        return self.start_ms + turn * self.samples * _MINUTE_MS + number % self.gateways

    def device(self, number: int) -> int:
        """Which of DEVICES this message is of."""
        return self.order[number // self.gateways % len(self.order)]

    def content(self, number: int) -> tuple[Kind, Samples]:
        """What this message holds."""
        kind = DEVICES[self.device(number)][1]
        return kind, samples(kind, number, self.time_ms(number), self.samples)

    def packet(
        self, number: int, packet_id: int, time_ms: int | None = None, *, again: bool
    ) -> bytes:
        """The PUBLISH packet of this message, at QoS 1 and with its place in the spool; `again`
        when it was sent before, which a gateway says."""
        gateway = number % self.gateways
        name, kind = DEVICES[self.device(number)]
        first_ms = self.time_ms(number) if time_ms is None else time_ms
        properties = [
            (SPOOL_PROPERTY, spool(gateway)),
            (SEQ_PROPERTY, str(number // self.gateways + 1)),
        ]
        if again:
            properties.append((AGAIN_PROPERTY, AGAIN))
        return mqtt5.PublishPacket(
            f"{self.root}/{gateway_id(gateway)}/{name}/{kind}",
            _payload(kind, number, first_ms, self.samples),
            qos=mqtt5.QoS.AT_LEAST_ONCE,
            packet_id=packet_id,
            user_properties=properties,
        ).write()


def gateway_id(gateway: int) -> str:
    """The name of a gateway."""
    return f"gw-{gateway:06d}"


def spool(gateway: int) -> str:
    """The name of a gateway's spool, as long as those in life."""
    return f"bench-spool-{gateway:06d}"


def samples(kind: Kind, number: int, time_ms: int, count: int) -> Samples:
    """A message's samples, a minute apart: three quantities of a room, ten of a boiler."""
    columns = _ROOMS if kind is Kind.ROOM else _BOILERS
    places = [(number + minute) % _VARIANTS for minute in range(count)]
    return Samples(
        [time_ms + minute * _MINUTE_MS for minute in range(count)],
        {name: [cells[place] for place in places] for name, cells in columns.items()},
    )


def with_resends(first: int, fresh: int, seed: int) -> Iterator[tuple[int, bool]]:
    """The numbers `first` … `first + fresh - 1` in order, and among them one in twenty again,
    which is said with it.

    Of these take no more than were asked of `fresh_in`: the last may be a resend too many.
    """
    back = random.Random(seed)  # noqa: S311 - a load that can be repeated
    sent = 0
    for number in range(first, first + fresh):
        yield number, False
        sent += 1
        if sent % DUPLICATE_EVERY == DUPLICATE_EVERY - 1:
            lag_max = min(number - first, _DUPLICATE_LAG_MAX)
            yield number - back.randint(0, lag_max), True
            sent += 1


def fresh_in(messages: int) -> int:
    """How many of so many messages are no resends."""
    return messages - messages // DUPLICATE_EVERY


def packets(load: Load, first: int, messages: int) -> list[bytes]:
    """That many packets, with packet ids as a fresh connection counts them."""
    numbers = islice(with_resends(first, fresh_in(messages), seed=first), messages)
    return [
        load.packet(number, place % _PACKET_IDS + 1, again=again)
        for place, (number, again) in enumerate(numbers)
    ]


def _payload(kind: Kind, number: int, time_ms: int, count: int) -> bytes:
    if count > 1:
        return encode_samples(samples(kind, number, time_ms, count))
    return b'{"t":[%d]%b' % (time_ms, _after_time(kind, number % _VARIANTS))


@cache
def _after_time(kind: Kind, variant: int) -> bytes:
    """The payload of a single sample behind its time: encoding it anew costs more than sending."""
    return encode_samples(samples(kind, variant, 0, 1)).removeprefix(b'{"t":[0]')


_VARIANTS = 997  # a prime: values do not repeat in step with gateways or samples


def _column(lowest: float, step: float, steps: int) -> list[Cell]:
    return [round(lowest + step * (n * 7 % steps), 2) for n in range(_VARIANTS)]


def _switch(every: int) -> list[Cell]:
    return [n % every == 0 for n in range(_VARIANTS)]


_ROOMS: dict[str, Sequence[Cell]] = {
    "air_temp_c": _column(17.0, 0.01, 600),
    "rel_humidity_pct": _column(40.0, 0.1, 350),
    "battery_pct": _column(60.0, 0.5, 80),
}
_BOILERS: dict[str, Sequence[Cell]] = {
    "flow_temp_c": _column(30.0, 0.1, 400),
    "return_temp_c": _column(25.0, 0.1, 350),
    "hot_water_temp_c": _column(40.0, 0.1, 200),
    "flow_target_c": _column(45.0, 0.5, 50),
    "pressure_bar": _column(1.0, 0.1, 10),
    "modulation_pct": _column(0.0, 1.0, 100),
    "flame_on": _switch(3),
    "pump_on": _switch(2),
    "heat_demand": _switch(4),
    "burner_starts": [10_000 + n for n in range(_VARIANTS)],
}
