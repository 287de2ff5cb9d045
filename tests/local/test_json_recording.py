"""Recordings of `mosquitto_sub -F %j` as samples, through the gateway's own adapters."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.quantities import Kind
from core.wire import SAMPLES_MAX, Samples
from local.column_map import ColumnMap, MappedDevice, NotAColumnMap
from local.csv_recording import Problems
from local.json_recording import read_json_lines

START_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
BEDROOM = MappedDevice(kind=Kind.ROOM, home="home-1", room="bedroom")
BOILER = MappedDevice(kind=Kind.BOILER, home="home-1", room="boiler")
OUTDOORS = MappedDevice(kind=Kind.WEATHER)


def the_map(**devices: MappedDevice) -> ColumnMap:
    return ColumnMap(
        devices=devices or {"th-1": BEDROOM},
        zigbee2mqtt=[{"base_topic": "zigbee2mqtt", "weather_devices": ["station"]}],
        ems_esp=[{"base_topic": "ems-esp", "device": "boiler"}],
    )


def line(topic: str, payload: dict[str, Any], *, minute: int = 0, quoted: bool = True) -> str:
    written = json.dumps(payload) if quoted else payload
    return json.dumps(
        {
            "tst": f"2026-01-01T{minute // 60:02}:{minute % 60:02}:00.000000Z",
            "topic": topic,
            "qos": 1,
            "retain": 0,
            "payloadlen": 1,
            "payload": written,
        }
    )


def read(
    folder: Path, *lines: str, column_map: ColumnMap | None = None
) -> tuple[list[tuple[str, Samples]], Problems]:
    path = folder / "home.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    problems = Problems()
    return list(read_json_lines(path, column_map or the_map(), problems)), problems


AIR = {"temperature": 20.5, "humidity": 55.0}


@pytest.mark.parametrize("quoted", [True, False], ids=["%j", "%J"])
def test_a_message_is_what_the_gateway_would_have_made_of_it(tmp_path: Path, quoted: bool) -> None:
    found, problems = read(tmp_path, line("zigbee2mqtt/th-1", AIR, quoted=quoted))

    columns = {"air_temp_c": [20.5], "rel_humidity_pct": [55.0]}
    assert found == [("th-1", Samples([START_MS], columns))]
    assert problems == Problems()


def test_rooms_boiler_and_weather_go_forward_together(tmp_path: Path) -> None:
    found, problems = read(
        tmp_path,
        line("zigbee2mqtt/th-1", AIR),
        line("ems-esp/boiler_data", {"syspress": 1.4}),
        line("zigbee2mqtt/station", {"temperature": 3.5}),
        line("zigbee2mqtt/th-1", {"temperature": 20.6}, minute=10),
        column_map=the_map(**{"th-1": BEDROOM, "boiler": BOILER, "station": OUTDOORS}),
    )

    assert problems == Problems()
    assert found == [
        (
            "th-1",
            Samples(
                [START_MS, START_MS + 600_000],
                {"air_temp_c": [20.5, 20.6], "rel_humidity_pct": [55.0, None]},
            ),
        ),
        ("boiler", Samples([START_MS], {"pressure_bar": [1.4]})),
        ("station", Samples([START_MS], {"air_temp_c": [3.5]})),
    ]


def test_messages_of_others_on_the_broker_are_passed_over(tmp_path: Path) -> None:
    found, problems = read(
        tmp_path,
        line("zigbee2mqtt/bridge/state", {"state": "online"}),
        line("somebody/else", {"temperature": 99.0}),
    )

    assert found == []
    assert problems == Problems()


def test_a_device_that_the_map_does_not_name_is_noted(tmp_path: Path) -> None:
    found, problems = read(tmp_path, line("zigbee2mqtt/th-9", AIR))

    assert found == []
    assert problems == Problems(1, ["line 1: device 'th-9' is not in the map"])


def test_a_device_of_another_kind_than_the_map_says_is_noted(tmp_path: Path) -> None:
    found, problems = read(
        tmp_path,
        line("zigbee2mqtt/station", {"temperature": 3.5}),
        column_map=the_map(station=BEDROOM),
    )

    assert found == []
    assert problems == Problems(
        1, ["line 1: device 'station' is of kind weather, and the map says room"]
    )


def test_a_line_that_cannot_be_read_is_noted_and_the_others_stand(tmp_path: Path) -> None:
    found, problems = read(
        tmp_path, "{not json", line("zigbee2mqtt/th-1", AIR), '{"topic": "zigbee2mqtt/th-1"}'
    )

    assert [device for device, _ in found] == ["th-1"]
    assert problems.count == 2
    assert [words.partition(":")[0] for words in problems.first] == ["line 1", "line 3"]


def test_a_long_recording_comes_in_messages_of_their_size(tmp_path: Path) -> None:
    lines = [line("zigbee2mqtt/th-1", AIR, minute=minute) for minute in range(SAMPLES_MAX + 1)]

    found, _ = read(tmp_path, *lines)

    assert [len(samples) for _, samples in found] == [SAMPLES_MAX, 1]


@pytest.mark.parametrize(
    ("column_map", "reason"),
    [
        (
            ColumnMap(devices={"th-1": BEDROOM}),
            "a file whose name does not end in .csv is read as JSON lines, and a map for those "
            "names its sources: [[zigbee2mqtt]] or [[ems_esp]]",
        ),
        (
            ColumnMap(devices={"th-1": BEDROOM}, ems_esp=[{}]),
            "the map's sources: Object missing required field `device` - at `$.ems_esp[0]`",
        ),
    ],
)
def test_a_map_without_its_sources_is_refused(
    tmp_path: Path, column_map: ColumnMap, reason: str
) -> None:
    with pytest.raises(NotAColumnMap) as refusal:
        read(tmp_path, line("zigbee2mqtt/th-1", AIR), column_map=column_map)

    assert str(refusal.value) == reason
