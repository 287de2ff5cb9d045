"""`python -m detectors analyse DIR --out alerts.jsonl`: the detectors on files."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from detectors.offline.alert_lines import alert_lines
from detectors.offline.analyse import analyse
from detectors.offline.tables import FolderUnreadable
from detectors.registry import DETECTORS

INTERRUPTED = 130  # what a shell reports for a program stopped from the keyboard
PROGRAM = "python -m detectors analyse"


def main(arguments: Sequence[str]) -> int:
    """Judge an estate folder and write its alerts; 0, 1 where that failed, 2 for wrong words."""
    chosen = _parser().parse_args(arguments)
    try:
        _write(chosen.out, chosen.folder)
    except KeyboardInterrupt:
        _say(f"stopped: {chosen.out} is not written")
        return INTERRUPTED
    except FolderUnreadable as error:
        _say(str(error))
        return 1
    except OSError as error:
        _say(f"{chosen.out} cannot be written: {error.strerror or error}")
        return 1
    return 0


def _write(out: Path, folder: Path) -> None:
    """Write beside, then rename: `out` is there whole or not at all."""
    beside = out.with_name(out.name + ".part")
    with beside.open("w", encoding="utf-8") as file:
        try:
            found = analyse(folder, say=_say, detectors=DETECTORS)
            file.writelines(alert_lines(found.episodes, found.groups))
        except BaseException:
            beside.unlink()
            raise
    beside.rename(out)
    _say(f"{out} is written")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="an estate folder")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="one alert a line")
    return parser


def _say(line: str) -> None:
    sys.stderr.write(f"analyse: {line}\n")
    sys.stderr.flush()
