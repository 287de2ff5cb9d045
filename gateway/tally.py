"""What was refused, counted by reason; each source of trouble is logged once."""

import logging
from collections import Counter

REMEMBERED_MAX = 1_000  # sources of trouble remembered as logged; devices number a few dozen

_log = logging.getLogger(__name__)


class Tally:
    """Counts of refused messages or samples by their reason, since the process began."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._logged: set[tuple[str, str]] = set()

    def count(self, reason: str, source: str, detail: str = "", amount: int = 1) -> None:
        """One more; the first of a source and reason is logged, later ones only counted."""
        self.counts[reason] += amount
        if (reason, source) in self._logged or len(self._logged) >= REMEMBERED_MAX:
            return
        self._logged.add((reason, source))
        _log.warning("refused, from %s: %s%s", source[:200], reason, detail and f" ({detail})")
