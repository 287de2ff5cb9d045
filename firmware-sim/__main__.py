"""`python firmware-sim …` runs the simulator."""

import sys

from firmware_sim.commands import main

sys.exit(main())
