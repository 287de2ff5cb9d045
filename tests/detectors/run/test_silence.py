"""Silence is judged in the gateway's own time, and told once."""

from datetime import datetime, timedelta

import pytest

from core.consent import Purpose
from detectors.run.service import Service
from detectors.run.silence import SETTLE, Silence
from store.frames import Arrival
from tests.detectors.run.recorded import (
    BATHROOM,
    BEDROOM,
    DRY,
    LIVING_ROOM,
    NOW,
    RecordedHome,
    Row,
    Told,
    steady,
)
from tests.estate import SINCE

TEN_MINUTES = timedelta(minutes=10)
HOURS = 1 / 24


@pytest.fixture
def service() -> Service:
    return Service("")


def heard(days: float, *, since: datetime = SINCE) -> list[Row]:
    return steady(DRY, days, since=since, every=TEN_MINUTES)


def judge(home: RecordedHome, service: Service, *, now: datetime = NOW) -> None:
    """Sweep, and again when what came has settled."""
    service.sweep_once(home.sessions.detectors, now=now)
    service.sweep_once(home.sessions.detectors, now=now + SETTLE)


def silences(home: RecordedHome) -> list[Told]:
    return [told for told in home.alerts() if told[0] == "silent"]


def test_a_device_that_falls_silent_is_told_once_and_cleared_when_it_speaks(
    home: RecordedHome, service: Service
) -> None:
    home.store(LIVING_ROOM, heard(1))
    home.store(BEDROOM, heard(12 * HOURS))
    judge(home, service)
    silent = silences(home)
    later = SINCE + timedelta(days=1)
    home.store(LIVING_ROOM, heard(6 * HOURS, since=later))
    judge(home, service, now=NOW + timedelta(hours=6))
    still_silent = silences(home)

    home.store(LIVING_ROOM, heard(2 * HOURS, since=later + timedelta(hours=6)))
    home.store(BEDROOM, heard(2 * HOURS, since=later + timedelta(hours=6)))
    judge(home, service, now=NOW + timedelta(hours=8))

    ((_, place, raised_at, cleared_at, _),) = silent
    last_heard = SINCE + timedelta(hours=11, minutes=50)
    assert (place, cleared_at) == ("bedroom", None)
    assert timedelta(minutes=100) <= raised_at - last_heard <= timedelta(hours=2)
    assert still_silent == silent
    ((_, place, raised_again, cleared_at, why),) = silences(home)
    assert (place, raised_again, why) == ("bedroom", raised_at, "recovered")
    assert cleared_at is not None
    assert later + timedelta(hours=6) < cleared_at < later + timedelta(hours=8)


def test_a_block_whose_gateway_was_away_is_not_sprayed_with_silence(
    home: RecordedHome, service: Service
) -> None:
    devices = (LIVING_ROOM, BEDROOM, BATHROOM, "th-0201", "th-0202", "th-0203")
    for device in devices:
        home.store(device, heard(1))
    judge(home, service)

    back_at = SINCE + timedelta(days=2)
    for number, device in enumerate(devices):
        home.store(device, heard(1 * HOURS, since=back_at + timedelta(minutes=number)))
    judge(home, service, now=NOW + timedelta(days=1))

    assert silences(home) == []


def test_a_gateway_that_sends_what_it_kept_is_judged_when_it_has_sent_it(
    home: RecordedHome, service: Service
) -> None:
    conn = home.sessions.detectors
    home.store(LIVING_ROOM, heard(1))
    home.store(BEDROOM, heard(1))
    judge(home, service)
    back_at = SINCE + timedelta(days=1)
    home.store(LIVING_ROOM, heard(12 * HOURS, since=back_at))
    for seconds in (0, 20, 40):
        service.sweep_once(conn, now=NOW + timedelta(days=1, seconds=seconds))
        hour = timedelta(hours=seconds / 20)
        home.store(BEDROOM, heard(1 * HOURS, since=back_at + hour))
    while_it_sends = silences(home)

    home.store(BEDROOM, heard(9 * HOURS, since=back_at + timedelta(hours=3)))
    judge(home, service, now=NOW + timedelta(days=1, minutes=1))

    assert while_it_sends == []
    assert silences(home) == []


def test_a_restart_neither_repeats_nor_closes_what_was_told_of_silence(
    home: RecordedHome, service: Service
) -> None:
    # Silent shortly before the midnight at which a new process begins to look.
    last_heard_h = 23.5
    home.store(LIVING_ROOM, heard(1))
    home.store(BEDROOM, heard(last_heard_h * HOURS))
    home.store(LIVING_ROOM, heard(6 * HOURS, since=SINCE + timedelta(days=1)))
    judge(home, service)
    told = silences(home)

    home.store(LIVING_ROOM, heard(3, since=SINCE + timedelta(days=1, hours=6)))
    judge(home, Service(""), now=NOW + timedelta(days=3))

    assert [place for _, place, *_ in told] == ["bedroom"]
    assert silences(home) == told


def test_a_home_that_objects_is_not_listened_for(home: RecordedHome, service: Service) -> None:
    home.say(Purpose.DAMP_RISK, "no", at=SINCE)
    home.store("th-0201", heard(1))
    home.store(BEDROOM, heard(12 * HOURS))

    judge(home, service)

    assert silences(home) == []


def test_silence_that_was_agreed_on_is_not_told_of(home: RecordedHome, service: Service) -> None:
    home.store(LIVING_ROOM, heard(1))
    home.store(BEDROOM, heard(12 * HOURS))
    home.say(Purpose.DAMP_RISK, "no", at=SINCE + timedelta(hours=12))
    home.say(Purpose.DAMP_RISK, "yes", at=SINCE + timedelta(hours=23))

    judge(home, service)

    assert silences(home) == []


def news(*spans: tuple[int, int]) -> dict[int, Arrival]:
    """Arrivals of device and hour."""
    return {
        device: Arrival(device_id=device, first_at=hour(at), last_at=hour(at))
        for device, at in spans
    }


def hour(number: int) -> datetime:
    return SINCE + timedelta(hours=number)


def test_a_gateway_settles_half_a_minute_after_its_last_old_news() -> None:
    silence, gateway_of = Silence(), {1: "gw-1", 2: "gw-1"}
    second = timedelta(seconds=1)
    silence.hear(gateway_of, news((1, 10)), now=NOW)
    silence.hear(gateway_of, news((2, 3)), now=NOW + 20 * second)
    silence.hear(gateway_of, news((1, 10)), now=NOW + 40 * second)

    assert silence.settled(now=NOW + 49 * second) == []
    assert silence.settled(now=NOW + 50 * second) == ["gw-1"]


def test_a_gateway_without_news_is_not_judged_again() -> None:
    silence = Silence()
    silence.hear({1: "gw-1"}, news((1, 10)), now=NOW)
    silence.clocks["gw-1"].judged_until = hour(10)

    assert silence.settled(now=NOW + SETTLE) == []


def test_a_device_that_hangs_on_no_gateway_moves_no_clock() -> None:
    silence = Silence()

    silence.hear({}, news((1, 10)), now=NOW)

    assert silence.clocks == {}
