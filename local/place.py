"""Where the local servers live, and as whom they run."""

import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]

# PostgreSQL refuses to run as root; these accounts exist on Debian and own nothing of value to us.
_UNPRIVILEGED = ("postgres", "nobody")
_DIRECTORY_MODE = 0o755  # the unprivileged account must be able to pass through


class NoPlace(RuntimeError):
    """There is nowhere the servers could live; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The unprivileged account that runs the servers when we are root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The folder that holds servers, their data, secrets and logs.

    Without an `account` the servers run as whoever starts them.
    """

    root: Path
    account: Account | None

    def folder(self, name: str) -> Path:
        """A folder of ours that the servers' account may pass through, made if missing."""
        path = self.root / name
        for folder in (self.root, path):
            folder.mkdir(exist_ok=True, parents=True)
            if self.account is not None:
                folder.chmod(_DIRECTORY_MODE)
        return path


def find_place(repository: Path = REPOSITORY) -> Place:
    """`.homewell` in the repository, or outside it where the servers' account cannot get in.

    Raises NoPlace when we are root and the machine has no unprivileged account.
    """
    inside = repository / ".homewell"
    if os.geteuid() != 0:
        return Place(root=inside, account=None)
    account = unprivileged_account()
    if _can_enter(repository, account):
        return Place(root=inside, account=account)
    digest = hashlib.sha256(os.fsencode(repository)).hexdigest()[:8]
    return Place(root=Path(f"/var/lib/homewell-{digest}"), account=account)


def unprivileged_account() -> Account:
    """The account that runs servers started by root. Raises NoPlace when there is none."""
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise NoPlace(
        "PostgreSQL refuses to run as root and this machine has no account "
        f"{' or '.join(_UNPRIVILEGED)} to run it as: make one, or run Homewell as an ordinary user"
    )


def hand_over(path: Path, account: Account | None) -> None:
    """Give a file or folder of ours to the servers' account."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def write_private(path: Path, text: str, account: Account | None) -> None:
    """Write a file that only the servers' account can read; whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    hand_over(draft, account)
    draft.replace(path)


def _can_enter(folder: Path, account: Account) -> bool:
    # Asked of the kernel: permission bits alone do not tell of access lists and mounts.
    enters = subprocess.run(
        ["/bin/sh", "-c", 'cd "$0"', str(folder)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return enters.returncode == 0
