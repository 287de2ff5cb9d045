"""What many homes report at once is one thing; what each reports on its own is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.findings import Episode, Severity
from detectors.mass_events import WITHIN_DAILY, group_of, mass_events, sentence

NIGHT = datetime(2026, 1, 4, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STREET = {f"home-{number}": "hill" for number in range(40)}
COUNTED = {"hill": 40}


def raised(home: int, at: datetime, detector: str = "silent") -> Episode:
    return Episode(
        home_id=f"home-{home}",
        detector=detector,
        place="bedroom",
        began_at=at - HOUR,
        raised_at=at,
        cleared_at=None,
        severity=Severity.MEDIUM,
        severity_max=Severity.MEDIUM,
        confidence=0.9,
        evidence={},
        sentence="Nothing has been heard from here.",
    )


def test_a_line_that_is_down_is_one_event_of_all_its_homes() -> None:
    outage = [raised(home, NIGHT + 0.5 * home * HOUR) for home in range(8)]

    (group,) = mass_events(outage, area_of_home=STREET, homes_in_area=COUNTED)

    assert (group.homes, group.homes_there) == (8, 40)
    assert (group.first_at, group.last_at) == (NIGHT, NIGHT + 3.5 * HOUR)
    assert group.id == "hill/silent/2026-01-04T02:00:00Z"
    assert group_of([group]) == dict.fromkeys(range(8), group.id)


def test_four_homes_at_once_are_told_one_by_one() -> None:
    four = [raised(home, NIGHT) for home in range(4)]

    assert mass_events(four, area_of_home=STREET, homes_in_area=COUNTED) == []


def test_five_homes_of_a_large_town_are_told_one_by_one() -> None:
    five = [raised(home, NIGHT) for home in range(5)]

    assert mass_events(five, area_of_home=STREET, homes_in_area={"hill": 51}) == []


def test_many_rooms_of_few_homes_are_no_mass_event() -> None:
    rooms = [
        replace(raised(home, NIGHT), place=room)
        for home in range(4)
        for room in ("living room", "bedroom", "bathroom")
    ]

    assert mass_events(rooms, area_of_home=STREET, homes_in_area=COUNTED) == []


def test_homes_of_two_areas_do_not_add_up() -> None:
    areas = {f"home-{number}": "hill" if number < 4 else "vale" for number in range(8)}
    eight = [raised(home, NIGHT) for home in range(8)]

    groups = mass_events(eight, area_of_home=areas, homes_in_area={"hill": 4, "vale": 4})

    assert groups == []


def test_two_detectors_are_two_events() -> None:
    both = [raised(home, NIGHT, which) for home in range(6) for which in ("no_heat", "silent")]

    groups = mass_events(both, area_of_home=STREET, homes_in_area=COUNTED)

    assert [(group.detector, group.homes) for group in groups] == [("no_heat", 6), ("silent", 6)]


def test_five_homes_spread_over_a_week_are_no_event() -> None:
    spread = [raised(home, NIGHT + home * DAY) for home in range(7)]

    assert mass_events(spread, area_of_home=STREET, homes_in_area=COUNTED) == []


def test_two_outages_a_week_apart_are_two_events() -> None:
    first = [raised(home, NIGHT + 0.1 * home * HOUR) for home in range(6)]
    second = [raised(home, NIGHT + 7 * DAY + 0.1 * home * HOUR) for home in range(10, 22)]

    groups = mass_events([*first, *second], area_of_home=STREET, homes_in_area=COUNTED)

    assert [group.homes for group in groups] == [6, 12]


def test_an_outage_that_spreads_through_the_night_is_one_event() -> None:
    spreading = [raised(home, NIGHT + home * HOUR) for home in range(12)]

    (group,) = mass_events(spreading, area_of_home=STREET, homes_in_area=COUNTED)

    assert group.homes == 12


def test_what_an_area_reports_every_day_is_no_event() -> None:
    every_day = [
        raised((5 * day + number) % 40, NIGHT + day * DAY + number * HOUR)
        for day in range(40)
        for number in range(5)
    ]
    quiet_before = [one for one in every_day if one.raised_at < NIGHT + DAY]

    groups = mass_events(every_day, area_of_home=STREET, homes_in_area=COUNTED)

    assert [group.first_at for group in groups] == sorted({group.first_at for group in groups})
    assert max(group.first_at for group in groups) < NIGHT + 10 * DAY
    assert len(mass_events(quiet_before, area_of_home=STREET, homes_in_area=COUNTED)) == 1


def test_a_cold_snap_seen_over_two_midnights_is_one_event() -> None:
    midnight = datetime(2026, 1, 5, tzinfo=UTC)
    cold = [raised(home, midnight + (home % 2) * DAY, "excess_cold") for home in range(8)]

    (group,) = mass_events(
        cold,
        area_of_home=STREET,
        homes_in_area=COUNTED,
        within={"excess_cold": WITHIN_DAILY},
    )

    assert (group.homes, group.last_at - group.first_at) == (8, DAY)


def test_a_later_home_joins_and_the_name_of_the_event_stays() -> None:
    outage = [raised(home, NIGHT + 0.1 * home * HOUR) for home in range(9)]

    before = mass_events(outage[:6], area_of_home=STREET, homes_in_area=COUNTED)
    after = mass_events(outage, area_of_home=STREET, homes_in_area=COUNTED)

    assert [group.id for group in before] == [group.id for group in after]
    assert (before[0].homes, after[0].homes) == (6, 9)


def test_a_home_of_no_area_is_in_no_event() -> None:
    outage = [raised(home, NIGHT) for home in range(8)]

    assert mass_events(outage, area_of_home={}, homes_in_area={}) == []


def test_an_area_whose_homes_nobody_counted_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="nobody said how many homes area 'hill' has"):
        mass_events([raised(1, NIGHT)], area_of_home=STREET, homes_in_area={})


@given(st.permutations(range(8)))
def test_shuffled_homes_make_the_same_event(order: list[int]) -> None:
    outage = [raised(home, NIGHT + 0.1 * home * HOUR) for home in range(8)]

    straight = mass_events(outage, area_of_home=STREET, homes_in_area=COUNTED)
    shuffled = mass_events(
        [outage[place] for place in order], area_of_home=STREET, homes_in_area=COUNTED
    )

    assert [(one.id, one.homes, one.last_at) for one in straight] == [
        (one.id, one.homes, one.last_at) for one in shuffled
    ]
    assert sorted(order[place] for place in shuffled[0].members) == list(range(8))


def test_a_person_is_told_how_many_and_that_the_cause_is_likely_one() -> None:
    outage = [raised(home, NIGHT + 0.5 * home * HOUR) for home in range(8)]

    (group,) = mass_events(outage, area_of_home=STREET, homes_in_area=COUNTED)

    assert sentence(group) == (
        "8 of the 40 homes here reported the same within 4 hours: one cause is likelier than a "
        "fault in each: radio, internet, power or a gateway."
    )
