"""A bad sensor causes its own alert, never one about damp."""

import numpy as np
import pytest

from detectors.arrays import Booleans
from detectors.devices.believed import believed_rooms
from detectors.frame import RoomFrame
from detectors.humidity import surface_humidity_pct, surface_temp_c
from detectors.mould import SENSITIVITIES, growing
from tests.detectors.devices.sensors import home, hours, replaced

F_RSI = np.full((1, 1), 0.75, dtype=np.float32)


def _grows(frame: RoomFrame) -> Booleans:
    """Where mould could grow on the coldest surfaces, of what is believed."""
    believed = believed_rooms(frame)
    air_c, humidity = believed["air_temp_c"], believed["rel_humidity_pct"]
    outdoor_c = frame.outdoor_temp_c
    surface_c = surface_temp_c(air_c, outdoor_c, F_RSI)
    surface_pct = surface_humidity_pct(air_c, humidity, outdoor_c, F_RSI)
    least = SENSITIVITIES["sensitive"].humidity_min_pct
    return growing(surface_c, surface_pct, humidity_min_pct=least)


def test_a_damp_home_would_be_seen() -> None:
    frame = home()
    frame.values["rel_humidity_pct"][:] += 25.0
    assert _grows(frame).mean() > 0.9


@pytest.mark.parametrize("humidity", [1.0, 99.9])
def test_a_railed_hygrometer_grows_no_mould(humidity: float) -> None:
    frame = home()
    replaced(frame, "rel_humidity_pct", 1, hours(frame, 0, 24), humidity)
    assert not _grows(frame).any()


def test_a_sensor_stuck_at_a_damp_moment_grows_no_mould() -> None:
    frame = home()
    replaced(frame, "air_temp_c", 1, hours(frame, 0, 24), 17.0)
    replaced(frame, "rel_humidity_pct", 1, hours(frame, 0, 24), 85.0)
    assert not _grows(frame).any()


def test_readings_that_cannot_be_grow_no_mould() -> None:
    frame = home()
    replaced(frame, "air_temp_c", 1, slice(100, 360, 20), 0.0)
    replaced(frame, "rel_humidity_pct", 1, slice(100, 360, 20), 0.0)
    replaced(frame, "air_temp_c", 2, slice(100, 360, 20), 45.0)
    assert not _grows(frame).any()
