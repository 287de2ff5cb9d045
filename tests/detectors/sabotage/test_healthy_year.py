"""The committed healthy year: two homes, all seasons, nothing wrong with them, nothing to tell."""

import pyarrow.parquet as pq
import pytest

from detectors.offline.analyse import Analysis, analyse
from tests.detectors.sabotage.year import HEALTHY_YEAR


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    """What the analyser of folders makes of it."""
    return analyse(HEALTHY_YEAR, say=lambda _: None)


def test_a_healthy_year_gives_no_alert_not_even_of_low_severity(analysis: Analysis) -> None:
    told = [(one.home_id, one.detector, one.place, one.severity_max) for one in analysis.episodes]

    assert told == []
    assert analysis.groups == {}


@pytest.mark.parametrize(
    ("table", "home", "readings_least"),
    [
        ("boiler_readings", "home-1", 520_000),
        ("boiler_readings", "home-2", 50_000),
        ("room_readings", "home-1", 260_000),
        ("room_readings", "home-2", 130_000),
    ],
)
def test_the_year_is_whole(table: str, home: str, readings_least: int) -> None:
    """A boiler read each minute and one every ten, three rooms at their own pace."""
    found = pq.read_table(HEALTHY_YEAR / f"{table}.parquet", filters=[("home_id", "=", home)])
    days = {at.as_py().date() for at in found["measured_at"].unique()[::500]}

    assert found.num_rows >= readings_least
    assert max(days).toordinal() - min(days).toordinal() >= 360
