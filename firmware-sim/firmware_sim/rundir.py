"""The run directory: what a running simulator keeps there, and how others speak to it.

A request is a file in `requests/`; the simulator answers in a file beside it. Files are renamed
into place, so that neither side reads half of one.
"""

import fcntl
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

RUN_DIR = Path(".homewell/firmware-sim")
"""Where a run is when nothing else is said."""
ANSWER_WITHIN_S = 15.0  # the simulator looks several times a second, but a long catch-up blocks it
LOCK_TRIES, LOCK_PAUSE_S = 20, 0.05  # another command may be asking whether anyone is here
REQUEST_BYTES_MAX = 10_000  # a request is a handful of names and numbers


class NotRunningError(Exception):
    """No simulator answers for this run directory."""


class AlreadyRunningError(Exception):
    """Another simulator has this run directory."""


class RunDir:
    """The files of one run."""

    def __init__(self, path: Path) -> None:
        """Only names; nothing is created."""
        self.path = path
        self.history = path / "history"
        self.state = path / "state.npz"
        self.status = path / "status.json"
        self.truth = path / "truth.jsonl"
        self.oddities = path / "oddities.jsonl"
        self.ledger = path / "published.jsonl"
        self.requests = path / "requests"
        self._lock = path / "lock"

    def take(self) -> int:
        """Create the directory and hold it while we run; AlreadyRunningError when taken.

        OSError where it cannot be written. Requests that nobody answered are thrown away: whoever
        made them has given up.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self.requests.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        for _ in range(LOCK_TRIES):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(LOCK_PAUSE_S)
            else:
                for left in filter(Path.is_file, self.requests.iterdir()):
                    left.unlink()
                return lock
        os.close(lock)
        raise AlreadyRunningError(f"another simulator is running in {self.path}; stop it first")

    def taken(self) -> bool:
        """Whether a simulator holds the directory."""
        try:
            lock = os.open(self._lock, os.O_RDWR)
        except (FileNotFoundError, NotADirectoryError):
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def write_status(self, status: Mapping[str, Any]) -> None:
        """Say how far the simulator is."""
        _write(self.status, status)

    def ask(self, request: Mapping[str, Any], *, within_s: float = ANSWER_WITHIN_S) -> Any:
        """Ask the running simulator for something.

        NotRunningError when none answers, OSError where its directory cannot be written.
        """
        if not self.taken():
            raise NotRunningError(
                f"no simulator is running in {self.path}; start one with `live`, or name its "
                "directory with --run-dir"
            )
        question = self.requests / f"{uuid4().hex}.json"
        answer = _answer_to(question)
        _write(question, request)
        give_up = time.monotonic() + within_s
        while time.monotonic() < give_up:
            if answer.exists():
                said = json.loads(answer.read_text(encoding="utf-8"))
                answer.unlink()
                return said
            time.sleep(0.05)
        question.unlink(missing_ok=True)
        raise NotRunningError(
            f"the simulator in {self.path} did not answer within {within_s:.0f} s; "
            "it may still be writing its history: see status.json, then try again"
        )

    def asked(self) -> list[tuple[Path, Any]]:
        """The requests that wait, oldest first; one that cannot be read is given as None."""
        waiting = []
        for path in filter(_is_question, self.requests.glob("*.json")):
            with suppress(FileNotFoundError):  # whoever asked has given up
                waiting.append((path.stat().st_mtime_ns, path, _read(path)))
        waiting.sort(key=lambda one: one[:2])
        return [(path, request) for _, path, request in waiting]

    def answer(self, question: Path, said: Mapping[str, Any]) -> None:
        """Answer a request, which is then done with."""
        _write(_answer_to(question), said)
        question.unlink(missing_ok=True)


def _answer_to(question: Path) -> Path:
    return question.with_suffix(".answer.json")


def _is_question(path: Path) -> bool:
    return not path.name.endswith(".answer.json") and path.is_file()


def _read(path: Path) -> Any:
    with path.open("rb") as file:
        content = file.read(REQUEST_BYTES_MAX)
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _write(path: Path, content: Mapping[str, Any]) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(content) + "\n", encoding="utf-8")
    unfinished.rename(path)
