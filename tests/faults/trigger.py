"""The instant at which given bytes pass: a sequence to look for in what a connection carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Direction(Enum):
    """Which way bytes go: up to the server, or down to the client."""

    UP = "up"
    DOWN = "down"


Step = tuple[Direction, bytes]

# PostgreSQL's wire, in the simple and in the extended protocol: the text of a statement ends in a
# NUL, and a server's CommandComplete is 'C', its length and the words of the command.
COPY_DATA: Sequence[Step] = (
    (Direction.UP, b"COPY "),
    (Direction.UP, b"PGCOPY\n\xff\r\n\x00"),
)
COMMIT_ASKED: Sequence[Step] = (*COPY_DATA, (Direction.UP, b"COMMIT\x00"))
COMMIT_DONE: Sequence[Step] = (*COMMIT_ASKED, (Direction.DOWN, b"C\x00\x00\x00\x0bCOMMIT\x00"))


@dataclass(slots=True)
class Watch:
    """Looks for the steps in order, again and again, in the two directions of one connection."""

    steps: Sequence[Step]
    _step: int = 0
    _tail: bytes = b""

    def feed(self, direction: Direction, chunk: bytes) -> list[int]:
        """How many bytes of the chunk come before the last step, each time it is completed.

        Of a step that straddles two chunks the first part has passed when it is found.
        """
        found = []
        position = 0
        while self.steps[self._step][0] is direction:
            pattern = self.steps[self._step][1]
            seen = self._tail + chunk[position:]
            at = seen.find(pattern)
            if at < 0:
                self._tail = seen[1 - len(pattern) :]
                break
            start = position + at - len(self._tail)
            position, self._tail = start + len(pattern), b""
            self._step = (self._step + 1) % len(self.steps)
            if self._step == 0:
                found.append(max(start, 0))
        return found
