"""`python -m bench NAME [--json]`: one measurement, as ratios within one run."""

import argparse
import json
import sys

from bench import accuracy, ingest, realism, reference, simulator, speed, storage, sweep
from bench.ingest.client import BenchFailed
from local.fetch import FetchFailed
from local.processes import ServerFailed

MEASUREMENTS = {
    "accuracy": accuracy,
    "detectors": speed,
    "ingest": ingest,
    "realism": realism,
    "reference": reference,
    "simulator": simulator,
    "storage": storage,
    "sweep": sweep,
}


def main() -> int:
    """Run one measurement and print it; with `--json` one object comes last."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = parser.add_subparsers(dest="name", metavar="NAME", required=True)
    for name, measurement in MEASUREMENTS.items():
        one = names.add_parser(name, help=measurement.__doc__)
        one.add_argument("--json", action="store_true", help="print one JSON object last")
        measurement.add_options(one)
    chosen = parser.parse_args()
    measurement = MEASUREMENTS[chosen.name]
    try:
        result = measurement.measure(chosen)
    except (BenchFailed, FetchFailed, ServerFailed) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    for line in measurement.lines(result):
        print(line)
    if chosen.json:
        print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
