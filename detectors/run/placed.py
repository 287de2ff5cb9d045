"""Placements of the registry as stays in the rows of frames."""

from datetime import datetime

from core.quantities import Kind
from detectors.frame import Row
from detectors.placing import Stay
from store.frames import Place


def stay(place: Place, *, not_before: datetime) -> Stay:
    """The stay of a placement, of which nothing before `not_before` counts."""
    room = Kind.BOILER.value if place.kind is Kind.BOILER else place.room
    return Stay(
        row=Row(place.landlord_id, place.home_id, room),
        device_id=place.device_id,
        weather_device_id=place.weather_device_id,
        f_rsi=place.f_rsi,
        since=max(place.placed_at, not_before),
        until=place.removed_at,
    )
