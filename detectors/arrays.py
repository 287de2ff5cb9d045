"""Type names for the arrays that detectors pass around: (rows, times) unless said otherwise."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.signedinteger[Any]]
Booleans = npt.NDArray[np.bool_]
