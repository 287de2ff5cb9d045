"""`python -m bench NAME [--json]`: one measurement, as ratios within one run."""

import argparse
import json
import sys

from bench import detectors

MEASUREMENTS = {"detectors": detectors}


def main() -> int:
    """Run one measurement and print it; with `--json` one object comes last."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=sorted(MEASUREMENTS))
    parser.add_argument("--json", action="store_true", help="print one JSON object last")
    chosen = parser.parse_args()
    measurement = MEASUREMENTS[chosen.name]
    result = measurement.measure()
    for line in measurement.lines(result):
        print(line)
    if chosen.json:
        print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
