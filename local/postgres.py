"""PostgreSQL with TimescaleDB on a loopback port: made once, started, stopped, killed."""

import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from local.place import Account, hand_over, write_private
from local.ports import keep_port, read_port
from local.processes import ServerFailed, children, run_as, runs, send, spawn, tail, wait_gone
from local.programs import Programs

ADMINISTRATOR = "postgres"

_START_WITHIN_S = 60  # recovery after a crash reads up to max_wal_size of log
_STOP_WITHIN_S = 30
_POLL_S = 0.02
_TIME_ZONES = Path("/usr/share/zoneinfo")

# TimescaleDB's Apache edition schedules nothing but its telemetry, which is off; its workers
# would only hold databases open that somebody wants to copy or drop.
_CONFIGURATION = """\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = {port}
max_connections = 60
# A question that no time bounds locks every chunk and its index: at most 1,400 of each table.
max_locks_per_transaction = 512
password_encryption = 'scram-sha-256'

shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
timescaledb.max_background_workers = 0
max_worker_processes = 8
jit = off

shared_buffers = '{shared_buffers}'
max_wal_size = '1GB'
wal_level = 'minimal'
max_wal_senders = 0
fsync = {durable}
full_page_writes = {durable}

timezone = 'UTC'
log_timezone = 'UTC'

# The log holds no statement and no value: both may be about a person.
logging_collector = on
log_directory = '{log}'
log_filename = 'postgresql-%a.log'
log_rotation_age = '1d'
log_truncate_on_rotation = on
log_min_error_statement = 'panic'
log_error_verbosity = 'terse'
"""


