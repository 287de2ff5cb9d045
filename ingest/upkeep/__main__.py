"""`python -m ingest.upkeep`: one process that keeps the store in bounds, until SIGTERM."""

import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.probes import NotListening
from ingest.settings import NotSet, http_address
from ingest.upkeep.jobs import jobs
from ingest.upkeep.metrics import Metrics
from ingest.upkeep.service import Upkeep
from store.connection import NotAnAddress, check_url
from store.singleton import AlreadyRunning


def main(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """Keep the database of `DATABASE_URL`; the exit status."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    url = environment.get("DATABASE_URL")
    if arguments or not url:
        print(
            "homewell upkeep: set DATABASE_URL to the database, as role homewell_upkeep",
            file=sys.stderr,
        )
        return 2
    status = environment.get("UPKEEP_STATUS_FILE")
    metrics = Metrics()
    try:
        check_url(url)
        http = http_address(environment, "UPKEEP_HTTP")
        if http is not None:
            metrics.serve(http.host, http.port)
    except (NotAnAddress, NotListening, NotSet) as error:
        print(f"homewell upkeep: {error}", file=sys.stderr)
        return 2
    upkeep = Upkeep(url, jobs(), metrics, Path(status) if status else None)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: upkeep.stop.set())
    try:
        upkeep.run()
    except AlreadyRunning as error:
        print(f"homewell upkeep: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
