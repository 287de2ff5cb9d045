"""Recordings: read whole, once, in order, whatever is in them and whenever the gateway dies."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quantities import Kind
from core.wire import ConsentDocument, decode_samples
from gateway import recording
from gateway.adapters.ems_esp import EmsEsp, load_faults
from gateway.adapters.reading import Ignored, Reading, Refused
from gateway.adapters.zigbee2mqtt import Zigbee2Mqtt
from gateway.edge_consent import EdgeConsent
from gateway.recording import SAMPLES_PER_MESSAGE, Inbox, read_line
from gateway.sources import Sources
from gateway.spool import Progress, Spool
from gateway.tally import Tally
from local.mosquitto import MosquittoServer
from tests.gateway.gateway_process import GatewayProcess
from tests.gateway.homewell_side import Peer, until

FIRST = datetime(2026, 10, 22, 8, tzinfo=UTC)
SOURCES = Sources(
    [
        Zigbee2Mqtt("block/zigbee2mqtt", frozenset({"weather-1"})),
        EmsEsp("block/ems-esp-01", "boiler-01", load_faults()),
    ]
)
ALL = ConsentDocument(
    revision=1,
    allowed={
        "th-0101": [Kind.ROOM],
        "boiler-01": [Kind.BOILER],
        "weather-1": [Kind.WEATHER],
    },
)
ROOM, BOILER, WEATHER = (
    "block/zigbee2mqtt/th-0101",
    "block/ems-esp-01/boiler_data",
    "block/zigbee2mqtt/weather-1",
)


def line(step: int, topic: str, payload: object, *, quoted: bool = True, retain: int = 0) -> str:
    """A line as `mosquitto_sub -F %j` prints it; with `quoted` false, as `%J` does."""
    text = json.dumps(payload, separators=(",", ":"))
    message = {
        "tst": f"{FIRST + timedelta(minutes=10 * step):%Y-%m-%dT%H:%M:%S.%fZ}",
        "topic": topic,
        "qos": 1,
        "retain": retain,
        "payloadlen": len(text),
        "payload": text if quoted else payload,
    }
    return json.dumps(message, separators=(",", ":"))


def block_lines(steps: int) -> list[str]:
    """A room, a boiler and the weather, every ten minutes."""
    return [
        text
        for step in range(steps)
        for text in (
            line(step, ROOM, {"temperature": 20.1, "humidity": 55.3}),
            line(step, BOILER, {"syspress": 1.3, "burngas": "on"}),
            line(step, WEATHER, {"temperature": 5.5, "humidity": 91.0}),
        )
    ]


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "spool.db")
    yield opened
    opened.close()


def read(spool: Spool, path: Path, document: ConsentDocument = ALL) -> Tally:
    """Reads one recording to its end."""
    tally = Tally()

    async def run() -> None:
        consent = EdgeConsent(document)
        inbox = Inbox(path.parent, SOURCES, spool, consent, tally, spooled=lambda: None)
        await inbox.read(path)

    asyncio.run(run())
    return tally


def kept(spool: Spool) -> list[tuple[str, list[int]]]:
    """Device and instants of each message in the spool."""
    return [
        (message.device, list(decode_samples(message.kind, message.payload).times_ms))
        for message in spool.pending(limit=100_000)
    ]


def test_a_recording_becomes_a_day_per_message_and_all_devices_go_forward_together(
    spool: Spool, tmp_path: Path
) -> None:
    path = tmp_path / "block-1.jsonl"
    path.write_text("\n".join(block_lines(SAMPLES_PER_MESSAGE + 6)) + "\n", "utf-8")

    read(spool, path)

    messages = kept(spool)
    # The room comes first, so its 144th sample closes the day before the others' 144th.
    days = [{device: len(some) for device, some in day} for day in (messages[:3], messages[3:])]
    assert days == [
        {"th-0101": 144, "boiler-01": 143, "weather-1": 143},
        {"th-0101": 6, "boiler-01": 7, "weather-1": 7},
    ]
    first_ms = round(FIRST.timestamp() * 1000)
    room = [instant for device, some in messages if device == "th-0101" for instant in some]
    assert room == [first_ms + step * 600_000 for step in range(150)]
    assert (tmp_path / "block-1.jsonl.done").exists()
    assert spool.recordings() == []


def test_a_line_as_mosquitto_really_prints_it_is_read() -> None:
    # Printed by mosquitto_sub 2.0.21 -F %j in UTC; "bedroom" stands for the topic used then.
    printed = (
        rb'{"tst":"2026-11-21T10:00:46.582239+0000","topic":"block/zigbee2mqtt/bedroom","qos":0,'
        rb'"retain":0,"payloadlen":31,"payload":"{\"temperature\":20.1,\"n\":\"a\\\"b\"}"}'
    )

    found = read_line(SOURCES, printed)

    at_ms = round(datetime(2026, 11, 21, 10, 0, 46, 582239, tzinfo=UTC).timestamp() * 1000)
    assert found == [Reading("bedroom", Kind.ROOM, at_ms, False, {"air_temp_c": 20.1})]


def test_a_payload_may_be_quoted_or_an_object(spool: Spool, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    payload = {"temperature": 20.1}
    path.write_text(
        line(0, ROOM, payload) + "\n" + line(1, ROOM, payload, quoted=False) + "\n", "utf-8"
    )

    read(spool, path)

    (message,) = spool.pending(limit=2)
    assert decode_samples(Kind.ROOM, message.payload).columns == {"air_temp_c": [20.1, 20.1]}


def test_a_bad_line_is_counted_and_never_stops_the_rest(spool: Spool, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        "no JSON at all",
        line(0, ROOM, {"temperature": 20.1}),
        line(0, ROOM, {"temperature": 20.1}).replace("2026-10-22T", "yesterday "),
        line(1, ROOM, {"temperature": 20.1})[:60],
        line(2, BOILER, {"syspress": 1.3}, retain=1),
        line(3, "block/zigbee2mqtt/bridge/state", {"state": "online"}),
        "x" * 600_000,
        line(4, ROOM, {"temperature": 20.4}),
    ]
    path.write_text("\n".join(lines), "utf-8")

    tally = read(spool, path)

    assert tally.counts == Counter({"line not readable": 4, "time unknown": 1})
    assert [len(instants) for _, instants in kept(spool)] == [2]


def test_a_device_without_consent_is_left_out_and_counted(spool: Spool, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(block_lines(3)), "utf-8")

    tally = read(spool, path, ConsentDocument(revision=1, allowed={"th-0101": [Kind.ROOM]}))

    assert [device for device, _ in kept(spool)] == ["th-0101"]
    assert tally.counts == Counter({"not allowed by consent": 6})


def test_a_recording_waits_while_the_spool_is_deep(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "WAITING_MESSAGES_MAX", 3)
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(block_lines(SAMPLES_PER_MESSAGE * 3)), "utf-8")

    async def run() -> int:
        consent, tally = EdgeConsent(ALL), Tally()
        inbox = Inbox(tmp_path, SOURCES, spool, consent, tally, spooled=lambda: None)
        reading = asyncio.create_task(inbox.read(path))
        await asyncio.to_thread(until, lambda: inbox.reading is not None, "the first rows")
        await asyncio.sleep(0.3)  # time enough to read on, were it to
        waiting = spool.counters().waiting_messages
        reading.cancel()
        await asyncio.wait([reading])
        return waiting

    assert asyncio.run(run()) == 3


def test_another_recording_under_a_name_begun_is_read_from_its_start(
    spool: Spool, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(block_lines(1)), "utf-8")
    left = Progress(name="a.jsonl", read_to=10_000_000, lines=1)
    spool.append_all([], progress=left)

    read(spool, path)

    assert len(kept(spool)) == 3


@given(st.binary())
def test_no_bytes_in_a_recording_stop_the_gateway(content: bytes) -> None:
    assert isinstance(read_line(SOURCES, content), list | Ignored | Refused)


def test_kill_at_any_instant_neither_loses_nor_doubles_a_line(
    tmp_path: Path, central: MosquittoServer, block: MosquittoServer, homewell: Peer
) -> None:
    steps = SAMPLES_PER_MESSAGE * 40
    homewell.allow(
        "gw-a", 1, th_0101=[Kind.ROOM], boiler_01=[Kind.BOILER], weather_1=[Kind.WEATHER]
    )
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    written = inbox / "block-1.part"
    written.write_text("\n".join(block_lines(steps)) + "\n", "utf-8")
    written.rename(inbox / "block-1.jsonl")

    with GatewayProcess(tmp_path, central.url("gw-a"), block.url("gw-a")) as gateway:
        for _ in range(3):
            until(lambda: gateway.status()["spool"].get("accepted_samples", 0) > 0, "rows")
            gateway.end(signal.SIGKILL)
            gateway.start()
        until((inbox / "block-1.jsonl.done").exists, "the whole recording")
        gateway.end(signal.SIGTERM)

    spool = Spool(tmp_path / "spool.db")
    instants = Counter((device, instant) for device, some in kept(spool) for instant in some)
    assert (len(instants), set(instants.values())) == (3 * steps, {1})
    assert spool.counters().accepted_samples == 3 * steps
    spool.close()
