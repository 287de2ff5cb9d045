"""Passwords that are made on first use and stay on this machine."""

import os
import re
import secrets
from pathlib import Path

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_BYTES = 32  # 256 bits: nothing to guess, and short enough to paste


class Secrets:
    """A folder of secrets, one file each, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)

    def secret(self, name: str) -> str:
        """The secret of this name; the first call makes it. Raises ValueError for an odd name."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"a secret cannot be called {name!r}: use small letters and digits")
        path = self._folder / name
        if not path.exists():
            _create(path)
        return path.read_text("ascii")


def _create(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(_BYTES))
    try:
        os.link(draft, path)
    except FileExistsError:  # another process made it in the meantime: theirs counts
        return
    finally:
        draft.unlink()
