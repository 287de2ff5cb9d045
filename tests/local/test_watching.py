"""What `homewell status` tells a person of ingest."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.watching import ingest_lines, weather_lines

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
STATUS: dict[str, Any] = {
    "at": NOON.isoformat(),
    "pid": 17,
    "http": "127.0.0.1:9464",
    "readiness": {
        "ready": False,
        "since": (NOON - timedelta(seconds=30)).isoformat(),
        "parts": {
            "broker": {"ready": True, "since": NOON.isoformat()},
            "database": {
                "ready": False,
                "since": NOON.isoformat(),
                "reason": "the database has not answered for 30 s",
            },
        },
    },
    "lag_received_s": {"p50": 0.021, "p99": 0.4},
}


@pytest.fixture
def status_file(tmp_path: Path) -> Path:
    """Where ingest writes."""
    return tmp_path / "ingest.json"


def test_what_keeps_ingest_from_storing_is_told_with_its_lag(status_file: Path) -> None:
    status_file.write_text(json.dumps(STATUS))

    assert ingest_lines(status_file, NOON) == [
        "ingest: not ready since 2026-01-05 11:59:30 UTC",
        "ingest: database: the database has not answered for 30 s",
        "ingest: from arrival to stored in the last minute: half within 0.02 s, 99 of 100 within "
        "0.40 s",
        "ingest: metrics at http://127.0.0.1:9464/metrics",
    ]


def test_a_quiet_ingest_without_a_listener_is_just_ready(status_file: Path) -> None:
    ready = {"ready": True, "since": NOON.isoformat(), "parts": {}}
    quiet = {"http": None, "readiness": ready, "lag_received_s": {"p50": None, "p99": None}}
    status_file.write_text(json.dumps({**STATUS, **quiet}))

    assert ingest_lines(status_file, NOON) == ["ingest: ready since 2026-01-05 12:00:00 UTC"]


def test_an_old_word_is_no_word(status_file: Path) -> None:
    before = ingest_lines(status_file, NOON)
    status_file.write_text(json.dumps(STATUS))

    assert before == ["ingest has said nothing yet"]
    assert ingest_lines(status_file, NOON + timedelta(seconds=61)) == [
        "ingest has said nothing for 61 s"
    ]


def test_weather_that_stays_away_names_the_log_that_says_why(tmp_path: Path) -> None:
    newest = {
        "here": NOON - timedelta(minutes=8),
        "late": NOON - timedelta(hours=2),
        "new": None,
    }

    assert weather_lines(newest, tmp_path, NOON) == [
        "weather: here told its newest 480 s ago",
        f"weather: late told its newest 7200 s ago; {tmp_path}/weather-late.log says why no more "
        "came",
        f"weather: new has told nothing yet; {tmp_path}/weather-new.log says more",
    ]
