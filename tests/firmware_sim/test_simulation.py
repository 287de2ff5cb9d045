"""The estate in motion: the same again, in one go or two, and what each fault does to a home."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from firmware_sim import checkpoint
from firmware_sim.estate import Estate, build
from firmware_sim.faults import FAULTS, FaultRefusedError, explain, make_fault
from firmware_sim.homes import BEDROOM, build_homes
from firmware_sim.living import day_of
from firmware_sim.scenario import ScenarioError, load_scenario
from firmware_sim.sensing import sense
from firmware_sim.simulation import Simulation
from firmware_sim.truth import truth_row
from firmware_sim.weather import Season

NOW = 29_900_003
DAY = 1440


def started(scenario: Path) -> tuple[Estate, Simulation]:
    """The scenario's estate at the start of its history."""
    estate = build(load_scenario(scenario))
    return estate, estate.start(now_minute=NOW)


def assert_same(one: Simulation, other: Simulation) -> None:
    """Both are at the same minute in the same state, to the last bit."""
    assert one.minute == other.minute
    for group in ("rooms", "boilers", "mould", "effects"):
        for field in fields(getattr(one, group)):
            assert_array_equal(
                getattr(getattr(one, group), field.name),
                getattr(getattr(other, group), field.name),
                err_msg=f"{group}.{field.name}",
            )
    assert one.happened == other.happened
    assert one.planned == other.planned


def test_the_same_seed_gives_the_same_month(small: Path) -> None:
    _, first = started(small)
    _, second = started(small)

    first.advance(NOW)
    second.advance(NOW)

    assert_same(first, second)


def test_another_seed_gives_other_homes(small: Path) -> None:
    _, first = started(small)
    small.write_text(small.read_text().replace("seed = 3", "seed = 4"))
    _, second = started(small)

    assert abs(first.rooms.air_temp_c - second.rooms.air_temp_c).max() > 0.2


