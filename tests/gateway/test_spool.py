"""The spool on a real file: what it promises to keep, to forget and to count."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.quantities import Kind
from core.wire import ConsentDocument, Receipt, Samples, decode_samples
from gateway.spool import Counters, Entry, Progress, Spool
from gateway.spool_file import SpoolInUse

ONE = Samples([1763712000000], {"air_temp_c": [20.1]})


def samples(count: int) -> Samples:
    return Samples(list(range(1, count + 1)), {"air_temp_c": [20.0] * count})


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "spool.db")
    yield opened
    opened.close()


def seqs(spool: Spool) -> list[int]:
    return [message.seq for message in spool.pending(limit=1_000)]


def receipt(
    spool: Spool, *ranges: tuple[int, int], withheld: tuple[int, int] | None = None
) -> Receipt:
    return Receipt(spool=spool.id, seq=list(ranges), withheld=[withheld] if withheld else [])


def test_a_message_waits_under_its_number_until_its_receipt(spool: Spool) -> None:
    first = spool.append("bedroom-1", Kind.ROOM, ONE)
    second = spool.append("boiler", Kind.BOILER, Samples([5], {"pressure_bar": [1.3]}))

    settled = spool.settle(receipt(spool, (first, first)))

    assert settled == {first}
    (left,) = spool.pending(limit=10)
    assert (left.seq, left.device, left.kind) == (second, "boiler", Kind.BOILER)
    assert decode_samples(Kind.BOILER, left.payload) == Samples([5], {"pressure_bar": [1.3]})


def test_nobody_else_of_the_machine_reads_what_waits(tmp_path: Path, spool: Spool) -> None:
    spool.append("bedroom-1", Kind.ROOM, ONE)

    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.glob("spool.db*")}
    del modes["spool.db.lock"]
    assert modes == dict.fromkeys(["spool.db", "spool.db-wal", "spool.db-shm"], 0o600)


def test_a_number_is_never_given_twice_even_when_all_is_settled(spool: Spool) -> None:
    first = spool.append("bedroom-1", Kind.ROOM, ONE)
    spool.settle(receipt(spool, (first, first)))

    assert spool.append("bedroom-1", Kind.ROOM, ONE) > first


def test_what_is_sent_again_is_what_was_sent_before(spool: Spool) -> None:
    seq = spool.append("bedroom-1", Kind.ROOM, ONE)
    before = spool.pending(limit=1)

    spool.append("bedroom-1", Kind.ROOM, samples(3))

    assert spool.still_waiting([seq]) == before


def test_a_receipt_counts_once_and_only_for_its_own_spool(spool: Spool) -> None:
    seq = spool.append("bedroom-1", Kind.ROOM, samples(3))

    other = spool.settle(Receipt(spool="another", seq=[(seq, seq)]))
    first = spool.settle(receipt(spool, (seq, seq), withheld=(seq, 2)))
    again = spool.settle(receipt(spool, (seq, seq), withheld=(seq, 2)))

    assert (other, first, again) == (set(), {seq}, set())
    counters = spool.counters()
    assert (counters.settled_samples, counters.withheld_at_ingest_samples) == (3, 2)
    assert (counters.waiting_messages, counters.waiting_samples, counters.waiting_bytes) == (
        0,
        0,
        0,
    )


@pytest.mark.parametrize("numbers", [(0, 2**64 - 1), (2**64 - 1, 2**64 - 1)], ids=["all", "beyond"])
def test_numbers_that_no_file_counts_to_harm_nothing(
    spool: Spool, numbers: tuple[int, int]
) -> None:
    spool.append("bedroom-1", Kind.ROOM, ONE)

    spool.settle(receipt(spool, numbers))

    assert spool.counters().accepted_samples == 1


def test_every_sample_is_accounted_for(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", messages_max=3)
    for count in (1, 2, 3, 4, 5):
        spool.append("bedroom-1", Kind.ROOM, samples(count))
    (settled, *_) = seqs(spool)
    spool.settle(receipt(spool, (settled, settled)))
    spool.append("boiler", Kind.BOILER, samples(7))
    spool.put_consent(ConsentDocument(revision=1, allowed={"bedroom-1": [Kind.ROOM]}))

    counters = spool.counters()

    spool.close()
    assert counters == Counters(
        accepted_samples=22,
        settled_samples=3,
        dropped_samples=3,
        withheld_samples=7,
        withheld_at_ingest_samples=0,
        waiting_messages=2,
        waiting_samples=9,
        waiting_bytes=counters.waiting_bytes,
    )


def test_a_full_spool_drops_its_oldest_messages_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path / "spool.db", messages_max=2)

    kept = [spool.append("bedroom-1", Kind.ROOM, ONE) for _ in range(3)][1:]

    assert seqs(spool) == kept
    assert spool.counters().dropped_samples == 1
    assert [record.getMessage() for record in caplog.records] == [
        "the spool is full: its oldest 1 messages (1 samples) were dropped"
    ]
    spool.close()


def test_a_spool_is_bounded_in_bytes_too(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", payload_bytes_max=1_000)

    for _ in range(100):
        spool.append("bedroom-1", Kind.ROOM, ONE)

    counters = spool.counters()
    assert 0 < counters.waiting_bytes <= 1_000
    assert counters.waiting_messages + counters.dropped_samples == 100
    spool.close()


def test_what_consent_ends_for_leaves_the_spool_and_the_disk(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    boiler = spool.append("boiler", Kind.BOILER, Samples([5], {"fault_code": ["2E 207"]}))
    spool.append("bedroom-1", Kind.ROOM, ONE)

    withheld = spool.put_consent(ConsentDocument(revision=2, allowed={"bedroom-1": [Kind.ROOM]}))

    assert withheld == 1
    assert [message.device for message in spool.pending(limit=10)] == ["bedroom-1"]
    assert spool.still_waiting([boiler]) == []
    files = [file.read_bytes() for file in tmp_path.iterdir()]
    assert [b"2E 207" in content for content in files] == [False] * len(files)
    spool.close()


def test_a_gateway_that_starts_without_a_connection_honours_the_last_document(
    tmp_path: Path,
) -> None:
    document = ConsentDocument(revision=17, allowed={"bedroom-1": [Kind.ROOM], "boiler": []})
    before = Spool(tmp_path / "spool.db")
    none_yet = before.consent()
    before.put_consent(document)
    before.close()

    after = Spool(tmp_path / "spool.db")

    assert (none_yet, after.consent()) == (None, document)
    after.close()


def test_for_accounts_settled_messages_stay_but_are_not_sent_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", keep_settled=True, messages_max=10)
    seq = spool.append("bedroom-1", Kind.ROOM, samples(3))

    spool.settle(receipt(spool, (seq, seq), withheld=(seq, 2)))

    assert spool.pending(limit=10) == []
    assert spool.still_waiting([seq]) == []
    assert spool.counters().settled_samples == 3
    assert spool.settled() == [(seq, 3, 2)]
    spool.close()


def test_kept_messages_are_bounded_as_well(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", keep_settled=True, messages_max=2)

    for _ in range(5):
        seq = spool.append("bedroom-1", Kind.ROOM, ONE)
        spool.settle(receipt(spool, (seq, seq)))

    assert len(spool.settled()) <= 2 + 1
    spool.close()


def test_a_damaged_spool_is_set_aside_and_a_new_one_begins(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "spool.db"
    path.write_bytes(b"this was never a database, or is none any more" * 100)

    spool = Spool(path)

    spool.append("bedroom-1", Kind.ROOM, ONE)
    assert len(list(tmp_path.glob("spool.db.damaged-*"))) == 1
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    spool.close()


def test_a_spool_with_a_torn_page_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    whole = Spool(path)
    for _ in range(200):
        whole.append("bedroom-1", Kind.ROOM, samples(100))
    old_id = whole.id
    whole.close()
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 20] = os.urandom(4096 * 17)
    path.write_bytes(content)

    spool = Spool(path)

    assert spool.id != old_id
    assert spool.pending(limit=1) == []
    spool.close()


def test_two_gateways_cannot_share_a_spool(spool: Spool, tmp_path: Path) -> None:
    with pytest.raises(SpoolInUse, match="another gateway is using"):
        Spool(tmp_path / "spool.db")


def test_a_spool_on_a_full_disk_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from core.quantities import Kind; from core.wire import Samples\n"
        "from gateway.spool import Spool, SpoolUnwritable\n"
        "spool = Spool(Path(sys.argv[1]))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))\n"
        "day = Samples(list(range(500)), {'air_temp_c': [20.0] * 500})\n"
        "kept = 0\n"
        "try:\n"
        "    while True:\n"
        "        spool.append('bedroom-1', Kind.ROOM, day); kept += 1\n"
        "except SpoolUnwritable as error:\n"
        "    print(kept, spool.counters().waiting_messages, error)\n"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "spool.db")],
        capture_output=True,
        text=True,
        check=True,
    )

    kept, waiting, words = ran.stdout.split(maxsplit=2)
    assert int(kept) == int(waiting) > 0
    assert words.startswith("the spool cannot be written: ")


def test_a_recordings_place_is_kept_with_its_rows(spool: Spool) -> None:
    progress = Progress(name="a.jsonl", read_to=120, lines=3, samples=2, refused_lines=1)

    spool.append_all([Entry("bedroom-1", Kind.ROOM, ONE)], progress=progress)

    assert spool.progress("a.jsonl") == progress
    assert spool.recordings() == ["a.jsonl"]
    spool.forget_progress("a.jsonl")
    assert spool.progress("a.jsonl") == Progress(name="a.jsonl")


def test_a_kill_at_any_instant_keeps_what_append_returned_for(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from core.quantities import Kind; from core.wire import Samples\n"
        "from gateway.spool import Spool\n"
        "spool = Spool(Path(sys.argv[1]))\n"
        "while True:\n"
        "    seq = spool.append('bedroom-1', Kind.ROOM, Samples([1], {'air_temp_c': [20.0]}))\n"
        "    print(seq, flush=True)\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "spool.db")], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    told = [int(writer.stdout.readline()) for _ in range(200)]

    writer.send_signal(signal.SIGKILL)
    rest, _ = writer.communicate()

    told += [int(line) for line in rest.split(b"\n")[:-1]]
    spool = Spool(tmp_path / "spool.db")
    kept = [message.seq for message in spool.pending(limit=1_000_000)]
    assert kept[: len(told)] == told
    assert len(kept) <= len(told) + 1  # one may be written and not yet told
    spool.close()
