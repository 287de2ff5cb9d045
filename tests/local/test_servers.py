from pathlib import Path

import pytest

from local.processes import ServerFailed
from local.servers import running


class Recorded:
    """A server that only writes down what it was asked to do."""

    def __init__(self, name: str, events: list[str], *, starts: bool = True) -> None:
        self.name = name
        self.log = Path("nowhere")
        self._events = events
        self._starts = starts

    def start(self) -> None:
        self._events.append(f"start {self.name}")
        if not self._starts:
            raise ServerFailed(f"{self.name} did not start")

    def stop(self) -> None:
        self._events.append(f"stop {self.name}")

    def is_running(self) -> bool:
        return f"start {self.name}" in self._events


def test_servers_stop_in_the_reverse_of_the_order_they_started() -> None:
    events: list[str] = []
    with running(Recorded("database", events), Recorded("broker", events)):
        events.append("work")
    assert events == ["start database", "start broker", "work", "stop broker", "stop database"]


def test_when_one_does_not_start_those_before_it_are_stopped() -> None:
    events: list[str] = []
    servers = Recorded("database", events), Recorded("broker", events, starts=False)
    with pytest.raises(ServerFailed, match="broker did not start"), running(*servers):
        events.append("work")
    assert events == ["start database", "start broker", "stop broker", "stop database"]
