"""A model of the gateways: spools that hold every message until its receipt has come."""

from collections.abc import Sequence

from core.wire import decode_receipt, receipt_topic
from tests.ingest.delivery.account import Account
from tests.ingest.delivery.letters import Flaw, Letter, Place, Says, letter


class Gateways:
    """What they have not been told is dealt with, oldest first."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._written: dict[str, int] = {}
        self.outstanding: list[Letter] = []

    def write(
        self, place: Place, samples: Sequence[tuple[int, Says]], flaw: Flaw, *, numbered: bool
    ) -> Letter:
        """A new message; one without a number is sent once, and never spoken of again."""
        spool = seq = None
        if numbered:
            spool = f"spool-of-{place.gateway_id}"
            seq = self._written[spool] = self._written.get(spool, 0) + 1
        new = letter(place, samples, flaw, spool=spool, seq=seq)
        self._account.written(new)
        if numbered:
            self.outstanding.append(new)
        return new

    def hear(self, topic: str, payload: bytes) -> None:
        """A receipt has come."""
        receipt = decode_receipt(payload)
        settled = {seq for first, last in receipt.seq for seq in range(first, last + 1)}
        self.outstanding = [
            one
            for one in self.outstanding
            if receipt_topic(one.place.gateway_id) != topic
            or one.spool != receipt.spool
            or one.seq not in settled
        ]
