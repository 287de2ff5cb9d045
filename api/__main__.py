"""`python -m api`: the API, the pages, casework and delivery. api/README.md lists the settings."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence

from api.service import NotListening, serve
from api.settings import NotConfigured, from_environment


def main(argv: Sequence[str]) -> int:
    """Run until a signal; 0 then, 2 when the environment lacks something, 1 on a failure."""
    parser = argparse.ArgumentParser(prog="homewell api", description=__doc__)
    parser.add_argument("--verbose", action="store_true", help="log more, and whole tracebacks")
    options = parser.parse_args(argv)
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    for chatty in ("httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        settings = from_environment(os.environ)
        asyncio.run(serve(settings))
    except NotConfigured as error:
        print(f"homewell api: {error}", file=sys.stderr)
        return 2
    except NotListening as error:
        print(f"homewell api: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
