"""A home that objects to its rooms being looked at: what its boiler is judged by then."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from core.consent import Purpose
from detectors.daily import RUN_UP, DayFrame, day_of_boilers
from detectors.frame import BoilerFrame, Row
from detectors.judgement import Judgement
from detectors.registry import DETECTORS
from detectors.run.forgetting import OF_ROOMS_BY_THE_DAY
from detectors.run.watching import Watching
from detectors.watch import Daily
from tests.detectors.run import simple
from tests.detectors.run.recorded import BOILER, LIVING_ROOM, NOW, RecordedHome, steady
from tests.estate import SINCE

DAY = timedelta(days=1)
COLD_DAYS = 5
OBJECTED = NOW + DAY


def judge_cold(frame: DayFrame) -> Judgement:
    """MEDIUM where most of the last COLD_DAYS were cold indoors, whatever today is."""
    indoor = frame["indoor_temp_c"]
    padded = np.pad(indoor, ((0, 0), (COLD_DAYS - 1, 0)), constant_values=np.nan)
    last = np.lib.stride_tricks.sliding_window_view(padded, COLD_DAYS, axis=1)
    cold = np.count_nonzero(last < 14.0, axis=-1) > COLD_DAYS // 2
    return simple.judgement(
        frame,
        "excess_cold",
        start=frame.start + DAY,
        step_s=frame.step_s,
        raised=cold,
        holds=cold,
        known=np.ones(cold.shape, dtype=np.bool_),
        evidence={"indoor_temp_c": indoor},
    )


LOOKS_INDOORS = replace(
    simple.SIMPLE,
    boilers=replace(simple.SIMPLE.boilers, indoor=frozenset({"indoor_temp_c"})),
    boiler_days=(Daily("excess_cold", judge_cold, simple.rules(DAY, DAY)),),
    need_rooms=frozenset({"excess_cold"}),
)


def judge_over_rooms(frame: DayFrame) -> Judgement:
    """A sensor of the boiler that is told by how far it lies from the rooms."""
    told = judge_cold(frame)
    change = {"rest_over_room_change_k": 20.0 - frame["indoor_temp_c"]}
    return replace(told, detector="boiler_sensor_fault", evidence=change)


HOLDS_SENSORS_AGAINST_ROOMS = replace(
    LOOKS_INDOORS,
    boiler_days=(Daily("boiler_sensor_fault", judge_over_rooms, simple.rules(DAY, DAY)),),
    need_rooms=frozenset(),
)


def watching() -> Watching:
    return Watching(detectors=LOOKS_INDOORS)


def live(home: RecordedHome, days: float, *, since: float, air_temp_c: float) -> None:
    """A boiler at rest, and a living room of some temperature."""
    at = SINCE + since * DAY
    home.store(BOILER, steady({"pressure_bar": 1.5}, days, since=at))
    home.store(LIVING_ROOM, steady({"air_temp_c": air_temp_c}, days, since=at))


def test_an_alert_of_a_cold_home_is_closed_when_its_rooms_may_not_be_looked_at_any_more(
    home: RecordedHome,
) -> None:
    live(home, 10, since=0, air_temp_c=11.0)
    home.sweep(watching())
    before = home.open_places()
    home.say(Purpose.DAMP_RISK, "no", at=OBJECTED)

    swept = home.sweep(watching(), now=OBJECTED)

    assert (before, swept.closed) == ([("excess_cold", "boiler")], 1)
    assert [(at, why) for *_, at, why in home.alerts()] == [(OBJECTED, "consent")]


def test_an_alert_by_the_day_that_has_numbers_of_the_rooms_is_closed_with_them(
    home: RecordedHome,
) -> None:
    process = Watching(detectors=HOLDS_SENSORS_AGAINST_ROOMS)
    live(home, 10, since=0, air_temp_c=11.0)
    home.sweep(process)
    before = home.open_places()
    home.say(Purpose.DAMP_RISK, "no", at=OBJECTED)

    swept = home.sweep(process, now=OBJECTED)

    assert (before, swept.closed) == ([("boiler_sensor_fault", "boiler")], 1)
    assert home.open_places() == []


@pytest.mark.parametrize(
    ("choice", "told"),
    [("yes", [("excess_cold", "boiler")]), ("no", [])],
    ids=["agrees", "objects"],
)
def test_how_cold_a_home_was_before_it_objected_tells_nothing_later(
    home: RecordedHome, choice: str, told: list[tuple[str, str]]
) -> None:
    live(home, 8, since=0, air_temp_c=20.0)
    live(home, 3.25, since=8, air_temp_c=11.0)
    home.sweep(watching())
    before = home.alerts()
    home.say(Purpose.DAMP_RISK, choice, at=OBJECTED)

    # The sensor is silent: only days before tell of cold.
    home.store(BOILER, steady({"pressure_bar": 1.5}, 2, since=SINCE + 11.25 * DAY))
    home.sweep(watching(), now=OBJECTED)

    assert (before, home.open_places()) == ([], told)


def test_a_boiler_goes_on_being_watched_when_the_rooms_may_not_be_looked_at(
    home: RecordedHome,
) -> None:
    live(home, 5, since=0, air_temp_c=20.0)
    home.sweep(watching())
    home.say(Purpose.DAMP_RISK, "no", at=OBJECTED)

    home.store(BOILER, steady({"pressure_bar": 0.3}, 1, since=SINCE + 5 * DAY))
    home.sweep(watching(), now=OBJECTED)

    assert home.open_places() == [("low_pressure", "boiler")]


def boiler_day(indoor_temp_c: float) -> BoilerFrame:
    """A winter's day with its run-up: four hours of heating, four of rest, and a night of rest."""
    steps = int((RUN_UP + DAY).total_seconds()) // 60
    minute = np.arange(steps)
    hour = (minute / 60 - RUN_UP / timedelta(hours=1)) % 24
    night = hour < 6
    heating = ((minute // 240) % 2 == 0) & ~night
    rng = np.random.default_rng(1)
    resting_at = np.where(night, 20.0, 24.0)
    flow = np.where(heating, 55.0, resting_at) + rng.normal(0, 0.5, steps)
    on = heating.astype(np.float64)
    values = {
        "flow_temp_c": flow,
        "return_temp_c": flow - 8.0 * on,
        "flow_target_c": np.full(steps, 55.0),
        "heat_demand": on,
        "hot_water_demand": np.zeros(steps),
        "hot_water_temp_c": np.full(steps, 45.0),
        "flame_on": on,
        "modulation_pct": 40.0 * on,
        "pump_on": on,
        "pressure_bar": 1.5 + 0.1 * on,
    }
    indoor = indoor_temp_c + 0.5 * np.cumsum(on - on.mean()) / 100
    return BoilerFrame(
        start=SINCE - RUN_UP,
        step_s=60,
        steps=steps,
        rows=(Row("demo", "home-1", "boiler"),),
        values={name: array[np.newaxis].astype(np.float32) for name, array in values.items()},
        outdoor_temp_c=np.full((1, steps), 4.0, np.float32),
        indoor_temp_c=indoor[np.newaxis].astype(np.float32),
    )


def test_every_number_of_a_boilers_day_that_changes_with_the_rooms_is_known_to_rest_on_them() -> (
    None
):
    looked = day_of_boilers(DETECTORS.boilers, boiler_day(20.0))
    unseen = day_of_boilers(DETECTORS.boilers, boiler_day(np.nan))

    changed = {
        name for name in looked if not np.array_equal(looked[name], unseen[name], equal_nan=True)
    }
    assert changed == DETECTORS.boilers.indoor
    assert all(np.isnan(unseen[name]).all() for name in changed)


def test_the_numbers_of_rooms_by_the_day_are_numbers_that_a_detector_tells() -> None:
    nothing = DayFrame(
        start=SINCE,
        step_s=86_400,
        steps=50,
        rows=(Row("demo", "home-1", "boiler"),),
        values={},
        f_rsi=np.full(1, np.nan),
    )

    told = {name for one in DETECTORS.boiler_days for name in one.judge(nothing).evidence}

    assert told & OF_ROOMS_BY_THE_DAY == OF_ROOMS_BY_THE_DAY
