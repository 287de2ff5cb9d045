"""What has probably been here before goes the way of what is there already."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.accept import Message
from ingest.batch import batch_of
from ingest.spools import SpoolMarks
from tests.ingest.batches import batch, packet


def message(gateway: str, spool: str | None, seq: int | None) -> Message:
    """A message of this place in a spool."""
    return Message(f"homewell/v1/{gateway}/th-1/room", b"{}", spool, seq)


POSITIONS = st.one_of(
    st.tuples(st.sampled_from(["gw-a", "gw-b"]), st.sampled_from(["s", "t"]), st.integers(0, 20)),
    st.just(("gw-a", None, None)),
)


@given(st.lists(st.lists(POSITIONS, max_size=12), max_size=5))
def test_seen_is_what_is_not_above_all_before_it_from_its_spool(
    batches: list[list[tuple[str, str | None, int | None]]],
) -> None:
    marks = SpoolMarks()
    highest: dict[tuple[str, str | None], int] = {}
    for positions in batches:
        expected = []
        for gateway, spool, seq in positions:
            before = highest.get((gateway, spool), -1)
            expected.append(seq is None or seq <= before)
            highest[gateway, spool] = max(before, -1 if seq is None else seq)

        seen = marks.seen(batch([message(*position) for position in positions]))

        assert seen.tolist() == expected


def test_what_the_broker_sends_again_counts_as_seen() -> None:
    packets = [packet(message("gw-a", "s", n), duplicate=n == 2) for n in (1, 2, 3)]

    assert SpoolMarks().seen(batch_of(packets)).tolist() == [False, True, False]
