"""A recording's column map: which column of a file is which quantity of which device.

    utc_offset = "+01:00"            # or: time_zone = "Europe/London"
    time = { column = "when", format = "iso" }       # or a strptime format

    [devices.bedroom-1]
    home = "home-1"
    room = "bedroom"
    kind = "room"
    [devices.bedroom-1.columns]
    air_temp_c = { column = "T1" }
    rel_humidity_pct = { column = "RH1", unit = "fraction" }

A weather device names no home. For JSON lines the devices have no columns: `zigbee2mqtt` and
`ems_esp` say which topics are whose, as in a gateway's configuration.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from core.quantities import QUANTITIES, Form, Kind, Quantity
from core.registry import BOILER_PLACE
from core.wire import NAME

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")

# What a unit turns into: ours, the factor and the offset; a scale of the file's own is `scale`.
_UNITS: dict[str, tuple[str, float, float]] = {
    "celsius": ("°C", 1.0, 0.0),
    "fahrenheit": ("°C", 5.0 / 9.0, -160.0 / 9.0),
    "kelvin": ("°C", 1.0, -273.15),
    "percent": ("%", 1.0, 0.0),
    "fraction": ("%", 100.0, 0.0),
    "ppm": ("ppm", 1.0, 0.0),
    "bar": ("bar", 1.0, 0.0),
    "kilopascal": ("bar", 0.01, 0.0),
    "pascal": ("bar", 0.00001, 0.0),
    "psi": ("bar", 0.0689476, 0.0),
    "microampere": ("µA", 1.0, 0.0),
    "millimetre": ("mm", 1.0, 0.0),
}
_LATEST_MS = 253_402_300_799_999  # the end of the year 9999, with which instants end


class NotAColumnMap(ValueError):
    """The column map cannot be used; the text says where and why."""


class TimeColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the instant stands; `format` is `iso`, `epoch_s`, `epoch_ms` or for strptime."""

    column: str
    format: str = "iso"


class SourceColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column of the file; its value is multiplied by `scale` or taken from `unit`."""

    column: str
    unit: str | None = None
    scale: float | None = None


class MappedDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One device of the recording."""

    kind: Kind
    home: str | None = None
    room: str | None = None
    columns: dict[str, SourceColumn] = {}


class ColumnMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole map."""

    devices: dict[str, MappedDevice]
    time: TimeColumn | None = None
    utc_offset: str | None = None
    time_zone: str | None = None
    f_rsi: float | None = None
    zigbee2mqtt: list[dict[str, Any]] = []
    ems_esp: list[dict[str, Any]] = []

    def zone(self) -> tzinfo:
        """The zone of the file's clock."""
        if self.time_zone is not None:
            return ZoneInfo(self.time_zone)
        return _offset(self.utc_offset or "+00:00")


def read_map(path: Path) -> ColumnMap:
    """The column map in a file; NotAColumnMap with the place and the reason."""
    try:
        column_map = msgspec.toml.decode(path.read_bytes(), type=ColumnMap)
    except OSError as error:
        raise NotAColumnMap(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise NotAColumnMap(f"{path} is not a column map: {error}") from None
    _check(column_map, path)
    return column_map


def instant_reader(column_map: ColumnMap) -> Callable[[str], int]:
    """A function from the time column's text to UTC epoch milliseconds; ValueError if it cannot.

    In an hour that a zone's clocks live through twice, a time without offset is the first of both.
    """
    form = column_map.time.format if column_map.time else "iso"
    zone = column_map.zone()
    if form in ("epoch_s", "epoch_ms"):
        return _epoch_reader(1000 if form == "epoch_s" else 1)

    def read(text: str) -> int:
        local = datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the map's and is set below
        if local.tzinfo is None:
            local = local.replace(tzinfo=zone)
        try:
            return round(local.astimezone(UTC).timestamp() * 1000)
        except OverflowError as error:
            raise ValueError(f"{text!r} is outside the calendar") from error

    return read


def cell_reader(quantity: str, kind: Kind, source: SourceColumn) -> Callable[[str], Any]:
    """A function from a cell's text to our value; ValueError when it is no such thing."""
    form = next(one.form for one in QUANTITIES[kind] if one.name == quantity)
    if form is Form.TEXT:
        return str
    if form is Form.BOOLEAN:
        return _boolean
    if form is Form.COUNTER:
        return lambda text: round(_number(text))
    factor, offset = source.scale or 1.0, 0.0
    if source.unit is not None:
        _, factor, offset = _UNITS[source.unit]
    if (factor, offset) == (1.0, 0.0):
        return _number
    return lambda text: _number(text) * factor + offset


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text!r} is no number")
    return number


