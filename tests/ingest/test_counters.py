"""What a worker counts of a batch."""

from ingest.counters import Counters


def test_messages_that_came_together_waited_equally_long() -> None:
    counters = Counters()

    counters.waited([(10.0, 3), (10.9, 1)], 11.0)

    assert counters.lag_received_s.count == 4
    assert round(counters.lag_received_s.sum, 6) == 3.1


def test_a_batch_without_arrivals_adds_no_lag() -> None:
    counters = Counters()

    counters.waited([], 11.0)

    assert counters.lag_received_s.count == 0
