"""What alerts ask for: every fault of a home has its work, and a device has none."""

from core.alerts import DEVICE_DETECTORS
from core.work import SAME_VISIT, WORK_KINDS
from detectors.registry import all_detectors


def test_every_detector_asks_for_work_or_is_about_a_device() -> None:
    assert set(all_detectors()) - DEVICE_DETECTORS == set(WORK_KINDS)


def test_every_kind_of_work_has_a_code_of_its_own() -> None:
    assert len({kind.item_code for kind in WORK_KINDS.values()}) == len(WORK_KINDS)


def test_a_visit_covers_only_what_there_is() -> None:
    covered = [name for visit in SAME_VISIT for name in visit]

    assert set(covered) <= set(WORK_KINDS)
    assert len(covered) == len(set(covered))
