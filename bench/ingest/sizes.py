"""How much is measured; the environment may say otherwise."""

import os
from dataclasses import dataclass

_MAX_QUEUED = 1_000_000  # local/mosquitto.py lets the broker queue so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """`single_messages` and `batch_messages` are what one drain drains."""

    gateways: int = 50_000
    single_messages: int = 300_000
    batch_messages: int = 20_000
    batch_samples: int = 60
    repeats: int = 3
    live_s: float = 180.0
    late_s: float = 60.0


QUICK = Sizes(
    gateways=50_000,
    single_messages=100_000,
    batch_messages=8_000,
    repeats=2,
    live_s=30.0,
    late_s=20.0,
)
"""For a try: right in kind, noisy in number."""


def chosen(*, quick: bool) -> Sizes:
    """The sizes to use, after BENCH_GATEWAYS, BENCH_MESSAGES, BENCH_REPEATS and BENCH_SECONDS."""
    default = QUICK if quick else Sizes()
    return Sizes(
        gateways=int(os.environ.get("BENCH_GATEWAYS", default.gateways)),
        single_messages=min(
            _MAX_QUEUED, int(os.environ.get("BENCH_MESSAGES", default.single_messages))
        ),
        batch_messages=default.batch_messages,
        batch_samples=default.batch_samples,
        repeats=int(os.environ.get("BENCH_REPEATS", default.repeats)),
        live_s=float(os.environ.get("BENCH_SECONDS", default.live_s)),
        late_s=default.late_s,
    )
