"""One Homewell at a time in a place: who runs it, and where it answers."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from local.processes import runs


class RunsAlready(RuntimeError):
    """Homewell runs here already; the text says how to stop it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The Homewell that runs in a place."""

    pid: int
    what: str
    api_url: str
    ready: bool


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Be the only Homewell in this folder. Raises RunsAlready."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunsAlready(
                "Homewell runs here already: stop it with `homewell down`, or with Ctrl-C where "
                "the demonstration runs"
            ) from None
        try:
            yield
        finally:
            _file(folder).unlink(missing_ok=True)
    finally:
        os.close(lock)


def announce(folder: Path, *, what: str, api_url: str, ready: bool) -> None:
    """Write down that we run, for `status`, `down` and the commands that need a running stack."""
    running = Running(pid=os.getpid(), what=what, api_url=api_url, ready=ready)
    draft = _file(folder).with_suffix(".new")
    draft.write_text(json.dumps(asdict(running)) + "\n", "utf-8")
    draft.replace(_file(folder))


def find_running(folder: Path) -> Running | None:
    """The Homewell that runs in this folder; None when there is none."""
    try:
        running = Running(**json.loads(_file(folder).read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return running if runs(running.pid, running.what) else None


def _file(folder: Path) -> Path:
    return folder / "running.json"
