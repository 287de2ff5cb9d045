"""May it leave the home? What the retained consent document allows, asked before the spool.

Nothing is spooled or sent for a device and kind that the document does not name, and nothing at
all while there is none. The spool keeps the document, so a gateway that starts without a
connection honours the last one. The last to come holds, whatever its revision: the broker retains
one only, and a ledger begun anew counts from one again.

A gateway that has never had a document leaves what devices say in the block's broker,
unacknowledged, for `FIRST_DOCUMENT_WAIT_S`; so the order in which things start loses nothing and
nothing is stored here without consent. After that time readings are refused and counted.
"""

import asyncio
from collections.abc import Iterable

from core.wire import ConsentDocument
from gateway.adapters.reading import Reading

FIRST_DOCUMENT_WAIT_S = 600.0  # ingest comes up within seconds; this covers a slow first day


def sift(
    document: ConsentDocument | None, readings: Iterable[Reading]
) -> tuple[list[Reading], list[Reading]]:
    """The readings that may be kept, and those that may not."""
    allowed: list[Reading] = []
    refused: list[Reading] = []
    for reading in readings:
        may = document is not None and document.allows(reading.device, reading.kind)
        (allowed if may else refused).append(reading)
    return allowed, refused


class EdgeConsent:
    """The document in force, shared by everything that keeps readings."""

    def __init__(self, document: ConsentDocument | None) -> None:
        self._document = document
        self._come = asyncio.Event()
        if document is not None:
            self._come.set()

    @property
    def document(self) -> ConsentDocument | None:
        """The document that came last; None while none ever came."""
        return self._document

    def replace(self, document: ConsentDocument) -> None:
        """From now on `document` holds."""
        self._document = document
        self._come.set()

    async def first(self, wait_s: float | None = None) -> bool:
        """Waits until there is a document, at most `wait_s`; whether there is one."""
        try:
            async with asyncio.timeout(wait_s):
                await self._come.wait()
        except TimeoutError:
            return False
        return True
