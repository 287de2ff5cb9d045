"""Mosquitto on a loopback port, with a password for each user and an access list."""

import base64
import hashlib
import os
import re
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from local.place import REPOSITORY, Account, hand_over, write_private
from local.ports import keep_port, read_port
from local.processes import ServerFailed, runs, send, spawn, tail, wait_gone
from local.programs import Programs

CENTRAL_ACCESS_LIST = REPOSITORY / "deploy/mosquitto/acl"

_START_WITHIN_S = 30  # a large queue is read back before the first connection is taken
_STOP_WITHIN_S = 30
_POLL_S = 0.02
_LOG_BYTES_MAX = 10_000_000  # an older log than this is set aside at the next start
# A user name is a topic level in the access list, so that no wildcard or separator may be in it.
_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
# Mosquitto's own form and default; passwords here are random, so that stretching adds nothing.
_HASH_ROUNDS = 101
_SALT_BYTES = 12

# Everything that queues has a limit, high enough for a weekend's outage of thirty homes; the
# snapshot every second bounds what a crash of the broker takes, and the gateways' spools cover
# that second. Sessions have no expiry: Mosquitto 2.0 keeps a list of those that have one, which
# after a restart can name a client that has come back, and cuts it off again and again. Number and
# size of queued messages may not be 0: 2.0.21 drops clients then.
_CONFIGURATION = """\
per_listener_settings false
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
pid_file {folder}/pid

persistence true
persistence_location {folder}/
autosave_interval 1

max_queued_messages 1000000
max_queued_bytes 268435456
max_inflight_messages 1000
max_packet_size 1048576
set_tcp_nodelay true

log_dest stderr
log_type error
log_type warning
log_type notice
log_timestamp_format %Y-%m-%dT%H:%M:%S
"""


class MosquittoServer:
    """One broker with its queue, log and port in `folder`; what runs already is taken over.

    `users` maps names to passwords; `access_list` is the text of Mosquitto's `acl_file`. The lines
    of `settings` come last in its configuration: they change what stands there, or add a listener.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        programs: Programs,
        users: Mapping[str, str],
        access_list: str,
        account: Account | None,
        ends_with_us: bool = False,
        settings: str = "",
    ) -> None:
        self.name = f"Mosquitto ({name})"
        self._folder = folder
        self._programs = programs
        self._users = _checked(users)
        self._access_list = access_list
        self._account = account
        self._ends_with_us = ends_with_us
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """The broker's log."""
        return self._folder / "mosquitto.log"

    @property
    def port(self) -> int:
        """The loopback port of the last start. Raises ServerFailed before the first."""
        port = read_port(self._folder / "port")
        if port is None:
            raise ServerFailed(f"{self.name} in {self._folder} has never been started")
        return port

    def url(self, user: str) -> str:
        """The broker's address for this user, with the password in it."""
        password = quote(self._users[user], safe="")
        return f"mqtt://{user}:{password}@127.0.0.1:{self.port}"

    def is_running(self) -> bool:
        """Whether the broker runs, started by us or by an earlier process."""
        return self._pid() is not None

    def start(self) -> None:
        """Start, and return when connections are accepted. Raises ServerFailed with the log's end.

        A broker that runs already reads the users and the access list anew where they changed. (A
        reload costs clients that are away their sessions: Mosquitto keeps no password of theirs
        to check. Their gateways send again what was in them.)
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        hand_over(self._folder, self._account)
        pid = self._pid()
        if pid is not None:
            if self._access_changed():
                self._write_access()
                send(pid, signal.SIGHUP)
            return
        if self._process is None:
            self._write_access()
        else:
            # After a crash the users stay as on disk: another process may have admitted some.
            self._process.wait(_STOP_WITHIN_S)
        self._configure()
        self._process = spawn(
            [self._programs.mosquitto, "-c", self._configuration],
            account=self._account,
            folder=self._folder,
            log=self.log,
            ends_with_us=self._ends_with_us,
        )
        self._wait_ready()

    def admit(self, users: Mapping[str, str]) -> None:
        """Add users, or change their passwords, while the broker runs or before it starts."""
        self._users = {**self._users, **_checked(users)}
        pid = self._pid()
        if pid is not None:
            self._write_access()
            send(pid, signal.SIGHUP)

    def stop(self) -> None:
        """Write the queues out and stop. Raises ServerFailed if it will not."""
        pid = self._pid()
        if pid is not None:
            send(pid, signal.SIGTERM)
            if not wait_gone([pid], _STOP_WITHIN_S):
                raise ServerFailed(
                    f"{self.name} (process {pid}) did not stop within {_STOP_WITHIN_S} s; its log "
                    f"{self.log} ends:\n{tail(self.log)}"
                )
        self._reap()

    def kill(self) -> None:
        """End the broker at once, as a crash of the machine would."""
        pid = self._pid()
        if pid is not None:
            send(pid, signal.SIGKILL)
            if not wait_gone([pid], _STOP_WITHIN_S):
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
    def _configuration(self) -> Path:
        return self._folder / "mosquitto.conf"

    def _pid(self) -> int | None:
        try:
            pid = int((self._folder / "pid").read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return None
        return pid if runs(pid, str(self._configuration)) else None

    def _access_changed(self) -> bool:
        """Whether users or the access list differ from those on disk; passwords never change."""
        try:
            lines = (self._folder / "passwords").read_text("utf-8").splitlines()
            access_list = (self._folder / "acl").read_text("utf-8")
        except FileNotFoundError:
            return True
        users = {line.partition(":")[0] for line in lines}
        return users != set(self._users) or access_list != self._access_list

    def _write_access(self) -> None:
        passwords = "".join(
            f"{user}:{password_hash(password)}\n" for user, password in self._users.items()
        )
        write_private(self._folder / "passwords", passwords, self._account)
        write_private(self._folder / "acl", self._access_list, self._account)

    def _configure(self) -> None:
        port = keep_port(self._folder / "port")
        text = _CONFIGURATION.format(port=port, folder=self._folder)
        write_private(self._configuration, text + self._settings, self._account)
        (self._folder / "pid").unlink(missing_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + _START_WITHIN_S
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                self._process = None
                raise ServerFailed(f"{self.name} ended while starting; {self._log_end()}")
            if self.is_running() and _answers(self.port):
                return
            time.sleep(_POLL_S)
        raise ServerFailed(
            f"{self.name} was not ready within {_START_WITHIN_S} s; {self._log_end()}"
        )

    def _log_end(self) -> str:
        return f"its log {self.log} ends:\n{tail(self.log)}"

    def _reap(self) -> None:
        if self._process is not None:
            self._process.wait(_STOP_WITHIN_S)
            self._process = None


def password_hash(password: str) -> str:
    """A password in the form of Mosquitto's password file ($7$: PBKDF2 with SHA-512)."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _HASH_ROUNDS)
    encoded = (base64.b64encode(part).decode("ascii") for part in (salt, digest))
    return f"$7${_HASH_ROUNDS}${'$'.join(encoded)}"


def _checked(users: Mapping[str, str]) -> dict[str, str]:
    for user in users:
        if not _USER.fullmatch(user):
            raise ValueError(f"a broker's user cannot be called {user!r}: it is a topic level")
    return dict(users)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == os.EX_OK
