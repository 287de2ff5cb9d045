"""The worker's counters as Prometheus reads them. No home, device, gateway or landlord is a label.

Nothing is counted here: a scrape reads the counters, so that the hot path pays nothing for it.
"""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from ingest.accept import Reason
from ingest.counters import Counters
from ingest.health import Standing, why_not_ready
from ingest.histogram import Histogram

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

_PREFIX = "homewell_ingest_"


def registry(counters: Counters, standing: Callable[[], Standing]) -> CollectorRegistry:
    """A registry of this worker's own, its processor time and memory included."""
    own = CollectorRegistry()
    own.register(_Worker(counters, standing))
    ProcessCollector(registry=own)
    return own


def exposition(own: CollectorRegistry) -> bytes:
    """The registry in Prometheus's text format, of type CONTENT_TYPE."""
    return generate_latest(own)


class _Worker(Collector):
    def __init__(self, counters: Counters, standing: Callable[[], Standing]) -> None:
        self._counters = counters
        self._standing = standing

    def collect(self) -> Iterator[Metric]:
        counters = self._counters
        yield from _counted(counters)
        yield _histogram(
            "batch_messages", "Messages of a committed batch.", counters.batch_messages
        )
        yield _histogram(
            "commit_duration_seconds",
            "From the bytes of a batch to its commit.",
            counters.commit_s,
        )
        yield _histogram(
            "commit_lag_seconds",
            "From a message's arrival here to its commit.",
            counters.lag_received_s,
        )
        yield _histogram(
            "measured_lag_seconds",
            "From a sample's own time to its commit.",
            counters.lag_measured_s,
        )
        yield from _standing(self._standing())


def _counted(counters: Counters) -> Iterator[Metric]:
    yield _counter("messages_received", "Messages taken from the broker.", counters.received)
    yield _counter("messages_committed", "Messages of committed batches.", counters.messages)
    yield _counter(
        "messages_acknowledged", "Messages the broker was told of.", counters.acknowledged
    )
    yield _counter("receipts", "Receipts published to gateways.", counters.receipts)
    yield _by(
        "samples",
        "Samples of committed messages by what became of them.",
        "result",
        {
            "stored": counters.stored,
            "already_stored": counters.already_stored,
            "rejected": counters.samples_rejected,
            "withheld": counters.withheld,
        },
    )
    yield _counter("samples_filled", "Stored samples that gained a value.", counters.filled)
    yield _counter(
        "samples_differing",
        "Samples that came again with another value; the stored one stays.",
        counters.differing,
    )
    yield _by(
        "rejections",
        "Things set aside, by reason.",
        "reason",
        {reason.value: counters.reasons[reason] for reason in Reason},
    )
    yield _counter(
        "rejections_kept",
        "Things set aside that were not there before, and can be looked at.",
        counters.new_rejections - counters.not_kept_rejections,
    )
    yield _counter(
        "rejections_only_counted",
        "Things set aside beyond what is kept of a gateway and day.",
        counters.not_kept_rejections,
    )
    yield _counter("database_retries", "Commits tried again.", counters.database_retries)


def _standing(now: Standing) -> Iterator[Metric]:
    yield _counter("broker_connects", "Connections to the broker.", now.connects)
    yield _counter(
        "broker_reconnects", "Connections to the broker after the first.", max(0, now.connects - 1)
    )
    yield _gauge("broker_connected", "1 while connected and subscribed.", now.connected)
    yield _gauge("window_messages", "Messages that wait here for their commit.", now.unacknowledged)
    yield _gauge(
        "window_limit_messages", "Messages the broker lets wait here at most.", now.receive_max
    )
    yield _gauge("gate_up", "1 while consent is known to be current.", now.gate_lives)
    yield _gauge("gate_version", "The change of consent that batches heed.", now.gate_version)
    why = why_not_ready(now)
    ready = GaugeMetricFamily(
        f"{_PREFIX}ready", "1 for each part of the worker that is ready.", labels=["part"]
    )
    for part, reason in why.items():
        ready.add_metric([part], float(reason is None))
    yield ready


def _counter(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(_PREFIX + name, words, value=value)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(_PREFIX + name, words, value=value)


def _by(name: str, words: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(_PREFIX + name, words, labels=[label])
    for which, value in values.items():
        family.add_metric([which], value)
    return family


def _histogram(name: str, words: str, spread: Histogram) -> Metric:
    ends = [*(f"{bound:g}" for bound in spread.bounds), "+Inf"]
    buckets = list(zip(ends, map(float, spread.cumulative()), strict=True))
    return HistogramMetricFamily(_PREFIX + name, words, buckets=buckets, sum_value=spread.sum)
