"""Real recordings through the whole path, with their own timestamps, ten years old or not."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local.place import REPOSITORY, Place
from local.programs import Programs
from local.replaying import Outcome, replay
from local.stack import Stack

CASES = REPOSITORY / "tests/cases/replay"
UCI = REPOSITORY / "../shared/data/uci_appliances_energy/home.csv"
UCI_COLUMNS = REPOSITORY / "local/columns/uci_appliances_energy.toml"


@pytest.fixture(scope="module")
def stack(place: Place, programs: Programs) -> Iterator[Stack]:
    """A machine of its own, on which nothing runs yet."""
    folder = Path(tempfile.mkdtemp(prefix="homewell-replay-"))
    folder.chmod(0o755)
    servers = Place(root=folder / "servers", account=place.account)
    yield Stack(servers, {}, print, home=folder / "ours", programs=programs)
    shutil.rmtree(folder)


def ten_impossible(stack: Stack) -> Outcome:
    return replay(stack, CASES / "ten_impossible.csv", CASES / "ten_impossible.toml", print)


def test_of_a_recording_with_ten_impossible_values_exactly_those_are_rejected(
    stack: Stack,
) -> None:
    outcome = ten_impossible(stack)

    assert (outcome.rows, outcome.stored, outcome.already_stored) == (600, 600, 0)
    assert outcome.rejected == 10
    assert rejected_lines(stack) == [14, 33, 49, 68, 85, 103, 120, 142, 165, 189]


def test_a_second_replay_stores_nothing_and_says_so(stack: Stack) -> None:
    ten_impossible(stack)

    again = ten_impossible(stack)

    assert (again.rows, again.stored, again.already_stored) == (600, 0, 600)


def test_a_real_home_of_2016_is_stored_whole_and_judged(stack: Stack) -> None:
    if not UCI.exists():
        pytest.skip(f"the recording {UCI.name} of shared/data is not here")

    outcome = replay(stack, UCI, UCI_COLUMNS, print)

    rooms, weather = 8 * 19_735, 19_735
    assert (outcome.rows, outcome.stored) == (rooms + weather, rooms + weather)
    assert (outcome.already_stored, outcome.rejected) == (0, 0)
    assert counted(stack, "room_readings", "replay-home") == rooms
    assert counted(stack, "weather_readings", "replay-home") == weather
    told = [(one.place, one.detector, one.severity) for one in outcome.alerts]
    assert told == []  # a dry low-energy house, before its first hot summer nights


def rejected_lines(stack: Stack) -> list[int]:
    """The lines of the file whose instants carry a rejection: line 2 is the first row."""
    return asked(
        stack,
        """SELECT DISTINCT (extract(epoch FROM measured_at - '2026-02-02T00:00:00Z') / 600)::int + 2
           FROM rejected_messages WHERE gateway_id = 'replay-ten-impossible' ORDER BY 1""",
    )


def counted(stack: Stack, table: str, gateway: str) -> int:
    [count] = asked(
        stack,
        f"""SELECT count(*)::int FROM {table} JOIN devices USING (device_id)
            WHERE gateway_id = '{gateway}'""",  # noqa: S608 - the test's own words
    )
    return count


def asked(stack: Stack, question: str) -> list[int]:
    """The first column of the answer, as the administrator sees it."""
    stack.start_database()
    try:
        assert stack.postgres is not None
        with psycopg.connect(stack.postgres.admin_url("homewell")) as conn:
            return [row[0] for row in conn.execute(question.encode())]
    finally:
        stack.stop_servers()