@pytest.mark.parametrize("stop", [DAY // 2 + 7, DAY + 13], ids=["before the leak", "after it"])
def test_a_stop_and_a_new_start_change_nothing(small: Path, tmp_path: Path, stop: int) -> None:
    estate, whole = started(small)
    _, halves = started(small)
    whole.advance(NOW)

    halves.advance(NOW - 2 * DAY + stop)
    tally = checkpoint.Tally(samples_history=5, recordings=("one", "two"))
    checkpoint.save(tmp_path / "state.npz", estate, halves, tally)
    resumed, resumed_tally = checkpoint.load(tmp_path / "state.npz", estate)
    resumed.advance(NOW)

    assert_same(resumed, whole)
    assert resumed_tally == tally


def test_readings_are_the_same_after_a_new_start(small: Path, tmp_path: Path) -> None:
    estate, whole = started(small)
    whole.advance(NOW - 500)
    checkpoint.save(tmp_path / "state.npz", estate, whole, checkpoint.Tally())
    resumed, _ = checkpoint.load(tmp_path / "state.npz", estate)

    whole.advance(NOW)
    resumed.advance(NOW)

    assert sense(resumed, estate.sensors, estate.oddities) == sense(
        whole, estate.sensors, estate.oddities
    )


def test_a_state_of_another_scenario_is_refused(small: Path, tmp_path: Path) -> None:
    estate, simulation = started(small)
    checkpoint.save(tmp_path / "state.npz", estate, simulation, checkpoint.Tally())
    small.write_text(small.read_text().replace("seed = 3", "seed = 4"))

    with pytest.raises(checkpoint.StateMismatchError, match="begun with another scenario"):
        checkpoint.load(tmp_path / "state.npz", build(load_scenario(small)))


def test_people_who_work_are_out_on_a_weekday_and_in_on_sunday() -> None:
    homes = build_homes(20, seed=2)
    sunday, monday = 20_765, 20_766  # 2026-11-08 and 2026-11-09
    noon = 720

    on_monday = day_of(monday, homes, seed=2, season=Season.WINTER).occupied[noon]
    on_sunday = day_of(sunday, homes, seed=2, season=Season.WINTER).occupied[noon]

    assert_array_equal(on_monday, homes.works == 0)
    assert on_sunday.all()


def broken(name: str, days: float, **values: float) -> tuple[Simulation, Simulation]:
    """A sound estate, and the same one with a fault in its second home, after some days."""
    homes = build_homes(3, seed=8)
    start = 29_856_960  # a midnight
    sound, ill = (
        Simulation.settled(homes, seed=8, season=Season.WINTER, minute=start, planned=[])
        for _ in range(2)
    )
    ill.begin(make_fault(home=1, name=name, place=None, began_minute=start, values=values))
    for simulation in (sound, ill):
        simulation.advance(start + round(days * DAY))
    return sound, ill


def test_a_fault_harms_no_neighbour() -> None:
    sound, ill = broken("under_ventilated", 2.0)

    assert_array_equal(ill.rooms.vapour_kg_m3[[0, 2]], sound.rooms.vapour_kg_m3[[0, 2]])
    assert (ill.rooms.vapour_kg_m3[1, BEDROOM] > sound.rooms.vapour_kg_m3[1, BEDROOM]).all()


def test_a_slow_leak_takes_its_rate_from_the_cold_pressure() -> None:
    sound, ill = broken("slow_leak", 4.0, rate=0.1)
    homes = ill.homes

    gone_l = ill.boilers.lost_l[1]
    left = (homes.cold_pressure_bar[1] + 1.013) * homes.gas_l[1] / (homes.gas_l[1] + gone_l) - 1.013

    assert left == pytest.approx(homes.cold_pressure_bar[1] - 0.4, abs=0.001)
    assert sound.boilers.lost_l[1] == 0.0


def test_a_fast_leak_locks_the_boiler_and_the_tenant_notices() -> None:
    _, ill = broken("fast_leak", 3.0, rate=8.0)

    assert ill.boilers.locked.tolist() == [False, True, False]
    assert ill.happened[0].noticed_minute is not None
    assert ill.rooms.air_temp_c[1].max() < 16.0


def test_low_pressure_comes_at_once_and_is_no_leak() -> None:
    _, ill = broken("low_pressure", 0.0, to=0.4)
    ill.step()

    assert ill.boilers.pressure_bar[1] == pytest.approx(0.4, abs=0.15)
    assert ill.boilers.escaped_l[1] == 0.0


def test_a_moist_room_is_moister() -> None:
    sound, ill = broken("high_moisture", 2.0)

    assert ill.rooms.vapour_kg_m3[1, BEDROOM] > 1.15 * sound.rooms.vapour_kg_m3[1, BEDROOM]


def test_a_cold_bridge_changes_the_surface_and_not_the_air() -> None:
    sound, ill = broken("cold_bridge", 1.0, f_rsi=0.5)

    assert ill.effects.f_rsi[1, BEDROOM] == 0.5
    assert_array_equal(ill.rooms.air_temp_c, sound.rooms.air_temp_c)


def test_an_under_heated_home_is_cold() -> None:
    sound, ill = broken("under_heated", 4.0, set_point=14.0)

    assert ill.rooms.air_temp_c[1].max() < 16.5
    assert sound.rooms.air_temp_c[1].max() > 17.0


def test_a_leak_is_noticed_a_day_after_five_litres_at_the_latest() -> None:
    _, ill = broken("fast_leak", 1.5, rate=6.0)
    one = ill.happened[0]

    assert ill.boilers.escaped_l[1] > 5.0
    assert one.flood_minute is not None
    assert one.noticed_minute is not None
    assert one.noticed_minute <= one.flood_minute + DAY


def test_a_silent_device_is_never_noticed() -> None:
    _, ill = broken("silent", 3.0)

    assert ill.effects.silent_rooms.sum() == 1
    assert ill.happened[0].noticed_minute is None


def test_the_truth_of_a_fault_is_a_line_of_the_estate_s_table() -> None:
    _, ill = broken("slow_leak", 0.0, rate=0.05)

    assert truth_row(ill.happened[0]) == {
        "home_id": "home-2",
        "fault": "slow_leak",
        "place": "boiler",
        "began_at": "2026-10-08T00:00:00Z",
        "ended_at": None,
        "noticed_at": None,
        "severity": 0.31,
        "parameters": {"rate": 0.05},
    }


@pytest.mark.parametrize(
    ("name", "place", "values", "reason"),
    [
        (
            "slow_leek",
            None,
            {},
            "there is no fault 'slow_leek' (did you mean slow_leak?); there are: slow_leak, "
            "fast_leak, low_pressure, high_moisture, under_ventilated, cold_bridge, under_heated, "
            "silent",
        ),
        ("slow_leak", None, {"rate": 9.0}, "rate cannot be 9 bar/day: choose 0.005 to 0.15"),
        ("slow_leak", None, {"to": 0.5}, "slow_leak has no parameter 'to'; it has: rate"),
        ("silent", None, {"rate": 0.5}, "silent has no parameter 'rate'; it has: none"),
        ("slow_leak", "bedroom", {}, "slow_leak cannot be in 'bedroom'; choose one of: boiler"),
    ],
    ids=["unknown", "out of range", "wrong parameter", "no parameters", "wrong place"],
)
def test_a_fault_that_cannot_be_is_refused_with_what_can(
    name: str, place: str | None, values: dict[str, float], reason: str
) -> None:
    with pytest.raises(FaultRefusedError) as refused:
        make_fault(home=0, name=name, place=place, began_minute=0, values=values)

    assert str(refused.value) == reason


def test_every_fault_explains_itself_and_takes_its_defaults() -> None:
    for kind in FAULTS.values():
        fault = make_fault(home=0, name=kind.name, place=None, began_minute=0, values={})
        assert 0.0 <= fault.severity <= 1.0
        assert explain(kind).startswith(f"{kind.name}: {kind.words}")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("homes = 3", "homes = 0"), "small.toml: homes cannot be 0: choose 1 to 1000"),
        (("homes = 3", "homes = 'x'"), "small.toml: 'homes' must be of type int"),
        (
            ("'winter'", "'spring'"),
            "small.toml: there is no season 'spring'; there are: calendar, autumn, winter",
        ),
        (
            ("home = 'home-2'", "home = 'home-9'"),
            "small.toml: [[fault]] in home-9: there is no home 'home-9'; "
            "there are home-1 to home-3",
        ),
        (
            ("'th-0201'", "'th-0999'"),
            "small.toml: there is no room sensor 'th-0999'; there are th-0101 to th-0303",
        ),
        (
            ("began_days_before_now = 1", "began_days_before_now = 5"),
            "small.toml: slow_leak in home-2: began_days_before_now must be 0 to 2",
        ),
    ],
    ids=["too few", "wrong type", "season", "home", "sensor", "before the history"],
)
def test_a_scenario_that_cannot_be_used_says_why(
    small: Path, change: tuple[str, str], reason: str
) -> None:
    small.write_text(small.read_text().replace(*change))

    with pytest.raises(ScenarioError) as refused:
        load_scenario(small)

    assert str(refused.value) == reason


def test_more_people_make_more_vapour() -> None:
    one, four = (build_homes(1, seed=2, overrides={0: {"people": people}}) for people in (1, 4))

    made = [
        day_of(20_761, homes, seed=2, season=Season.WINTER).vapour_kg_s.sum() * 60.0
        for homes in (one, four)
    ]

    assert 1.0 < made[0] < made[1] < 14.0  # kg a day; a household of four makes about 10
    assert np.isfinite(made).all()
