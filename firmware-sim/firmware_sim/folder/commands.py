"""`estate`: a whole run of an estate, written as a folder of tables."""

import argparse
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from firmware_sim.folder.blocks import BLOCK_HOMES, FIRST_DAY, Order
from firmware_sim.folder.write import Form, write_estate

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 # no other name

_INTERRUPTED = 130  # what a shell reports for a program stopped from the keyboard
_SECONDS_AN_HOUR, _SECONDS_A_MINUTE = 3600, 60


def add_estate(subparsers: "Subparsers") -> None:
    """Add the command `estate`."""
    parser = subparsers.add_parser(
        "estate", help="simulate an estate and write its folder, without a broker"
    )
    parser.add_argument("--homes", type=int, required=True, metavar="N")
    parser.add_argument("--days", type=int, required=True, metavar="D")
    parser.add_argument("--seed", type=int, required=True, metavar="S")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="must not exist yet")
    parser.add_argument(
        "--from",
        dest="first_day",
        type=date.fromisoformat,
        default=FIRST_DAY,
        metavar="DATE",
        help=f"first day, such as {FIRST_DAY} (as it is without this option)",
    )
    parser.add_argument("--format", type=Form, choices=list(Form), default=Form.PARQUET)
    parser.add_argument(
        "--block",
        type=int,
        default=BLOCK_HOMES,
        metavar="N",
        help=f"homes simulated together ({BLOCK_HOMES}): more are quicker, and take more memory",
    )
    parser.add_argument(
        "--faults",
        type=_names,
        default=(),
        metavar="NAME,…",
        help="choose from these faults only",
    )
    parser.add_argument("--healthy", action="store_true", help="no faults, harmless oddities only")
    parser.set_defaults(run=_estate)


def _estate(chosen: argparse.Namespace) -> int:
    order = Order(
        homes=chosen.homes,
        days=chosen.days,
        seed=chosen.seed,
        first_day=chosen.first_day,
        block_homes=chosen.block,
        faults=chosen.faults,
        healthy=chosen.healthy,
    )
    progress = _Progress(order.homes * order.days)
    try:
        write_estate(order, chosen.out, form=chosen.format, say=progress.done)
    except KeyboardInterrupt:
        progress.say("stopped before the estate was whole: nothing of it is kept")
        return _INTERRUPTED
    except OSError as error:
        progress.say(f"{chosen.out} could not be written ({error}): nothing of it is kept")
        return 1
    progress.say(f"{chosen.out} is written")
    return 0


class _Progress:
    """How far a run is, on standard error."""

    def __init__(self, home_days: int) -> None:
        self._home_days = home_days
        self._began = time.monotonic()

    def done(self, home_days: int) -> None:
        """Say how much is done, and about how long the rest takes."""
        taken = time.monotonic() - self._began
        left = _span(taken * (self._home_days - home_days) / home_days)
        share = 100 * home_days // self._home_days
        self.say(f"{share:3d} %: {home_days:,} of {self._home_days:,} home-days, about {left} left")

    def say(self, line: str) -> None:
        """One line."""
        sys.stderr.write(f"firmware-sim: {line}\n")
        sys.stderr.flush()


def _span(seconds: float) -> str:
    """
    >>> _span(4000.0)
    '1 h 6 min'
    """
    if seconds >= _SECONDS_AN_HOUR:
        hours, rest = divmod(seconds, _SECONDS_AN_HOUR)
        return f"{hours:.0f} h {rest // _SECONDS_A_MINUTE:.0f} min"
    if seconds >= _SECONDS_A_MINUTE:
        return f"{seconds / _SECONDS_A_MINUTE:.0f} min"
    return f"{seconds:.0f} s"


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
