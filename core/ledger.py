"""The consent ledger as a chain: each line carries the hash of the one before it.

A changed, removed or inserted line breaks every later hash; that the newest lines were cut off
shows only beside a copy of a later hash. The chain holds no personal text.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.consent import TERMS, Choice

GENESIS = bytes(32)
"""What stands before the first line of a tenancy."""


class NotAChoice(ValueError):
    """The answer is not one that this purpose offers; the text lists those it does."""


@dataclass(frozen=True, slots=True)
class Link:
    """A ledger line with its place in the chain."""

    choice: Choice
    previous: bytes
    hash: bytes


def append(chain_end: Link | None, choice: Choice) -> Link:
    """The link that adds `choice` after `chain_end` (None at the start of a tenancy).

    Raises NotAChoice when the purpose does not offer the answer, ValueError when the line does not
    follow on: its revision must be the next one, of the same tenancy.
    """
    offered = TERMS[choice.purpose].choices
    if choice.choice not in offered:
        raise NotAChoice(
            f"{choice.purpose.value} cannot be {choice.choice!r}; choose one of: "
            f"{', '.join(offered)}"
        )
    expected = 1 if chain_end is None else chain_end.choice.revision + 1
    if choice.revision != expected:
        raise ValueError(f"revision {choice.revision} does not follow on; expected {expected}")
    if chain_end is not None and chain_end.choice.tenancy_id != choice.tenancy_id:
        raise ValueError("a ledger belongs to one tenancy")
    previous = GENESIS if chain_end is None else chain_end.hash
    return Link(choice, previous, digest(previous, choice))


def digest(previous: bytes, choice: Choice) -> bytes:
    """SHA-256 over the previous hash and every field of the line, in a fixed form."""
    fields = [
        choice.tenancy_id,
        choice.revision,
        choice.purpose.value,
        choice.choice,
        _instant(choice.at),
        choice.notice_version,
        choice.channel,
        choice.actor,
        _instant(choice.expires_at) if choice.expires_at else None,
    ]
    body = json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode()
    return hashlib.sha256(previous + body).digest()


def first_broken(chain: Sequence[Link]) -> int | None:
    """The revision at which a chain stops being true; None when it is whole."""
    before: Link | None = None
    for position, link in enumerate(chain, start=1):
        previous = GENESIS if before is None else before.hash
        follows_on = link.choice.revision == position and link.previous == previous
        if not follows_on or link.hash != digest(previous, link.choice):
            return position
        before = link
    return None


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
