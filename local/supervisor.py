"""Homewell's own processes: started in order, started again when they die, stopped in reverse."""

import logging
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local.place import REPOSITORY

log = logging.getLogger("supervisor")

_STOP_WITHIN_S = 10.0  # a service finishes its batch; then it is killed, which loses nothing
_RESTART_AFTER_S = (0.2, 1.0, 2.0, 5.0, 15.0, 30.0)
_STEADY_AFTER_S = 60.0  # a process that ran so long starts its next restart from the first pause
_LOG_BYTES_MAX = 20_000_000  # a larger log is set aside when its process starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process: its words, what it sees of the environment, and where it writes."""

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    log: Path


@dataclass(slots=True)
class _Kept:
    program: Program
    process: subprocess.Popen[bytes]
    started_s: float
    failures: int = 0
    start_again_s: float | None = None


@dataclass(slots=True)
class Supervisor:
    """Keeps programs running until `stop`; call `look_after` often."""

    _kept: dict[str, _Kept] = field(default_factory=dict)

    def start(self, program: Program) -> None:
        """Start a program and keep it running."""
        self._kept[program.name] = _Kept(program, _spawn(program), time.monotonic())

    def look_after(self) -> None:
        """Start again what has died, after a pause that grows with each failure."""
        for kept in self._kept.values():
            status = kept.process.poll()
            if status is None:
                continue
            now_s = time.monotonic()
            if kept.start_again_s is None:
                if now_s - kept.started_s > _STEADY_AFTER_S:
                    kept.failures = 0
                pause = _RESTART_AFTER_S[min(kept.failures, len(_RESTART_AFTER_S) - 1)]
                kept.failures += 1
                kept.start_again_s = now_s + pause
                log.warning(
                    "%s ended (status %s); starting it again in %.1f s; its log is %s",
                    kept.program.name,
                    status,
                    pause,
                    kept.program.log,
                )
            elif now_s >= kept.start_again_s:
                kept.process = _spawn(kept.program)
                kept.started_s, kept.start_again_s = now_s, None

    def pids(self) -> dict[str, int]:
        """The process ids of what runs now, by program name."""
        return {
            name: kept.process.pid
            for name, kept in self._kept.items()
            if kept.process.poll() is None
        }

    def stop(self, names: Sequence[str] | None = None) -> None:
        """Stop these programs (None: all), the last started first; what will not is killed."""
        for name in reversed(list(names if names is not None else self._kept)):
            kept = self._kept.pop(name, None)
            if kept is not None:
                _end(kept.process, kept.program.name)


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """What a process of ours sees: where programs are, and what is meant for it alone."""
    passed_on = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")
    kept = {name: os.environ[name] for name in passed_on if name in os.environ}
    return {**kept, "TZ": "UTC", "PYTHONUNBUFFERED": "1", **extra}


def _spawn(program: Program) -> subprocess.Popen[bytes]:
    program.log.parent.mkdir(parents=True, exist_ok=True)
    if program.log.exists() and program.log.stat().st_size > _LOG_BYTES_MAX:
        program.log.replace(program.log.with_suffix(".log.1"))
    words = list(program.words)
    setpriv = shutil.which("setpriv")
    if setpriv:
        # Should the supervisor be killed, the kernel ends what it started.
        words = [setpriv, "--pdeathsig", "TERM", "--", *words]
    with program.log.open("ab") as output:
        return subprocess.Popen(
            words,
            cwd=REPOSITORY,
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _end(process: subprocess.Popen[bytes], name: str) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        log.warning("%s did not stop within %.0f s and is killed", name, _STOP_WITHIN_S)
        process.kill()
        process.wait()
