"""Alerts that stand against what is judged anew."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.findings import Episode, Severity
from detectors.reconcile import Changes, reconcile

START = datetime(2026, 1, 1, tzinfo=UTC)


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


LATEST = hour(201)


def episode(
    raised: int,
    cleared: int | None = None,
    *,
    began: int | None = None,
    place: str = "bedroom",
    severity: Severity = Severity.MEDIUM,
) -> Episode:
    return Episode(
        home_id="home-1",
        detector="mould_risk",
        place=place,
        began_at=hour(raised if began is None else began),
        raised_at=hour(raised),
        cleared_at=None if cleared is None else hour(cleared),
        severity=severity,
        severity_max=severity,
        confidence=0.9,
        evidence={"mould_index": 1.5},
        sentence="The walls are damp.",
    )


def after(
    known: Mapping[int, Episode], changes: Changes[int], *, at: datetime
) -> dict[int, Episode]:
    """What stands once the changes are written."""
    written = dict(known)
    for alert_id in changes.unconfirmed:
        closed_at = max(at, written[alert_id].raised_at)
        written[alert_id] = replace(written[alert_id], cleared_at=closed_at)
    written.update(changes.updated)
    for position, raised in enumerate(changes.raised):
        written[1000 + len(known) + position] = raised
    return written


@st.composite
def stretches(draw: st.DrawFn, *, latest: int = 200) -> list[Episode]:
    """Episodes of some places, those of one place one after the other; only the last is open."""
    found: list[Episode] = []
    for place in draw(st.sets(st.sampled_from(["bedroom", "bathroom"]))):
        edges = sorted(draw(st.sets(st.integers(0, latest), max_size=7)))
        for first, end in zip(edges[::2], [*edges[1::2], None], strict=False):
            severity = draw(st.sampled_from(Severity))
            began = draw(st.integers(0, first))
            found.append(episode(first, end, began=began, place=place, severity=severity))
    return found


@given(first=stretches(), judged=stretches(), since=st.integers(0, 200))
def test_reconciling_twice_changes_nothing(
    first: list[Episode], judged: list[Episode], since: int
) -> None:
    known = dict(enumerate(first))
    once = after(known, reconcile(known, judged, since=hour(since), until=LATEST), at=hour(201))

    again = reconcile(once, judged, since=hour(since), until=LATEST)

    assert again == Changes((), {}, ())


@given(first=stretches(), judged=stretches(), since=st.integers(0, 200))
def test_what_people_were_told_is_never_taken_back(
    first: list[Episode], judged: list[Episode], since: int
) -> None:
    known = dict(enumerate(first))

    once = after(known, reconcile(known, judged, since=hour(since), until=LATEST), at=hour(201))

    for alert_id, told in known.items():
        now_told = once[alert_id]
        assert (now_told.began_at, now_told.raised_at) == (told.began_at, told.raised_at)
        assert now_told.severity_max >= told.severity_max
        assert now_told.cleared_at is None or now_told.cleared_at >= now_told.raised_at


@given(first=stretches(), judged=stretches())
def test_a_place_has_one_open_alert_of_a_detector_at_most(
    first: list[Episode], judged: list[Episode]
) -> None:
    known = dict(enumerate(first))

    once = after(known, reconcile(known, judged, since=START, until=LATEST), at=hour(201))

    still_open = [one.place for one in once.values() if one.cleared_at is None]
    assert sorted(still_open) == sorted(set(still_open))


def test_trouble_that_came_back_is_not_taken_for_the_time_before() -> None:
    # Both are thought to have begun with the same damp autumn.
    first, second = episode(100, 120, began=10), episode(150, began=10)
    known = {1: first, 2: second}

    changes = reconcile(known, [first, second], since=hour(90), until=LATEST)

    assert changes == Changes((), {}, ())


def test_two_alerts_that_late_data_shows_to_be_one_are_brought_up_to_it_once() -> None:
    known = {1: episode(5, 6), 2: episode(7)}
    judged = [episode(0, 8)]
    once = after(known, reconcile(known, judged, since=hour(0), until=LATEST), at=hour(9))

    again = reconcile(once, judged, since=hour(0), until=LATEST)

    assert once == {1: episode(5, 6), 2: episode(7, 8)}
    assert again == Changes((), {}, ())


def test_an_open_alert_that_nothing_bears_out_has_lost_its_ground() -> None:
    changes = reconcile({1: episode(100)}, [], since=hour(100), until=LATEST)

    assert changes == Changes((), {}, (1,))


def test_an_alert_raised_before_what_is_judged_stays_as_it_is() -> None:
    changes = reconcile({1: episode(99)}, [], since=hour(100), until=LATEST)

    assert changes == Changes((), {}, ())


def test_an_alert_raised_after_what_is_judged_stays_as_it_is() -> None:
    known = {1: episode(100), 2: episode(101, place="bathroom")}

    changes = reconcile(known, [], since=hour(0), until=hour(100))

    assert changes == Changes((), {}, (1,))


@given(first=stretches(), judged=stretches(latest=120))
def test_days_before_an_open_alert_give_its_place_no_second_one(
    first: list[Episode], judged: list[Episode]
) -> None:
    known = dict(enumerate(first))

    changes = reconcile(known, judged, since=START, until=hour(120))

    once = after(known, changes, at=hour(120))
    still_open = [one.place for one in once.values() if one.cleared_at is None]
    assert sorted(still_open) == sorted(set(still_open))


def test_an_episode_found_earlier_by_late_data_is_the_alert_that_stands() -> None:
    told = episode(100, began=90)
    earlier = episode(80, began=70, severity=Severity.HIGH)

    changes = reconcile({1: told}, [earlier], since=hour(0), until=LATEST)

    expected = replace(earlier, began_at=told.began_at, raised_at=told.raised_at)
    assert changes == Changes((), {1: expected}, ())


def test_an_alert_of_another_room_is_another_alert() -> None:
    changes = reconcile(
        {1: episode(100, place="bathroom")}, [episode(100)], since=hour(101), until=LATEST
    )

    assert changes == Changes((episode(100),), {}, ())
