"""`python -m detectors [run]`: the detectors as a process; `analyse`: the detectors on files."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run what the first word names; without one the service."""
    name, *words = arguments or ["run"]
    if name == "analyse":
        from detectors.offline.command import main as analyse_main

        return analyse_main(words)
    if name == "run":
        from detectors.run.service import main as run_main

        return run_main(words)
    sys.stderr.write(f"python -m detectors: {name!r} is none of: analyse, run\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
