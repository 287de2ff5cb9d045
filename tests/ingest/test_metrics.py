"""What Prometheus reads of a real worker: every sample once, and nothing of anybody's home."""

import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.consent import Purpose
from ingest.accept import Reason
from store.roles import Role
from tests.estate import estate, say
from tests.fixtures_database import HomewellDatabase
from tests.ingest.asking import ON_ANY_PORT, Sample, scrape
from tests.ingest.gateway_side import GatewaySide, until
from tests.ingest.ingest_process import IngestProcess
from tests.servers import MakeBroker

T0 = 1_795_219_200_000 - 86_400_000 * 30
RULES = Path("deploy/prometheus/ingest-alerts.yml")


@pytest.fixture(scope="module")
def worker(
    homewell_db: HomewellDatabase, make_broker: MakeBroker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[IngestProcess]:
    """A worker that has dealt with one message of every sort; damp risk is refused for gw-a."""
    homewell_db.register(estate())
    folder = tmp_path_factory.mktemp("ingest")
    with (
        make_broker("ingest-metrics") as central,
        IngestProcess(
            folder, homewell_db.url(Role.INGEST), central.url("ingest"), INGEST_HTTP=ON_ANY_PORT
        ) as process,
        GatewaySide(central.url("gw-a")) as gateway,
    ):
        _send_one_of_each(gateway, homewell_db)
        yield process


def _send_one_of_each(gateway: GatewaySide, database: HomewellDatabase) -> None:
    def settle(*sent: int) -> None:
        gateway.until_settled(*sent)

    settle(gateway.send("th-0101", "room", [T0, T0 + 1], air_temp_c=[20.5, 20.5]))
    settle(gateway.send("th-0101", "room", [T0], air_temp_c=[20.5]))  # already there
    settle(gateway.send("th-0101", "room", [T0], air_temp_c=[25.5]))  # differing
    settle(gateway.send("th-0101", "room", [T0], co2_ppm=[700]))  # fills
    settle(gateway.send("th-0101", "room", [T0 + 2], air_temp_c=[20.5], rel_humidity_pct=[140]))
    settle(gateway.send("th-0199", "room", [T0, T0 + 1, T0 + 2], air_temp_c=[20.5] * 3))
    settle(gateway.send("th-0101", "boiler", [T0], pressure_bar=[1.5]))
    settle(gateway.send("th-0101", "room", [1], air_temp_c=[20.5]))
    settle(gateway.send_bytes("th-0101", "room", b"\xff\x00"))
    with database.connect(Role.API) as api, api.transaction():
        say(api, Purpose.DAMP_RISK, "no", datetime.now(UTC))
    gateway.until_told({"boiler-01": ["boiler"], "weather-1": ["weather"]})
    settle(gateway.send("th-0101", "room", [T0, T0 + 1], air_temp_c=[20.5, 20.5]))


def of(name: str, metrics: Mapping[Sample, float]) -> dict[str, float]:
    """A metric's values by its one label."""
    return {
        labels[0][1] if labels else "": value
        for (sample, labels), value in metrics.items()
        if sample == f"homewell_ingest_{name}"
    }


def test_every_sample_is_counted_once_by_what_became_of_it(worker: IngestProcess) -> None:
    metrics = scrape(worker)

    assert of("samples_total", metrics) == {
        "stored": 3,
        "already_stored": 3,
        "rejected": 5,
        "withheld": 2,
    }
    assert of("samples_filled_total", metrics) == {"": 1}
    assert of("samples_differing_total", metrics) == {"": 1}
    assert of("messages_received_total", metrics) == {"": 10}
    assert of("messages_committed_total", metrics) == {"": 10}
    assert of("messages_acknowledged_total", metrics) == {"": 10}
    assert of("receipts_total", metrics) == {"": 10}


def test_what_is_set_aside_is_counted_by_a_reason_that_stays_the_same(
    worker: IngestProcess,
) -> None:
    metrics = scrape(worker)

    by_reason = of("rejections_total", metrics)
    assert {reason: count for reason, count in by_reason.items() if count} == {
        "impossible_value": 1,
        "unknown_device": 1,
        "wrong_kind": 1,
        "clock_unset": 1,
        "unreadable": 1,
    }
    assert of("rejections_kept_total", metrics) == {"": 5}
    assert of("rejections_only_counted_total", metrics) == {"": 0}


def test_lags_and_batches_are_spread_over_every_message_and_row(worker: IngestProcess) -> None:
    metrics = scrape(worker)
    batches = of("commit_duration_seconds_count", metrics)[""]

    assert of("commit_lag_seconds_count", metrics) == {"": 10}
    assert 0 < of("commit_lag_seconds_sum", metrics)[""] < 10 * 20.0
    assert of("measured_lag_seconds_count", metrics) == {"": 6}
    each_s = of("measured_lag_seconds_sum", metrics)[""] / 6
    assert each_s == pytest.approx(time.time() - T0 / 1000, abs=60.0)
    assert of("batch_messages_sum", metrics) == {"": 10}
    assert of("batch_messages_count", metrics) == {"": batches}


def test_the_surroundings_are_told(worker: IngestProcess) -> None:
    metrics = scrape(worker)

    assert of("broker_connects_total", metrics) == {"": 1}
    assert of("broker_reconnects_total", metrics) == {"": 0}
    assert of("broker_connected", metrics) == {"": 1}
    assert of("database_retries_total", metrics) == {"": 0}
    assert of("window_messages", metrics) == {"": 0}
    assert of("window_limit_messages", metrics)[""] >= 4_000
    assert of("gate_up", metrics) == {"": 1}
    assert of("gate_version", metrics)[""] > 0
    assert of("ready", metrics) == {"broker": 1, "gate": 1, "database": 1, "worker": 1}
    assert metrics["process_resident_memory_bytes", ()] > 10_000_000
    assert metrics["process_cpu_seconds_total", ()] > 0


def test_status_file_and_metrics_count_the_same(worker: IngestProcess) -> None:
    metrics = scrape(worker)
    until(lambda: worker.status()["withheld"] == 2, "the status file")

    status = worker.status()
    samples = of("samples_total", metrics)
    assert {
        "stored": status["stored"],
        "already_stored": status["already_stored"],
        "rejected": status["samples_rejected"],
        "withheld": status["withheld"],
    } == samples
    assert status["samples"] == sum(samples.values())
    assert status["commit_s"] == pytest.approx(of("commit_duration_seconds_sum", metrics)[""])
    assert status["batches"] == of("commit_duration_seconds_count", metrics)[""]
    assert 0 < status["lag_received_s"]["p50"] <= status["lag_received_s"]["p99"]


def test_labels_are_few_and_name_nobody(worker: IngestProcess) -> None:
    names = {label for _, labels in scrape(worker) for label, _ in labels}

    assert names == {"le", "part", "reason", "result"}


def test_alert_rules_ask_for_metrics_that_there_are(worker: IngestProcess) -> None:
    names = {name for name, _ in scrape(worker)}
    rules: list[dict[str, Any]] = yaml.safe_load(RULES.read_text("utf-8"))["groups"][0]["rules"]

    asked = {name for rule in rules for name in re.findall(r"homewell_\w+", rule["expr"])}
    assert len(rules) == 7
    assert asked - names == set()
    assert len(asked) == 9


def test_messages_that_cannot_be_read_alarm_though_they_bring_no_sample(
    worker: IngestProcess,
) -> None:
    rules: list[dict[str, Any]] = yaml.safe_load(RULES.read_text("utf-8"))["groups"][0]["rules"]
    rule = next(rule for rule in rules if rule["alert"] == "HomewellIngestRejects")
    counted = re.search(r'\{reason=~"([a-z_|]+)"\}', rule["expr"])

    assert counted is not None
    reasons = set(counted[1].split("|"))
    assert reasons <= {reason.value for reason in Reason}
    assert dict(of("rejections_total", scrape(worker)))["unreadable"] == 1
    assert "unreadable" in reasons
