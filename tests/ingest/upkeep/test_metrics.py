"""Whoever watches sees whether the upkeep keeps up."""

import re
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from ingest.upkeep.job import Job, Step
from ingest.upkeep.jobs import jobs
from ingest.upkeep.metrics import Metrics
from ingest.upkeep.service import Upkeep
from store.connection import Connection
from store.roles import Role
from tests.fixtures_database import HomewellDatabase

NOW = datetime(2026, 11, 21, tzinfo=UTC)
RULES = Path("deploy/prometheus/ingest-alerts.yml")


def scraped(metrics: Metrics) -> dict[tuple[str, str], float]:
    """What a scrape of the process answers: metric and task, and the number."""
    server = metrics.serve("127.0.0.1", 0)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics") as answer:
            text = answer.read().decode()
    finally:
        server.shutdown()
        server.server_close()
    found = re.findall(r'^(\w+)\{task="([^"]+)"\} (\S+)$', text, re.M)
    return {(name, task): float(value) for name, task, value in found}


def test_a_job_that_is_done_says_when_and_one_that_fails_or_has_more_to_do_does_not(
    homewell_db: HomewellDatabase,
) -> None:
    instants = iter([NOW.replace(hour=hour) for hour in range(20)])
    metrics = Metrics()
    answers: dict[str, Step | Exception] = {
        "is done": Step(),
        "has more": Step("half of it", more=True),
        "fails": ValueError("broken"),
    }

    def job(name: str, answer: Step | Exception) -> Job:
        def step(conn: Connection, now: datetime) -> Step:
            if isinstance(answer, Exception):
                raise answer
            return answer

        return Job(name=name, every_s=3600.0, step=step)

    upkeep = Upkeep(
        homewell_db.url(Role.UPKEEP),
        [job(name, answer) for name, answer in answers.items()],
        metrics,
        clock=lambda: next(instants),
    )
    began = scraped(metrics)
    with homewell_db.connect(Role.UPKEEP) as conn:
        upkeep.turn(conn)

    after = scraped(metrics)
    changed = {key for key in after if after[key] != began[key] and "created" not in key[0]}
    assert changed == {
        ("homewell_upkeep_last_done_timestamp_seconds", "is done"),
        ("homewell_upkeep_failures_total", "fails"),
    }
    assert after["homewell_upkeep_failures_total", "fails"] == 1


def test_every_alert_on_the_upkeep_asks_for_a_metric_and_a_job_that_there_are(
    homewell_db: HomewellDatabase,
) -> None:
    groups: list[dict[str, Any]] = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    rules = next(group["rules"] for group in groups if group["name"] == "homewell-upkeep")
    metrics = Metrics()
    Upkeep(homewell_db.url(Role.UPKEEP), jobs(), metrics)

    there_is = scraped(metrics)

    asked = {name for rule in rules for name in re.findall(r"homewell_\w+", rule["expr"])}
    tasks = {task for rule in rules for task in re.findall(r'task!?="([^"]+)"', rule["expr"])}
    assert len(rules) == 4
    assert asked == {name for name, _ in there_is if "created" not in name}
    assert tasks == {"arrivals"}
    assert tasks <= {task for _, task in there_is}
