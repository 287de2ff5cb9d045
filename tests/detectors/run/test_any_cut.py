"""However readings are cut into sweeps, the findings are those of all of them at once."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.detectors.run.recorded import (
    BEDROOM,
    BOILER,
    COLD,
    DAMP,
    DRY,
    LIVING_ROOM,
    NOW,
    STATION,
    RecordedHome,
    Row,
    Sessions,
    begun,
    steady,
)
from tests.estate import SINCE

DAYS = 16
DAY = timedelta(days=1)
_LANDLORDS = count(1)
EXAMPLES = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def pressure_bar(at: datetime) -> float:
    """1.5 bar, 0.5 for three hours a day (it flaps), and a slow loss in the second week."""
    days = (at - SINCE) / DAY
    low = 9 <= at.hour < 12
    return 0.5 if low else round(1.5 - 0.04 * max(days - 7.0, 0.0), 2)


def recording() -> dict[str, list[Row]]:
    """A damp bedroom that dries for some days, and a boiler that loses water."""
    damp = steady(DAMP, DAYS)
    damp[12 * 48 : 14 * 48] = steady(DRY, 2, since=SINCE + 12 * DAY)
    boiler: list[Row] = [
        (at, {"pressure_bar": pressure_bar(at), "flow_temp_c": 40.0})
        for at, _ in steady({}, DAYS, every=timedelta(minutes=5))
    ]
    return {
        LIVING_ROOM: steady(DRY, DAYS),
        BEDROOM: damp,
        BOILER: boiler,
        STATION: steady(COLD, DAYS),
    }


READINGS = recording()


def all_told(home: RecordedHome) -> list[tuple[Any, ...]]:
    """All that was told, but for when it was written down, and what no later reading confirmed."""
    return home.sessions.administrator.execute(
        """SELECT detector, place, began_at, raised_at, cleared_at, severity, severity_max,
                  confidence, evidence, sentence, flapping
           FROM alerts WHERE landlord_id = %(landlord)s
             AND cleared_why IS DISTINCT FROM 'not_confirmed'
           ORDER BY raised_at, detector, place""",
        {"landlord": home.landlord},
    ).fetchall()


@pytest.fixture(scope="module")
def at_once(desk: Sessions) -> list[tuple[Any, ...]]:
    """What is told of all readings in one sweep."""
    home = RecordedHome.register(desk, "at-once")
    for device, rows in READINGS.items():
        home.store(device, rows)
    home.sweep()
    return all_told(home)


def test_the_recording_has_what_it_should_have(at_once: list[tuple[Any, ...]]) -> None:
    told = Counter((one[0], one[4] is None, one[-1]) for one in at_once)

    assert told == {
        ("low_pressure", False, False): 2,
        ("low_pressure", True, True): 1,
        ("mould_risk", True, False): 1,
        ("slow_leak", True, False): 1,
    }


@EXAMPLES
@given(
    cuts=st.lists(st.integers(0, DAYS * 24 * 60), min_size=1, max_size=9),
    restarts=st.lists(st.booleans(), min_size=11, max_size=11),
)
def test_sweeps_at_any_time_and_restarts_between_tell_what_one_sweep_tells(
    cuts: list[int], restarts: list[bool], desk: Sessions, at_once: list[tuple[Any, ...]]
) -> None:
    home = RecordedHome.register(desk, f"landlord-{next(_LANDLORDS)}")
    watching = begun()
    edges = [SINCE, *(SINCE + timedelta(minutes=cut) for cut in sorted(cuts)), SINCE + DAYS * DAY]

    for number, (since, until) in enumerate(pairwise(edges)):
        if restarts[number]:
            watching = begun()
        _store(home, [(device, _between(rows, since, until)) for device, rows in READINGS.items()])
        home.sweep(watching, now=NOW)

    assert all_told(home) == at_once


@EXAMPLES
@given(seed=st.integers(0, 2**32), pieces=st.integers(2, 10), restart_every=st.integers(1, 4))
def test_what_comes_in_any_order_ends_as_it_stands_when_all_comes_at_once(
    seed: int, pieces: int, restart_every: int, desk: Sessions, at_once: list[tuple[Any, ...]]
) -> None:
    home = RecordedHome.register(desk, f"landlord-{next(_LANDLORDS)}")
    watching = begun()
    parts = list(_shuffled_pieces(seed, pieces))

    for number, part in enumerate(parts):
        if number % restart_every == 0:
            watching = begun()
        _store(home, [part])
        if number % 3 == 2 or number == len(parts) - 1:
            home.sweep(watching, now=NOW)

    told = all_told(home)
    assert _open(told) == _open(at_once)
    # When something began and was raised stays as people were told; its end is what is known now.
    assert {(one[0], one[4]) for one in told} >= {(one[0], one[4]) for one in at_once}


def _open(alerts: Sequence[tuple[Any, ...]]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """How the open alerts stand, by detector and place, whenever they were raised."""
    return {
        (detector, place): (severity, *rest)
        for detector, place, _, _, cleared_at, severity, _, *rest in alerts
        if cleared_at is None
    }


def _shuffled_pieces(seed: int, pieces: int) -> Iterator[tuple[str, list[Row]]]:
    order = random.Random(seed)  # noqa: S311 - the same order for the same seed
    found = []
    for device, rows in READINGS.items():
        size = -(-len(rows) // pieces)
        found += [(device, rows[first : first + size]) for first in range(0, len(rows), size)]
    order.shuffle(found)
    yield from found


def _between(rows: Sequence[Row], since: datetime, until: datetime) -> list[Row]:
    return [row for row in rows if since <= row[0] < until]


def _store(home: RecordedHome, parts: Sequence[tuple[str, list[Row]]]) -> None:
    for device, rows in parts:
        if rows:
            home.store(device, rows)
