"""Asking a worker over HTTP how it is."""

import json
from http.client import HTTPConnection
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.ingest.gateway_side import WITHIN_S, until
from tests.ingest.ingest_process import IngestProcess

Sample = tuple[str, tuple[tuple[str, str], ...]]
"""A metric's name and its labels."""

ON_ANY_PORT = "127.0.0.1:0"


def get(worker: IngestProcess, path: str) -> tuple[int, str]:
    """Status and text of a page."""
    until(lambda: bool(worker.status().get("http")), "the listener")
    connection = HTTPConnection(worker.status()["http"], timeout=WITHIN_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def ready(worker: IngestProcess) -> tuple[int, dict[str, Any]]:
    """Status and facts of /readyz."""
    status, text = get(worker, "/readyz")
    return status, json.loads(text)


def scrape(worker: IngestProcess) -> dict[Sample, float]:
    """The worker's metrics, as Prometheus reads them."""
    status, text = get(worker, "/metrics")
    assert status == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
