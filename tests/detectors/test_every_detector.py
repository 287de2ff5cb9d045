"""What all detectors together owe: silence about sound homes, no harm from gaps, no home mixed up.

On a few simulated homes in winter, for some days: what single detectors find and when has tests of
its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from bench.accuracy.estate import days_lived, watch_of
from core.findings import Episode, Severity
from core.quantities import Kind
from detectors.arrays import Booleans
from detectors.daily import RUN_UP, DayFrame, day_of_boilers, day_of_rooms
from detectors.frame import BoilerFrame, FrameT, RoomFrame
from detectors.registry import DETECTORS
from detectors.streaming import HomesWatch
from detectors.tiles import BOILER_ROWS, ROOM_ROWS
from detectors.watch import KEPT_DAYS, Daily, Days
from firmware_sim.folder.blocks import Order, block_from

Lived = Sequence[tuple[RoomFrame, BoilerFrame]]
DAYS = 5


def lived(*, faults: tuple[str, ...] = ()) -> Lived:
    """Days of six homes in January with RUN_UP before each; without faults all are sound."""
    order = Order(
        homes=6,
        days=DAYS + 1,
        seed=602,
        first_day=date(2026, 1, 5),
        block_homes=50,
        faults=faults,
        healthy=not faults,
    )
    block = block_from(order, 0)
    watch = watch_of(block, DETECTORS)
    return [watch.judge(day) for day, _ in days_lived(block, watch)][:DAYS]


@pytest.fixture(scope="module")
def sound() -> Lived:
    return lived()


@pytest.fixture(scope="module")
def broken() -> Lived:
    return lived(faults=("lockout", "fast_leak", "railed", "implausible"))


def told(days: Iterable[tuple[RoomFrame, BoilerFrame]]) -> list[Episode]:
    """What all detectors tell, in an order that does not depend on that of the homes."""
    watch = HomesWatch(DETECTORS)
    for rooms, boilers in days:
        groups = (boilers.steps - int(RUN_UP.total_seconds()) // 60) // 5
        watch.take(
            rooms,
            boilers,
            rooms_over=np.ones(len(rooms.rows), dtype=np.bool_),
            boilers_over=np.ones(len(boilers.rows), dtype=np.bool_),
            settled=np.ones((len(boilers.rows), groups), dtype=np.bool_),
        )
    return sorted(
        watch.episodes(), key=lambda one: (one.raised_at, one.home_id, one.detector, one.place)
    )


def alarming(episodes: Iterable[Episode]) -> list[tuple[str, str, str]]:
    return [
        (one.home_id, one.place, one.detector)
        for one in episodes
        if one.severity_max >= Severity.MEDIUM
    ]


class Holes:
    """Holes in what is measured: single values, and the whole of some homes for hours.

    What a day's run-up repeats of the day before has the same holes.
    """

    def __init__(self, share: float, seed: int) -> None:
        self._share, self._rng = share, np.random.default_rng(seed)
        self._before: dict[str, Booleans] = {}

    def put_into(self, frame: FrameT) -> FrameT:
        """The frame of the day that comes next."""
        values = {}
        run_up = int(RUN_UP.total_seconds()) // frame.step_s
        for name, array in frame.values.items():
            gone = self._rng.random(array.shape) < self._share
            row = self._rng.integers(0, len(frame.rows))
            begin = self._rng.integers(run_up, frame.steps)
            gone[row, begin : begin + run_up] = True
            key = f"{type(frame).__name__}.{name}"
            if key in self._before:
                gone[:, :run_up] = self._before[key]
            self._before[key] = gone[:, -run_up:]
            values[name] = np.where(gone, np.float32(np.nan), array)
        return replace(frame, values=values)


def shuffled(frame: FrameT, seed: int) -> FrameT:
    order = np.random.default_rng(seed).permutation(len(frame.rows)).tolist()
    return frame.part(rows=order)


def test_sound_homes_in_winter_raise_no_alarm(sound: Lived) -> None:
    assert alarming(told(sound)) == []


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_missing_values_anywhere_raise_no_alarm(sound: Lived, share: float) -> None:
    holes = Holes(share, seed=3)

    holed = [(holes.put_into(rooms), holes.put_into(boilers)) for rooms, boilers in sound]

    assert alarming(told(holed)) == []


def test_homes_of_which_nothing_is_known_are_told_nothing_of(broken: Lived) -> None:
    nothing = [
        (replace(rooms, values={}), replace(boilers, values={})) for rooms, boilers in broken
    ]

    assert told(nothing) == []


def test_shuffled_homes_give_shuffled_findings_and_nothing_else(broken: Lived) -> None:
    mixed = [(shuffled(rooms, 1), shuffled(boilers, 2)) for rooms, boilers in broken]

    assert told(mixed) == told(broken)


def test_nothing_later_changes_what_was_raised(broken: Lived) -> None:
    early, whole = told(broken[:3]), told(broken)

    until = broken[3][0].start + RUN_UP
    raised = [begun(one) for one in whole if one.raised_at <= until]
    assert [begun(one) for one in early] == raised


def test_a_home_says_the_same_alone_as_among_others(broken: Lived) -> None:
    home = broken[0][1].rows[0].home_id

    alone = told((of_home(rooms, home), of_home(boilers, home)) for rooms, boilers in broken)

    assert alone == [one for one in told(broken) if one.home_id == home]


def test_a_home_among_hundreds_says_the_same_as_among_few(broken: Lived) -> None:
    some = broken[:2]
    times = BOILER_ROWS // len(some[0][1].rows) + 2

    many = told((repeated(rooms, times), repeated(boilers, times)) for rooms, boilers in some)

    assert len(some[0][0].rows) * times > ROOM_ROWS
    named = [replace(one, home_id=one.home_id.partition(" ")[2]) for one in many]
    assert named == [one for one in told(some) for _ in range(times)]


@pytest.mark.parametrize("lacking", [(), ("pump_on",), ("pump_on", "heat_demand")])
@pytest.mark.parametrize("every_min", [1, 10])
def test_what_changes_with_the_rooms_around_a_boiler_is_named_so(
    sound: Lived, every_min: int, lacking: tuple[str, ...]
) -> None:
    boilers = sound[0][1]
    unread = np.arange(boilers.steps) % every_min != 0
    values = {
        name: np.where(unread, np.float32(np.nan), array - np.float32(25.0 * ("temp" in name)))
        for name, array in boilers.values.items()  # water as cool as in summer
        if name not in lacking
    }

    unknown, warm = (
        day_of_boilers(
            DETECTORS.boilers,
            replace(boilers, values=values, indoor_temp_c=np.full(boilers.shape, indoor_c)),
        )
        for indoor_c in (np.float32(np.nan), np.float32(25.0))
    )

    for name in unknown.keys() - DETECTORS.boilers.indoor:
        assert_array_equal(unknown[name], warm[name], err_msg=name)


BY_THE_DAY = [
    *((Kind.ROOM, one) for one in (*DETECTORS.room_devices, *DETECTORS.room_days)),
    *((Kind.BOILER, one) for one in (*DETECTORS.boiler_devices, *DETECTORS.boiler_days)),
]


@pytest.mark.parametrize(
    ("kind", "detector"),
    [(kind, one) for kind, one in BY_THE_DAY if not one.compares_homes],
    ids=lambda one: one.name if isinstance(one, Daily) else one.value,
)
def test_who_is_not_said_to_compare_homes_looks_at_none_but_its_own(
    weeks: Mapping[Kind, DayFrame], kind: Kind, detector: Daily
) -> None:
    frame = weeks[kind]
    home = frame.rows[0].home_id

    alone = detector.judge(of_home(frame, home))

    rows = [number for number, row in enumerate(frame.rows) if row.home_id == home]
    among = detector.judge(frame)
    assert_array_equal(alone.severity, among.severity[rows])
    for name, numbers in among.evidence.items():
        assert_array_equal(alone.evidence[name], numbers[rows])


@pytest.fixture(scope="module")
def weeks(broken: Lived) -> Mapping[Kind, DayFrame]:
    """Some weeks of days that are each a little unlike the days lived, in numbers alone."""
    rng = np.random.default_rng(4)
    first_rooms, first_boilers = broken[0]
    rooms = [day_of_rooms(DETECTORS.rooms, frame, {}) for frame, _ in broken]
    boilers = [day_of_boilers(DETECTORS.boilers, frame) for _, frame in broken]
    unknown = np.full(len(first_boilers.rows), np.nan)
    found = {}
    for kind, rows, lived_days, f_rsi in (
        (Kind.ROOM, first_rooms.rows, rooms, first_rooms.f_rsi),
        (Kind.BOILER, first_boilers.rows, boilers, unknown),
    ):
        many = Days(rows=rows, f_rsi=f_rsi, began_at=first_rooms.start + RUN_UP)
        for number in range(2 * KEPT_DAYS):
            day = lived_days[number % len(lived_days)]
            many.days.append({name: some * rng.uniform(0.8, 1.2) for name, some in day.items()})
        found[kind] = repeated(many.frame(), 12)  # as many as are neighbours to one another
    return found


def repeated(frame: FrameT, times: int) -> FrameT:
    """The same homes over and over, under other names."""
    rows = [
        row._replace(home_id=f"{turn:03d} {row.home_id}")
        for turn in range(times)
        for row in frame.rows
    ]
    return replace(frame.part(rows=list(range(len(frame.rows))) * times), rows=tuple(rows))


def of_home(frame: FrameT, home: str) -> FrameT:
    rows = [number for number, row in enumerate(frame.rows) if row.home_id == home]
    return frame.part(rows=rows)


def begun(episode: Episode) -> tuple[object, ...]:
    return episode.home_id, episode.detector, episode.place, episode.began_at, episode.raised_at


def test_sentences_and_evidence_are_whole_and_plain(broken: Lived) -> None:
    for episode in told(broken):
        assert episode.sentence.endswith(".")
        assert all(np.isfinite(number) for number in episode.evidence.values())
        assert 0.0 <= episode.confidence <= 1.0
        assert sum(one.weight for one in episode.causes) <= 1.0 + 1e-6
