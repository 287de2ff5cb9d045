"""Where a home begins by what arrived of it."""

from datetime import timedelta

from core.quantities import Kind
from store import judgements
from tests.detectors.run.recorded import BEDROOM, DRY, RecordedHome, steady
from tests.estate import SINCE

DAY = timedelta(days=1)


def test_a_sensor_that_was_heard_in_another_home_before_makes_no_earlier_beginning(
    home: RecordedHome,
) -> None:
    """It came here on the sixtieth day of the tenancy."""
    placed_at = SINCE + 60 * DAY
    home.sessions.administrator.execute(
        """UPDATE placements SET placed_at = %(at)s
           WHERE landlord_id = %(landlord)s AND home_id = 'home-1' AND room <> 'boiler'""",
        {"landlord": home.landlord, "at": placed_at},
    )

    home.store(BEDROOM, steady(DRY, 3))
    home.store(BEDROOM, steady(DRY, 3, since=placed_at))
    home.sweep()

    key = (home.landlord, "home-1")
    kept = judgements.home_judgements(home.sessions.detectors, [key], Kind.ROOM)[key]
    assert (kept.window_from, kept.days_until) == (placed_at, placed_at + 2 * DAY)
