"""When a tenant would notice: by cold, by cold water, by water that escaped, by mould."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from firmware_sim.clock import MINUTES_A_DAY, SLOT_MIN
from firmware_sim.faults.episodes import NEVER, Episodes
from firmware_sim.faults.planned import Planned
from firmware_sim.faults.table import FAULTS, make_fault
from firmware_sim.homes.fabric import BATHROOM, BEDROOM
from firmware_sim.homes.homes import Homes, build_homes
from firmware_sim.noticing import Noticing, at_ease, feel_water, notice
from firmware_sim.oddities.table import make_oddity

BEGAN = 29_856_960
HOMES, ILL = 3, 1


def fault(name: str, *, place: str | None = None, home: int = ILL, **values: float) -> Planned:
    return make_fault(home=home, name=name, place=place, began_minute=BEGAN, values=values)


def _homes() -> Homes:
    return build_homes(range(HOMES), seed=8)


@dataclass
class Evening:
    """Three warm homes whose people are in; the middle one has what is `planned`."""

    planned: list[Planned]
    minute: int = BEGAN
    homes: Homes = field(default_factory=_homes)
    noticing: Noticing = field(init=False)
    episodes: Episodes = field(init=False)

    def __post_init__(self) -> None:
        self.noticing = at_ease(self.homes)
        self.episodes = Episodes.of(self.planned)
        rooms = self.homes.fabric.volume_m3.shape
        self.air_temp_c = np.full(rooms, 20.0)
        self.set_point_c = np.full(HOMES, 20.0)
        self.occupied = np.ones(HOMES, dtype=np.bool_)
        self.heat_demand = np.ones(HOMES, dtype=np.bool_)
        self.radiator_c = np.full(HOMES, 20.0)
        self.mould_index = np.zeros(rooms)
        self.escaped_l = np.zeros(HOMES)

    def pass_slots(self, slots: int) -> list[int]:
        """Let slots go by; the episodes noticed in them."""
        noticed: list[int] = []
        for _ in range(slots):
            self.minute += SLOT_MIN
            noticed += notice(
                self.noticing,
                self.episodes,
                self.homes,
                minute=self.minute,
                air_temp_c=self.air_temp_c,
                set_point_c=self.set_point_c,
                occupied=self.occupied,
                heat_demand=self.heat_demand,
                radiator_c=self.radiator_c,
                mould_index=self.mould_index,
                escaped_l=self.escaped_l,
            ).tolist()
        return noticed

    def draw(self, *hot_water_c: float) -> None:
        """Hot water runs in the middle home for as many minutes as temperatures are given."""
        for temp_c in hot_water_c:
            feel_water(
                self.noticing,
                hot_water_c=np.array([50.0, temp_c, 50.0]),
                tap_l_min=np.array([0.0, 6.0, 0.0]),
            )
        feel_water(self.noticing, hot_water_c=np.full(HOMES, 20.0), tap_l_min=np.zeros(HOMES))


def test_half_an_hour_below_sixteen_degrees_is_noticed() -> None:
    evening = Evening([fault("no_heat")])
    evening.air_temp_c[ILL, BEDROOM] = 15.9

    noticed_before = evening.pass_slots(5)
    noticed_then = evening.pass_slots(1)

    assert (noticed_before, noticed_then) == ([], [0])
    assert evening.episodes.noticed_minute.tolist() == [BEGAN + 30]


def test_a_home_that_warms_up_between_is_cold_anew() -> None:
    evening = Evening([fault("no_heat")])
    evening.air_temp_c[ILL] = 15.0
    evening.pass_slots(5)
    evening.air_temp_c[ILL] = 16.0
    evening.pass_slots(1)
    evening.air_temp_c[ILL] = 15.0

    assert evening.pass_slots(5) == []


@pytest.mark.parametrize(
    "why",
    [
        "nobody is in",
        "nobody wants it warm",
        "another home is cold",
        "the radiators are warm",
        "the boiler is not called",
    ],
)
def test_the_cold_is_not_noticed_where(why: str) -> None:
    evening = Evening([fault("no_heat")])
    evening.air_temp_c[ILL] = 12.0
    if why == "nobody is in":
        evening.occupied[ILL] = False
    elif why == "nobody wants it warm":
        evening.set_point_c[ILL] = 17.0
    elif why == "the radiators are warm":
        evening.radiator_c[ILL] = 45.0
    elif why == "the boiler is not called":
        evening.heat_demand[ILL] = False
    else:
        evening.air_temp_c = evening.air_temp_c[[ILL, 0, 2]]

    assert evening.pass_slots(20) == []


@pytest.mark.parametrize(("by_curve", "noticed"), [(False, [0]), (True, [])])
def test_lukewarm_radiators_are_no_answer_but_where_a_curve_asks_for_no_more(
    by_curve: bool, noticed: list[int]
) -> None:
    evening = Evening([fault("flow_temp_not_reached")])
    evening.air_temp_c[ILL] = 15.0
    evening.radiator_c[ILL] = 36.0
    evening.homes.plant.compensated[ILL] = by_curve

    assert evening.pass_slots(6) == noticed


def test_a_shower_that_keeps_the_radiators_waiting_is_no_fault_of_the_boiler() -> None:
    evening = Evening([fault("ignition_degrading")])
    evening.air_temp_c[ILL] = 15.0
    evening.pass_slots(5)
    evening.noticing.draw_min[ILL] = 4.0
    noticed_under_the_shower = evening.pass_slots(1)
    evening.noticing.draw_min[ILL] = 0.0

    assert (noticed_under_the_shower, evening.pass_slots(5)) == ([], [])


def test_cold_that_two_hours_of_heating_did_not_end_speaks_of_a_home_that_loses_its_heat() -> None:
    evening = Evening([fault("high_heat_loss")])
    evening.air_temp_c[ILL] = 15.0
    evening.radiator_c[ILL] = 60.0

    noticed_before = evening.pass_slots(23)
    noticed_then = evening.pass_slots(1)

    assert (noticed_before, noticed_then) == ([], [0])


def test_a_cold_bathroom_in_a_home_that_calls_for_no_heat_speaks_of_no_heat_loss() -> None:
    evening = Evening([fault("high_heat_loss")])
    evening.air_temp_c[ILL, BATHROOM] = 12.0
    evening.heat_demand[ILL] = False

    assert evening.pass_slots(40) == []


def test_water_still_cold_two_minutes_into_a_draw_is_noticed() -> None:
    evening = Evening([fault("lockout")])

    evening.draw(20.0, 37.9)

    assert evening.pass_slots(1) == [0]


def test_water_that_is_hot_after_a_minute_is_not_however_often_it_is_drawn() -> None:
    evening = Evening([fault("lockout")])

    for _ in range(4):
        evening.draw(20.0)
        evening.draw(20.0, 38.0, 48.0)

    assert evening.pass_slots(1) == []


def test_cold_water_before_the_onset_is_forgotten() -> None:
    evening = Evening([fault("lockout")], minute=BEGAN - 2 * SLOT_MIN)
    evening.draw(20.0, 20.0, 20.0)

    assert evening.pass_slots(3) == []


def test_a_leak_is_noticed_a_day_after_five_litres() -> None:
    evening = Evening([fault("slow_leak")])
    evening.escaped_l[ILL] = 100.0  # of an earlier leak
    evening.pass_slots(1)
    evening.escaped_l[ILL] = 104.9
    evening.pass_slots(1)
    evening.escaped_l[ILL] = 105.0

    assert evening.pass_slots(288) == []
    assert evening.pass_slots(1) == [0]
    assert evening.episodes.flood_minute.tolist() == [BEGAN + 3 * SLOT_MIN]


def test_a_leaking_pipe_floods_by_its_own_rate() -> None:
    evening = Evening([fault("plumbing_leak", rate=2.5)])

    noticed = evening.pass_slots(3 * 288)

    assert noticed == [0]
    assert evening.episodes.flood_minute.tolist() == [BEGAN + 2 * MINUTES_A_DAY]
    assert evening.episodes.noticed_minute.tolist() == [BEGAN + 3 * MINUTES_A_DAY]


def test_mould_is_noticed_in_the_room_of_the_fault() -> None:
    evening = Evening([fault("cold_bridge", place="bedroom")])
    evening.mould_index[ILL, BATHROOM] = 5.0
    elsewhere = evening.pass_slots(1)
    evening.mould_index[ILL, BEDROOM] = 3.0

    assert (elsewhere, evening.pass_slots(1)) == ([], [0])


def test_mould_in_any_room_shows_a_home_kept_cold() -> None:
    evening = Evening([fault("under_heated")])
    evening.mould_index[ILL, BATHROOM] = 3.0

    assert evening.pass_slots(1) == [0]


def test_a_fault_is_noticed_once() -> None:
    evening = Evening([fault("under_heated")])
    evening.mould_index[ILL] = 4.0

    assert evening.pass_slots(12) == [0]
    assert evening.episodes.noticed_minute.tolist() == [BEGAN + SLOT_MIN]


def test_what_is_over_is_not_noticed_any_more() -> None:
    evening = Evening([fault("under_heated")])
    evening.episodes.end(np.array([0]), BEGAN + SLOT_MIN)
    evening.mould_index[ILL] = 4.0

    assert evening.pass_slots(12) == []


def test_nobody_notices_a_device_or_an_oddity() -> None:
    devices = [fault(name) for name, kind in FAULTS.items() if kind.family.value == "device"]
    guests = make_oddity(home=ILL, name="service_visit", place=None, began_minute=BEGAN, values={})
    evening = Evening([*devices, guests])
    evening.air_temp_c[ILL] = 5.0
    evening.mould_index[ILL] = 6.0
    evening.escaped_l[ILL] = 50.0
    evening.draw(10.0, 10.0, 10.0)

    assert evening.pass_slots(6) == []
    assert set(evening.episodes.noticed_minute.tolist()) == {NEVER}
