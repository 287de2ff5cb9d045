"""Alerts scored against the truth, as the interfaces have it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.accuracy.rule import BOILER_FAULTS, DAMP_FAULTS, found_by
from bench.accuracy.scoring import LISTED, Accuracy, Fault, Listed, score
from core.findings import Episode, Severity

START = datetime(2025, 10, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS = 28
END = START + DAYS * DAY
NAMES = ("slow_leak", "lockout", "under_heated", "high_moisture", "railed", "silent", "kettling")
DETECTORS = ("slow_leak", "low_pressure", "no_heat", "mould_risk", "excess_cold", "stuck", "silent")


def fault(
    name: str,
    *,
    home: str = "home-1",
    day: float = 7,
    noticed_day: float | None = None,
    severity: float = 0.5,
) -> Fault:
    return Fault(
        home_id=home,
        fault=name,
        place="boiler",
        began_at=START + day * DAY,
        ended_at=None,
        noticed_at=None if noticed_day is None else START + noticed_day * DAY,
        severity=severity,
    )


def alert(
    detector: str,
    *,
    home: str = "home-1",
    day: float = 8,
    cleared_day: float | None = None,
    severity: Severity = Severity.MEDIUM,
    confidence: float = 0.9,
    place: str = "boiler",
) -> Episode:
    return Episode(
        home_id=home,
        detector=detector,
        place=place,
        began_at=START + day * DAY,
        raised_at=START + day * DAY,
        cleared_at=None if cleared_day is None else START + cleared_day * DAY,
        severity=severity,
        severity_max=severity,
        confidence=confidence,
        evidence={},
        sentence="",
    )


def scored(faults: list[Fault], alerts: list[Episode], *, homes: int = 4) -> Accuracy:
    return score(faults, alerts, homes=homes, start=START, end=END)


@pytest.mark.parametrize(
    ("name", "detectors"),
    [
        ("high_moisture", {"high_moisture", "mould_risk", "condensation"}),
        ("under_heated", {"under_heated", "mould_risk", "condensation", "excess_cold"}),
        ("slow_leak", {"slow_leak", "fast_leak", "low_pressure"}),
        ("low_pressure", {"slow_leak", "fast_leak", "low_pressure"}),
        ("no_heat", {"lockout", "no_heat"}),
        ("ignition_degrading", {"ignition_degrading", "lockout"}),
        ("pump_failure", {"pump_failure", "no_heat"}),
        ("diverter_stuck_on_heating", {"diverter_stuck_on_heating", "no_heat"}),
        ("expansion_vessel", {"expansion_vessel", "high_pressure", "low_pressure"}),
        ("railed", {"railed", "stuck", "implausible"}),
        ("kettling", {"kettling"}),
    ],
)
def test_a_fault_is_found_by_its_own_name_and_by_those_that_stand_for_it(
    name: str, detectors: set[str]
) -> None:
    assert found_by(name) == detectors


def test_a_leak_found_a_day_later_and_four_before_it_is_noticed() -> None:
    accuracy = scored([fault("slow_leak", day=7, noticed_day=12)], [alert("slow_leak", day=8)])

    assert (accuracy.overall.precision, accuracy.overall.recall) == (1.0, 1.0)
    assert accuracy.overall.f_half == 1.0
    assert accuracy.overall.leads.hours == (96.0,)
    assert accuracy.overall.leads.found_before == 1.0
    assert accuracy.by_fault["slow_leak"] == accuracy.overall
    assert [third.events for third in accuracy.by_third] == [0, 1, 0]


def test_an_alert_before_the_onset_finds_nothing_and_is_false() -> None:
    accuracy = scored([fault("slow_leak", day=7)], [alert("slow_leak", day=6.9)])

    assert (accuracy.overall.found, accuracy.false) == (0, 1)
    assert accuracy.overall.f_half == 0.0


def test_an_alert_at_the_onset_finds_it() -> None:
    assert scored([fault("lockout", day=7)], [alert("no_heat", day=7)]).overall.found == 1


def test_an_alert_in_another_home_finds_nothing() -> None:
    accuracy = scored([fault("lockout")], [alert("lockout", home="home-2")])

    assert (accuracy.overall.found, accuracy.false) == (0, 1)


@pytest.mark.parametrize("detector", ["excess_cold", "low_pressure", "short_cycling"])
def test_what_a_lockout_brings_with_it_is_neither_right_nor_wrong(detector: str) -> None:
    accuracy = scored([fault("lockout")], [alert(detector)])

    assert (accuracy.overall.found, accuracy.false, accuracy.brought) == (0, 0, 1)
    assert accuracy.listed == Listed(weeks=4, right=0, false=0)


def test_damp_after_a_leak_is_neither_and_damp_beside_a_lockout_is_false() -> None:
    after_leak = scored([fault("slow_leak")], [alert("mould_risk")])
    beside_lockout = scored([fault("lockout")], [alert("mould_risk")])

    assert (after_leak.false, beside_lockout.false) == (0, 1)


def test_a_bad_sensor_excuses_no_other_alert() -> None:
    assert scored([fault("railed")], [alert("no_heat")]).false == 1


def test_information_can_find_a_fault_but_is_never_false() -> None:
    information = alert("silent", severity=Severity.LOW)

    assert scored([fault("silent")], [information]).overall.found == 1
    nothing = scored([], [information])
    assert (nothing.false, nothing.information) == (0, 1)


def test_false_alerts_count_once_for_a_home_and_detector() -> None:
    alerts = [
        alert("mould_risk", place="bedroom", severity=Severity.HIGH),
        alert("mould_risk", place="bathroom"),
        alert("mould_risk", day=20, place="bedroom"),
        alert("mould_risk", home="home-2"),
        alert("silent"),
    ]

    accuracy = scored([], alerts, homes=13)

    assert (accuracy.false, accuracy.false_high) == (3, 1)
    assert accuracy.home_years == pytest.approx(13 * 28 / 365.25)
    assert accuracy.false_per_home_year == pytest.approx(3 / accuracy.home_years)
    assert accuracy.overall.precision == 0.0
    assert accuracy.overall.recall is None


def test_false_alerts_are_shared_out_among_the_thirds_by_their_events() -> None:
    faults = [
        fault("silent", home="home-2", severity=0.1),
        fault("silent", home="home-3", severity=0.2),
        fault("silent", home="home-4", severity=1.0),
    ]

    accuracy = scored(faults, [alert("mould_risk"), alert("stuck"), alert("kettling")])

    assert [(third.events, third.false) for third in accuracy.by_third] == [(2, 2), (0, 0), (1, 1)]


def test_precision_and_recall_make_f_half() -> None:
    faults = [fault("silent", home=f"home-{number}") for number in range(4)]
    alerts = [alert("silent", home=f"home-{number}") for number in range(3)]

    overall = scored(faults, [*alerts, alert("kettling")]).overall

    # Precision and recall 3/4, so F0.5 is 3/4 too, by whatever weights.
    assert (overall.precision, overall.recall, overall.f_half) == (0.75, 0.75, 0.75)


def test_only_the_named_faults_are_events_but_all_explain_alerts() -> None:
    faults = [fault("silent"), fault("slow_leak", home="home-2")]
    alerts = [alert("silent"), alert("slow_leak", home="home-2")]

    accuracy = score(faults, alerts, homes=2, start=START, end=END, counted={"slow_leak"})

    assert (accuracy.overall.events, accuracy.overall.found, accuracy.false) == (1, 1, 0)


def test_the_lead_of_a_late_alert_is_negative_and_comes_not_before_noticing() -> None:
    faults = [fault("lockout", noticed_day=8), fault("lockout", home="home-2", noticed_day=9)]

    overall = scored(faults, [alert("lockout", day=8.5)]).overall

    assert overall.leads.hours == (-12.0,)
    assert (overall.leads.noticed, overall.leads.found_before) == (2, 0.0)


def test_median_and_tenth_percentile_of_the_lead() -> None:
    faults = [
        fault("silent", home=f"home-{number}", noticed_day=8 + number) for number in range(11)
    ]
    alerts = [alert("silent", home=f"home-{number}") for number in range(11)]

    overall = scored(faults, alerts).overall

    assert (overall.leads.median_h, overall.leads.p10_h) == (5 * 24.0, 24.0)


def test_faults_develop_that_the_tenant_notices_a_day_after_the_onset_or_later() -> None:
    faults = [
        fault("fast_leak", day=7, noticed_day=7.9),
        fault("slow_leak", home="home-2", day=7, noticed_day=8),
        fault("slow_leak", home="home-3", day=7, noticed_day=12),
        fault("railed", home="home-4", day=7),
    ]

    overall = scored(
        faults,
        [
            alert("fast_leak", day=7.5),
            alert("slow_leak", home="home-2", day=7.5),
            alert("railed", home="home-4", day=9),
        ],
    ).overall

    assert (overall.leads.noticed, overall.developing.noticed) == (3, 2)
    assert overall.leads.hours == pytest.approx((9.6, 12.0))
    assert overall.developing.hours == (12.0,)
    assert overall.developing.found_before == 0.5


def test_the_delay_is_from_the_onset_of_whatever_is_found_noticed_or_not() -> None:
    faults = [fault("railed", day=7), fault("stuck", home="home-2", day=7)]

    overall = scored(faults, [alert("railed", day=9)]).overall

    assert overall.delays_h == (48.0,)
    assert overall.delay_median_h == 48.0
    assert scored(faults, []).overall.delay_median_h is None


def test_a_weeks_list_is_cut_after_the_worst_fifty() -> None:
    faults = [fault("silent", home=f"right-{number}", day=0) for number in range(LISTED)]
    right = [
        alert("silent", home=one.home_id, day=1, cleared_day=6, severity=Severity.HIGH)
        for one in faults
    ]
    false = [alert("silent", home=f"wrong-{number}", day=1) for number in range(10)]

    accuracy = scored(faults, right + false)

    # In the first week the ten wrong ones are below the list, later they are all there is.
    assert accuracy.listed == Listed(weeks=4, right=50, false=30)
    assert accuracy.listed.precision == 50 / 80


def test_a_severity_beyond_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        fault("silent", severity=1.5)


homes = st.sampled_from([f"home-{number}" for number in range(4)])
days = st.floats(0, DAYS - 1)
faults_of_an_estate = st.lists(
    st.builds(
        fault,
        st.sampled_from(NAMES),
        home=homes,
        day=days,
        noticed_day=st.none() | days,
        severity=st.floats(0, 1),
    ),
    max_size=8,
)
alerts_of_an_estate = st.lists(
    st.builds(
        alert,
        st.sampled_from(DETECTORS),
        home=homes,
        day=days,
        cleared_day=st.none() | st.just(float(DAYS)),
        severity=st.sampled_from(Severity),
        confidence=st.floats(0.5, 1),
        place=st.sampled_from(["boiler", "bedroom"]),
    ),
    max_size=12,
)


@given(faults_of_an_estate, alerts_of_an_estate, st.data())
def test_one_more_perfect_alert_never_lowers_recall_or_precision(
    faults: list[Fault], alerts: list[Episode], data: st.DataObject
) -> None:
    before = scored(faults, alerts)
    if not faults:
        return
    found = data.draw(st.sampled_from(faults))
    perfect = replace(alert(found.fault, home=found.home_id), raised_at=found.began_at)

    after = scored(faults, [*alerts, perfect])

    assert (after.overall.recall or 0) >= (before.overall.recall or 0)
    assert (after.overall.precision or 0) >= (before.overall.precision or 0)
    assert after.false == before.false


@given(faults_of_an_estate, alerts_of_an_estate)
def test_an_alert_before_every_onset_finds_nothing(
    faults: list[Fault], alerts: list[Episode]
) -> None:
    early = [replace(one, raised_at=START - DAY) for one in alerts]

    assert scored(faults, early).overall.found == 0


@given(faults_of_an_estate, alerts_of_an_estate, st.randoms())
def test_the_order_of_rows_changes_nothing(
    faults: list[Fault], alerts: list[Episode], random: Random
) -> None:
    before = scored(faults, alerts)

    mixed_faults, mixed_alerts = faults.copy(), alerts.copy()
    random.shuffle(mixed_faults)
    random.shuffle(mixed_alerts)

    assert scored(mixed_faults, mixed_alerts) == before


@given(faults_of_an_estate, alerts_of_an_estate)
def test_alerts_told_twice_count_once(faults: list[Fault], alerts: list[Episode]) -> None:
    once, twice = scored(faults, alerts), scored(faults, alerts * 2)

    assert (twice.overall, twice.by_fault, twice.by_third) == (
        once.overall,
        once.by_fault,
        once.by_third,
    )
    assert (twice.false, twice.false_high) == (once.false, once.false_high)


@given(faults_of_an_estate, alerts_of_an_estate)
def test_faults_and_thirds_add_up(faults: list[Fault], alerts: list[Episode]) -> None:
    accuracy = scored(faults, alerts)

    for parts in (accuracy.by_fault.values(), accuracy.by_third):
        assert sum(one.events for one in parts) == accuracy.overall.events == len(faults)
        assert sum(one.found for one in parts) == accuracy.overall.found
    for figure in (accuracy.overall.precision, accuracy.overall.recall, accuracy.overall.f_half):
        assert figure is None or 0.0 <= figure <= 1.0


def test_every_fault_is_of_one_family_at_most() -> None:
    assert frozenset() == BOILER_FAULTS & DAMP_FAULTS
