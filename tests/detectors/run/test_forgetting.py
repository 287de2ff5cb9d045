"""What a tenant refuses, or has erased, is forgotten by the running process as well."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from core.consent import Purpose
from core.quantities import Kind
from detectors.boiler import no_heat
from detectors.frame import BoilerFrame, Row
from detectors.judgement import Judgement
from detectors.registry import DETECTORS
from detectors.run.forgetting import LOOKED_THROUGH_EVERY, OF_ROOMS
from detectors.run.watching import Watching
from detectors.watch import Fast
from store.erasure import Scope, erase, stretches, total
from store.roles import Role
from tests.detectors.run import simple
from tests.detectors.run.recorded import (
    BOILER,
    LIVING_ROOM,
    NOW,
    RecordedHome,
    begin_tenancy,
    steady,
)

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
LATER = NOW + LOOKED_THROUGH_EVERY
OTHER_BOILER = "boiler-02"


def judge_low(frame: BoilerFrame) -> Judgement:
    """As in the simple detectors, with how warm the rooms are among the numbers."""
    told = simple.judge_low(frame)
    indoor = frame.indoor_temp_c[:, simple.GROUP_STEPS - 1 :: simple.GROUP_STEPS]
    return replace(told, evidence={**told.evidence, "indoor_temp_c": indoor}, sentence=how_warm)


def how_warm(evidence: Mapping[str, float]) -> str:
    indoor = evidence.get("indoor_temp_c")
    return "It is low." if indoor is None else f"It is low, with {indoor:.0f} °C in the rooms."


LOOKS_INDOORS = replace(
    simple.SIMPLE,
    boiler_minutes=(
        Fast("low_pressure", judge_low, simple.rules(timedelta(hours=1), timedelta(hours=1))),
    ),
)


def live(home: RecordedHome, pressure_bar: float = 1.5) -> None:
    """A day of two boilers, and of the living room of the first home."""
    for boiler in (BOILER, OTHER_BOILER):
        home.store(boiler, steady({"pressure_bar": pressure_bar}, 1, every=5 * MINUTE))
    home.store(LIVING_ROOM, steady({"air_temp_c": 17.0}, 1))


def rows(home: RecordedHome) -> tuple[Row, Row]:
    return Row(home.landlord, "home-1", "boiler"), Row(home.landlord, "home-2", "boiler")


def indoors_kept(watching: Watching, row: Row) -> bool:
    """Whether memory has how warm it was in the rooms around a boiler."""
    ring = watching.memory._rings["indoor_temp_c"]  # noqa: SLF001 - what is kept, not what is told
    return not bool(np.isnan(ring[watching.memory._slots[row]]).all())  # noqa: SLF001


@pytest.fixture
def watching(home: RecordedHome) -> Watching:
    """A process that remembers the minutes of both homes."""
    process = Watching(detectors=LOOKS_INDOORS)
    live(home)
    home.sweep(process)
    return process


def test_minutes_of_a_boiler_that_may_not_be_watched_any_more_leave_memory(
    home: RecordedHome, watching: Watching
) -> None:
    before = set(watching.memory.rows())
    home.say(Purpose.FAULT_DETECTION, "no", at=NOW)

    home.sweep(watching, now=LATER)

    mine, other = rows(home)
    assert {mine, other} <= before
    assert set(watching.memory.rows()) == before - {mine}


def test_how_warm_rooms_were_leaves_memory_with_the_leave_to_look_at_them(
    home: RecordedHome, watching: Watching
) -> None:
    mine, _ = rows(home)
    before = indoors_kept(watching, mine)
    home.say(Purpose.DAMP_RISK, "no", at=NOW)

    home.sweep(watching, now=LATER)

    assert (before, indoors_kept(watching, mine)) == (True, False)
    assert mine in watching.memory.rows()


@pytest.mark.parametrize("kind", [Kind.BOILER, Kind.ROOM])
def test_what_is_erased_in_the_store_is_not_remembered_either(
    home: RecordedHome, watching: Watching, kind: Kind
) -> None:
    scope = Scope(landlord_id=home.landlord, home_id="home-1", kinds=(kind,))
    with home.sessions.database.connect(Role.ERASER) as eraser:
        total(erase(eraser, scope, stretches(eraser, scope, now=NOW)))

    home.sweep(watching, now=LATER)

    mine, other = rows(home)
    assert (mine in watching.memory.rows(), other in watching.memory.rows()) == (False, True)


def test_a_home_that_changes_hands_is_not_remembered(
    home: RecordedHome, watching: Watching
) -> None:
    begin_tenancy(home, ended_at=NOW)

    home.sweep(watching, now=LATER)

    mine, other = rows(home)
    assert (mine in watching.memory.rows(), other in watching.memory.rows()) == (False, True)


def test_memory_is_looked_through_once_a_minute(home: RecordedHome, watching: Watching) -> None:
    home.say(Purpose.FAULT_DETECTION, "no", at=NOW)

    home.sweep(watching, now=LATER - timedelta(seconds=1))

    assert rows(home)[0] in watching.memory.rows()


def evidence(home: RecordedHome) -> tuple[dict[str, float], str]:
    row = home.sessions.administrator.execute(
        """SELECT evidence, sentence FROM alerts
           WHERE landlord_id = %(landlord)s AND home_id = 'home-1' AND cleared_at IS NULL""",
        {"landlord": home.landlord},
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def test_an_open_alert_of_a_boiler_loses_how_warm_the_rooms_are_when_they_are_refused(
    home: RecordedHome,
) -> None:
    watching = Watching(detectors=LOOKS_INDOORS)
    live(home, pressure_bar=0.5)
    home.sweep(watching)
    before = evidence(home)
    home.say(Purpose.DAMP_RISK, "no", at=NOW)

    home.sweep(watching, now=LATER)

    assert before == (
        {"pressure_bar": 0.5, "indoor_temp_c": 17.0},
        "It is low, with 17 °C in the rooms.",
    )
    assert evidence(home) == ({"pressure_bar": 0.5}, "It is low.")


@pytest.mark.parametrize("detector", DETECTORS.boiler_minutes, ids=lambda one: one.name)
def test_every_detector_of_minutes_can_say_its_numbers_without_the_rooms(detector: Fast) -> None:
    nothing = BoilerFrame(
        start=NOW, step_s=60, steps=365, rows=(Row("demo", "home-1", "boiler"),), values={}
    )

    judgement = detector.judge(nothing)

    numbers = {name: 1.0 for name in judgement.evidence if name not in OF_ROOMS}
    assert "rooms are at" not in judgement.sentence(numbers)


def test_that_a_home_grows_colder_is_not_said_without_its_rooms() -> None:
    numbers = {"flow_temp_c": 58.0, "flow_target_c": 60.0}

    assert "grows colder" in no_heat.sentence({**numbers, "indoor_temp_c": 16.0})
    assert "grows colder" not in no_heat.sentence(numbers)
