"""Every detector with what a runner needs to know of it; a new detector is one line here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.quantities import Kind
from detectors import condensation, low_pressure, mould_risk, silent, slow_leak
from detectors.frame import BoilerFrame, Frame, RoomFrame
from detectors.judgement import Judgement, Rules

FrameT = TypeVar("FrameT", bound=Frame)


@dataclass(frozen=True, slots=True)
class Detector(Generic[FrameT]):
    """A detector's name, the kind of frame it judges, how, and its rules for alerts."""

    name: str
    kind: Kind
    judge: Callable[[FrameT], Judgement]
    rules: Rules


ROOM_DETECTORS: tuple[Detector[RoomFrame], ...] = (
    Detector(mould_risk.NAME, Kind.ROOM, mould_risk.judge, mould_risk.RULES),
    Detector(condensation.NAME, Kind.ROOM, condensation.judge, condensation.RULES),
    Detector(silent.NAME, Kind.ROOM, silent.judge, silent.RULES),
)
BOILER_DETECTORS: tuple[Detector[BoilerFrame], ...] = (
    Detector(low_pressure.NAME, Kind.BOILER, low_pressure.judge, low_pressure.RULES),
    Detector(slow_leak.NAME, Kind.BOILER, slow_leak.judge, slow_leak.RULES),
    Detector(silent.NAME, Kind.BOILER, silent.judge, silent.RULES),
)
