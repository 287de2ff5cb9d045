"""Start, recognise and end one server program in the background."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from local.place import Account

_POLL_S = 0.02
_TAIL_LINES = 15  # enough of a log to see the cause, little enough to read


class ServerFailed(RuntimeError):
    """A server did not start or stop; the text says which, why and what to do."""


def spawn(
    command: Sequence[str | Path],
    *,
    account: Account | None,
    folder: Path,
    log: Path,
    ends_with_us: bool,
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that Ctrl-C in a terminal does not reach it.

    With `ends_with_us` the kernel interrupts it when the thread that started it ends, however
    that ends. Its output goes to `log`.
    """
    words = [str(word) for word in command]
    if ends_with_us and shutil.which("setpriv"):
        words = ["setpriv", "--pdeathsig", "INT", "--", *words]
    with log.open("ab") as output:
        return subprocess.Popen(
            words,
            cwd=folder,
            env=server_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def run_as(
    command: Sequence[str | Path], *, account: Account | None, folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end as the servers' account."""
    return subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=server_environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def server_environment(folder: Path) -> dict[str, str]:
    """What a server sees: nothing of ours, above all no library path and no secret."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"}


def runs(pid: int, mark: str) -> bool:
    """Whether `pid` is alive and was started with `mark` as an argument: not a stranger's."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return os.fsencode(mark) in arguments and not _is_zombie(pid)


def children(pid: int) -> list[int]:
    """The processes that `pid` started."""
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []


def send(pid: int, number: signal.Signals) -> None:
    """Signal a process; one that has gone already has nothing to hear."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def wait_gone(pids: Iterable[int], within_s: float) -> bool:
    """Wait until none of the processes is left; whether that came about in time."""
    waiting = set(pids)
    deadline = time.monotonic() + within_s
    while True:
        waiting = {pid for pid in waiting if _exists(pid)}
        if not waiting or time.monotonic() > deadline:
            return not waiting
        time.sleep(_POLL_S)


def tail(log: Path) -> str:
    """The last lines of a log, for an error message; says so when there are none."""
    try:
        lines = log.read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        lines = []
    return "\n".join(lines[-_TAIL_LINES:]) or "(it wrote nothing)"


def _exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    # The name in brackets may itself hold brackets and spaces; the state follows the last one.
    return status.rpartition(")")[2].split()[0] == "Z"