class PostgresServer:
    """One database server with its data, log and port in `folder`.

    What runs already, from an earlier start, is recognised and taken over. `durable=False` survives
    a kill as well, but not the loss of power; it is for tests.
    """

    name = "TimescaleDB"

    def __init__(
        self,
        folder: Path,
        *,
        programs: Programs,
        password: str,
        account: Account | None,
        durable: bool = True,
        ends_with_us: bool = False,
    ) -> None:
        self._folder = folder
        self._programs = programs
        self._password = password
        self._account = account
        self._durable = durable
        self._ends_with_us = ends_with_us
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """The folder of the server's logs, one for each day of the week."""
        return self._folder / "log"

    @property
    def port(self) -> int:
        """The loopback port of the last start. Raises ServerFailed before the first."""
        port = read_port(self._folder / "port")
        if port is None:
            raise ServerFailed(f"{self.name} in {self._folder} has never been started")
        return port

    def admin_url(self, database: str = "postgres") -> str:
        """The administrator's address of a database, with the password in it."""
        password = quote(self._password, safe="")
        return f"postgresql://{ADMINISTRATOR}:{password}@127.0.0.1:{self.port}/{database}"

    def is_running(self) -> bool:
        """Whether the server runs, started by us or by an earlier process."""
        return self._pid() is not None

    def start(self) -> None:
        """Start, and return when connections are accepted. Raises ServerFailed with the log's end.

        The first start makes the data folder; after a crash the server recovers first.
        """
        if not self.is_running():
            if self._process is not None:
                # PostgreSQL takes a dead child that nobody has waited for as a running server.
                self._process.wait(_STOP_WITHIN_S)
            self._make_data()
            self._configure()
            self._process = spawn(
                [self._programs.postgres("postgres"), "-D", self._data],
                account=self._account,
                folder=self._folder,
                log=self._start_log,
                ends_with_us=self._ends_with_us,
            )
        self._wait_ready()

    def stop(self) -> None:
        """Roll back what is open, write out, stop. Raises ServerFailed if it will not."""
        pid = self._pid()
        if pid is not None:
            # Its logger writes what is left after the server itself is gone.
            family = [pid, *children(pid)]
            send(pid, signal.SIGINT)
            if not wait_gone(family, _STOP_WITHIN_S):
                raise ServerFailed(
                    f"{self.name} (process {pid}) did not stop within {_STOP_WITHIN_S} s; its log "
                    f"ends:\n{self._log_tail()}"
                )
        self._reap()

    def kill(self) -> None:
        """End every process of the server at once, as a crash of the machine would."""
        pid = self._pid()
        if pid is not None:
            family = [pid, *children(pid)]
            for member in family:
                send(member, signal.SIGKILL)
            if not wait_gone(family, _STOP_WITHIN_S):
                raise ServerFailed(f"{self.name} (process {pid}) outlived SIGKILL")
        self._reap()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _start_log(self) -> Path:
        return self._folder / "start.log"

    def _pid(self) -> int | None:
        """The server's process id; a stale file, whatever runs under its number now, is none."""
        lines = self._pid_file()
        if not lines or not lines[0].lstrip("-").isdigit():
            return None
        pid = abs(int(lines[0]))
        return pid if runs(pid, str(self._data)) else None

    def _pid_file(self) -> list[str]:
        try:
            return (self._data / "postmaster.pid").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _make_data(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        hand_over(self._folder, self._account)
        if self._data.exists():
            return
        if not (_TIME_ZONES / "UTC").exists():
            raise ServerFailed(
                f"{self.name} needs the time zones in {_TIME_ZONES}: install the package tzdata"
            )
        unfinished = self._folder / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = self._folder / "password"
        write_private(password_file, self._password, self._account)
        done = run_as(
            [self._programs.postgres("initdb"), "-D", unfinished, *self._initdb_options()],
            account=self._account,
            folder=self._folder,
        )
        password_file.unlink()
        if done.returncode != 0:
            raise ServerFailed(
                f"{self.name} could not make its data folder in {self._folder}: "
                f"{done.stderr.strip()}"
            )
        unfinished.rename(self._data)

    def _initdb_options(self) -> list[str]:
        return [
            f"--username={ADMINISTRATOR}",
            f"--pwfile={self._folder / 'password'}",
            "--auth=scram-sha-256",
            "--data-checksums",
            "--encoding=UTF8",
            # The same order of text on every machine, whatever locales are installed.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *([] if self._durable else ["--no-sync"]),
        ]

    def _configure(self) -> None:
        text = _CONFIGURATION.format(
            port=keep_port(self._folder / "port"),
            durable="on" if self._durable else "off",
            shared_buffers="256MB" if self._durable else "128MB",
            log=str(self.log).replace("'", "''"),
        )
        write_private(self._data / "homewell.conf", text, self._account)
        main = self._data / "postgresql.conf"
        include = "include = 'homewell.conf'\n"
        settings = main.read_text("utf-8")
        if include not in settings:
            # initdb's own findings about the machine (shared memory) stay as they are.
            write_private(main, settings + include, self._account)
        self._start_log.unlink(missing_ok=True)

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + _START_WITHIN_S
        while time.monotonic() < deadline:
            # The server writes its state into the eighth line of its own file.
            lines = self._pid_file()
            if len(lines) >= 8 and lines[7].strip() == "ready" and self.is_running():
                return
            if self._process is not None and self._process.poll() is not None:
                self._process = None
                raise ServerFailed(f"{self.name} ended while starting; {self._log_end()}")
            time.sleep(_POLL_S)
        raise ServerFailed(
            f"{self.name} was not ready within {_START_WITHIN_S} s; {self._log_end()}"
        )

    def _log_end(self) -> str:
        return f"its log in {self.log} ends:\n{self._log_tail()}"

    def _log_tail(self) -> str:
        # What fails before the log is open, the server says on its standard error.
        logs = [path for path in (*self.log.glob("*.log"), self._start_log) if path.exists()]
        return tail(max(logs, key=lambda path: path.stat().st_mtime_ns, default=self._start_log))

    def _reap(self) -> None:
        if self._process is not None:
            self._process.wait(_STOP_WITHIN_S)
            self._process = None
