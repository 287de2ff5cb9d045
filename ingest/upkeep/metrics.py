"""What the upkeep has done, for Prometheus: when each job last did its work, and its failures."""

import os
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from ingest.probes import NotListening


class Metrics:
    """Counts by job. Safe to read from another thread."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._done = Gauge(
            "homewell_upkeep_last_done_timestamp_seconds",
            "When the job last had nothing left to do",
            ["task"],
            registry=self._registry,
        )
        self._failures = Counter(
            "homewell_upkeep_failures", "Steps that failed", ["task"], registry=self._registry
        )

    def begin(self, job: str, at_s: float) -> None:
        """A job that has its first turn at this instant: it counts as done until it is late."""
        self._done.labels(job).set(at_s)
        self._failures.labels(job)

    def done(self, job: str, at_s: float) -> None:
        """The job had nothing left to do at this instant, in Unix seconds."""
        self._done.labels(job).set(at_s)

    def failed(self, job: str) -> None:
        """A step of the job failed."""
        self._failures.labels(job).inc()

    def serve(self, host: str, port: int) -> WSGIServer:
        """Answer scrapes in a thread of its own. Raises NotListening."""
        try:
            server, _ = start_http_server(port, host, self._registry)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else str(error)
            raise NotListening(
                f"cannot listen on {host} port {port} (UPKEEP_HTTP): {why}"
            ) from error
        return server
