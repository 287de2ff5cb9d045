"""An answer of the forecast service, as it documents them, and a service of our own that gives it.

The form, the names and the units are those of MET Norway's locationforecast/2.0/compact
(developer.yr.no/doc/ForecastJSON); the numbers are an autumn night in Newcastle.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOURS = (  # °C, %, mm in the hour after
    (8.4, 81.2, 0.0),
    (7.9, 84.0, 0.6),
    (7.1, 88.5, 1.2),
    (6.8, 91.3, 0.0),
)


def document(first: datetime, *, updated: datetime | None = None) -> dict[str, Any]:
    """A forecast whose first hour is `first`, with a last instant six hours after the others."""
    times = [first + timedelta(hours=hour) for hour in range(len(HOURS))]
    points = [_point(time, *values) for time, values in zip(times, HOURS, strict=True)]
    later = _point(times[-1] + timedelta(hours=6), 9.0, 70.0, 0.0)
    del later["data"]["next_1_hours"]
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [-1.61, 54.97, 46]},
        "properties": {
            "meta": {
                "updated_at": _text(updated or first),
                "units": {
                    "air_pressure_at_sea_level": "hPa",
                    "air_temperature": "celsius",
                    "cloud_area_fraction": "%",
                    "precipitation_amount": "mm",
                    "relative_humidity": "%",
                    "wind_from_direction": "degrees",
                    "wind_speed": "m/s",
                },
            },
            "timeseries": [*points, later],
        },
    }


def encoded(first: datetime, *, updated: datetime | None = None) -> bytes:
    return json.dumps(document(first, updated=updated)).encode()


def _point(time: datetime, temp_c: float, humidity_pct: float, rain_mm: float) -> dict[str, Any]:
    return {
        "time": _text(time),
        "data": {
            "instant": {
                "details": {
                    "air_pressure_at_sea_level": 1013.2,
                    "air_temperature": temp_c,
                    "cloud_area_fraction": 97.7,
                    "relative_humidity": humidity_pct,
                    "wind_from_direction": 243.8,
                    "wind_speed": 4.1,
                }
            },
            "next_1_hours": {
                "summary": {"symbol_code": "lightrain"},
                "details": {"precipitation_amount": rain_mm},
            },
        },
    }


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(slots=True)
class Asked:
    """A question that came in."""

    path: str
    headers: dict[str, str]


@dataclass(slots=True)
class Service:
    """A forecast service on loopback that says what it is told to, and remembers the questions."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    address: str = ""


@contextmanager
def running() -> Iterator[Service]:
    """A service that answers until the block ends."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service.asked.append(Asked(self.path, dict(self.headers)))
            self.send_response_only(service.status)  # without a date of its own
            for name, value in service.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(service.body)))
            self.end_headers()
            self.wfile.write(service.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.address = f"http://127.0.0.1:{server.server_address[1]}/compact"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
