"""`python -m local setup`: prepare the servers of this machine without starting them."""

import os
import sys

from local.fetch import FetchFailed
from local.place import NoPlace
from local.setting_up import set_up


def main(arguments: list[str]) -> int:
    """Run the command; the exit status."""
    if arguments != ["setup"]:
        print("usage: python -m local setup", file=sys.stderr)
        return 2
    try:
        set_up(os.environ, lambda text: print(text, flush=True))
    except (FetchFailed, NoPlace) as error:
        print(f"set-up failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
