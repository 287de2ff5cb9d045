"""A folder that appears under its name only when it is whole."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from firmware_sim.folder.blocks import EstateRefusedError


@contextmanager
def unfinished(out: Path) -> Iterator[Path]:
    """A new folder beside `out`, which takes its name in the end; nothing is left of a failed run.

    EstateRefusedError when `out` holds something, or a run that was killed has left its folder.
    """
    part = out.with_name(out.name + ".part")
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise EstateRefusedError(f"{out} is there already; choose another --out, or delete it")
    if part.exists():
        raise EstateRefusedError(
            f"{part} is there: another run is writing it, or one was killed; "
            "delete it if none is running"
        )
    part.mkdir(parents=True)
    try:
        yield part
    except BaseException:
        shutil.rmtree(part)
        raise
    if out.exists():
        out.rmdir()
    part.rename(out)
