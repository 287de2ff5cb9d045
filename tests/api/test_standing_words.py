"""What an officer's list says of a home in a sentence or two."""

from datetime import UTC, datetime, timedelta

import pytest

from api.disclosed import SeenHome
from api.pages.landlord_views import standing_words
from core.home_risk import Risk, Standing, Status
from core.quantities import Kind
from store.homes import Home

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
AT_EIGHT = NOW.replace(hour=8, minute=0) - timedelta(days=1)
WELL = Standing(risk=Risk.OK, status=Status.OK)
UNKNOWN = Standing(risk=Risk.UNKNOWN, status=Status.UNKNOWN, unknown_because="silence")


def home(
    standing: Standing,
    heard: dict[Kind, datetime | None],
    *,
    unwatched: tuple[Kind, ...] = (),
    lived_in: bool = True,
) -> SeenHome:
    return SeenHome(
        home=Home(
            landlord_id="demo",
            home_id="home-1",
            area_id="town",
            uprn=None,
            property_ref=None,
            address=None,
        ),
        standing=standing,
        heard=heard,
        alerts=(),
        sharing="band",
        lived_in=lived_in,
        unwatched=unwatched,
    )


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (home(WELL, {Kind.ROOM: NOW, Kind.BOILER: NOW}), "No alert is open."),
        (
            home(WELL, {Kind.ROOM: None, Kind.BOILER: NOW}, unwatched=(Kind.ROOM,)),
            "No alert is open. Its tenant has chosen that its rooms not be read.",
        ),
        (
            home(UNKNOWN, {Kind.ROOM: AT_EIGHT, Kind.BOILER: AT_EIGHT}),
            "Not heard since 20 November 2026 at 08:00: how it is there is unknown.",
        ),
        (
            home(UNKNOWN, {Kind.ROOM: AT_EIGHT, Kind.BOILER: NOW}),
            "Not heard from its rooms since 20 November 2026 at 08:00: how it is there is unknown.",
        ),
        (
            home(UNKNOWN, {Kind.ROOM: None, Kind.BOILER: NOW}),
            "Never heard from its rooms: how it is there is unknown.",
        ),
        (home(UNKNOWN, {Kind.ROOM: None}), "Never heard from: how it is there is unknown."),
        (home(UNKNOWN, {}), "Nothing is measured here: how it is there is unknown."),
        (
            home(
                UNKNOWN,
                {Kind.ROOM: None, Kind.BOILER: None},
                unwatched=(Kind.ROOM, Kind.BOILER),
            ),
            "Nothing is measured here: how it is there is unknown. "
            "Its tenant has chosen that its rooms and boiler not be read.",
        ),
        (
            home(UNKNOWN, {Kind.ROOM: NOW}, lived_in=False),
            "Nobody is registered as living here, so nothing is read: how it is there is unknown.",
        ),
    ],
)
def test_a_home_says_what_is_known_of_it_and_why_not_more(seen: SeenHome, words: str) -> None:
    assert standing_words(seen, "", now=NOW) == words


def test_what_was_found_is_said_before_what_is_not_known() -> None:
    seen = home(UNKNOWN, {Kind.ROOM: AT_EIGHT})

    words = standing_words(seen, "The pressure is low.", now=NOW)

    assert words == (
        "The pressure is low. Not heard since 20 November 2026 at 08:00: "
        "how it is there is unknown."
    )
