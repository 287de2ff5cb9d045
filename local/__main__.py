"""`python -m local`: the same as the `homewell` command."""

import sys

from local.commands import main

if __name__ == "__main__":
    sys.exit(main())