def _epoch_reader(factor: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        time_ms = round(_number(text) * factor)
        if not 0 <= time_ms <= _LATEST_MS:
            raise ValueError(f"{text!r} is outside the calendar")
        return time_ms

    return read


def _boolean(text: str) -> bool:
    known = {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False}
    if text.lower() not in known:
        raise ValueError(f"{text!r} is neither on nor off")
    return known[text.lower()]


def _offset(text: str) -> timezone:
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise NotAColumnMap(f"utc_offset {text!r} is not of the form '+01:00'")
    span = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-span if match[1] == "-" else span)


def _check(column_map: ColumnMap, path: Path) -> None:
    try:
        column_map.zone()
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise NotAColumnMap(f"{path}: {error}") from None
    if column_map.utc_offset and column_map.time_zone:
        raise NotAColumnMap(f"{path}: give utc_offset or time_zone, not both")
    if column_map.f_rsi is not None and not 0 < column_map.f_rsi <= 1:
        raise NotAColumnMap(f"{path}: f_rsi {column_map.f_rsi:g} is not between 0 and 1")
    stations = [name for name, one in column_map.devices.items() if one.kind is Kind.WEATHER]
    if len(stations) > 1:
        raise NotAColumnMap(f"{path}: only one device can be the weather, not {stations}")
    for name, device in column_map.devices.items():
        _check_device(name, device, f"{path}: device {name!r}")


def _check_device(name: str, device: MappedDevice, where: str) -> None:
    if not NAME.fullmatch(name):
        raise NotAColumnMap(f"{where} is no name (a-z, 0-9, _ and -)")
    if device.kind is Kind.WEATHER:
        if device.home or device.room:
            raise NotAColumnMap(f"{where} of kind weather stands in no home and no room")
    elif not (device.home and device.room):
        raise NotAColumnMap(f"{where} of kind {device.kind.value} needs a home and a room")
    elif not NAME.fullmatch(device.home):
        raise NotAColumnMap(f"{where}: home {device.home!r} is no name (a-z, 0-9, _ and -)")
    elif device.kind is Kind.ROOM and device.room == BOILER_PLACE:
        raise NotAColumnMap(f"{where}: a room cannot be called {BOILER_PLACE!r}")
    known = {quantity.name: quantity for quantity in QUANTITIES[device.kind]}
    for name_, source in device.columns.items():
        if name_ not in known:
            raise NotAColumnMap(
                f"{where}: no quantity {name_!r}; known: {', '.join(sorted(known))}"
            )
        _check_unit(known[name_], source, f"{where}: {name_}")


def _check_unit(quantity: Quantity, source: SourceColumn, where: str) -> None:
    if source.scale is not None and not (math.isfinite(source.scale) and source.scale != 0):
        raise NotAColumnMap(f"{where}: a scale of {source.scale:g} leaves nothing of the value")
    if source.unit is None:
        return
    if source.scale is not None:
        raise NotAColumnMap(f"{where}: give a unit or a scale, not both")
    fit = sorted(unit for unit, (ours, _, _) in _UNITS.items() if ours == quantity.unit)
    if source.unit not in fit:
        raise NotAColumnMap(f"{where}: no unit {source.unit!r}; known: {', '.join(fit) or 'none'}")
