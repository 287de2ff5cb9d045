"""A recording of `mosquitto_sub -F %j` lines as samples, through the gateway's adapters."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from core.wire import SAMPLES_MAX, Samples
from gateway.adapters.reading import Reading, Refused
from gateway.batching import entries
from gateway.recording import read_line
from gateway.settings import Settings
from local.column_map import ColumnMap, NotAColumnMap
from local.csv_recording import Problems

_GATEWAY = "recording"  # the settings want a name; nothing is sent under it


def read_json_lines(
    path: Path, column_map: ColumnMap, problems: Problems
) -> Iterator[tuple[str, Samples]]:
    """Device and samples, all devices advancing together.

    A device that the map does not name, or names as of another kind, is noted and left out. Raises
    NotAColumnMap when the map names no source.
    """
    sources = _settings(column_map).sources()
    batch: list[Reading] = []
    most: dict[str, int] = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            found = read_line(sources, line)
            if isinstance(found, Refused):
                problems.note(f"line {number}: {found.reason}: {found.detail}")
            if not isinstance(found, list):
                continue
            for reading in found:
                mapped = column_map.devices.get(reading.device)
                if mapped is None:
                    problems.note(f"line {number}: device {reading.device!r} is not in the map")
                    continue
                if mapped.kind is not reading.kind:
                    problems.note(
                        f"line {number}: device {reading.device!r} is of kind {reading.kind.value},"
                        f" and the map says {mapped.kind.value}"
                    )
                    continue
                batch.append(reading)
                most[reading.device] = most.get(reading.device, 0) + 1
                if most[reading.device] == SAMPLES_MAX:
                    yield from _samples(batch)
                    batch.clear()
                    most.clear()
    yield from _samples(batch)


def _samples(batch: list[Reading]) -> Iterator[tuple[str, Samples]]:
    measured = [reading for reading in batch if reading.cells]
    for entry in entries(measured):
        yield entry.device, entry.samples


def _settings(column_map: ColumnMap) -> Settings:
    tables = {
        "gateway_id": _GATEWAY,
        "zigbee2mqtt": column_map.zigbee2mqtt,
        "ems_esp": column_map.ems_esp,
    }
    try:
        settings = msgspec.convert(tables, Settings)
    except msgspec.ValidationError as error:
        raise NotAColumnMap(f"the map's sources: {error}") from None
    if not (settings.zigbee2mqtt or settings.ems_esp):
        raise NotAColumnMap(
            "a file whose name does not end in .csv is read as JSON lines, and a map for those "
            "names its sources: [[zigbee2mqtt]] or [[ems_esp]]"
        )
    return settings
