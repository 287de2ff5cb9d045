"""Free loopback ports that stay the same from one start to the next."""

import random
import socket
from pathlib import Path

# Below the kernel's range for outgoing connections (32768 up), so that none takes a stopped
# server's port, and above the well-known services.
_LOWEST, _HIGHEST = 20_000, 29_999
_ATTEMPTS = 100


class NoFreePort(RuntimeError):
    """No free loopback port was found."""


def keep_port(path: Path) -> int:
    """The port written in `path` while it is free, else a new one, written there.

    Raises NoFreePort when a hundred tries find none.
    """
    kept = read_port(path)
    if kept is not None and is_free(kept):
        return kept
    port = free_port()
    path.write_text(f"{port}\n", "ascii")
    return port


def read_port(path: Path) -> int | None:
    """The port written in `path`; None where there is none."""
    try:
        return int(path.read_text("ascii"))
    except (FileNotFoundError, ValueError):
        return None


def free_port() -> int:
    """A loopback port that nobody listens on. Raises NoFreePort when a hundred tries find none."""
    for _ in range(_ATTEMPTS):
        port = random.randint(_LOWEST, _HIGHEST)  # noqa: S311 - a port number is no secret
        if is_free(port):
            return port
    raise NoFreePort(
        f"found no free port on 127.0.0.1 between {_LOWEST} and {_HIGHEST} in {_ATTEMPTS} tries: "
        "stop some of the programs that listen there"
    )


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: a connection that lingers after its close does not hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
