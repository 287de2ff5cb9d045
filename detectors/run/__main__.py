"""`python -m detectors.run`: the detectors as a process."""

import sys

from detectors.run.service import main

sys.exit(main(sys.argv[1:]))
