"""Every device dialect of one gateway, found by topic."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from gateway.adapters.reading import Ignored, Reading, Refused


class Adapter(Protocol):
    """A device dialect, at one base topic."""

    @property
    def base_topic(self) -> str:
        """Where the dialect's topics begin."""

    @property
    def subscriptions(self) -> list[str]:
        """What to subscribe to."""

    def read(
        self, topic: str, payload: bytes | str, arrived_ms: int | None
    ) -> list[Reading] | Ignored | Refused:
        """The readings in a message; `arrived_ms` is None when nobody knows when it was sent."""


class Sources:
    """The adapters of a gateway. A base topic may not stand twice, nor within another."""

    def __init__(self, adapters: Sequence[Adapter]) -> None:
        self._adapters = list(adapters)
        self._by_base: Mapping[str, Adapter] = {a.base_topic: a for a in adapters}
        if len(self._by_base) < len(self._adapters):
            raise ValueError("two sources have the same base_topic")

    @property
    def subscriptions(self) -> list[str]:
        """What to subscribe to at the block's broker."""
        return [topic for adapter in self._adapters for topic in adapter.subscriptions]

    def read(
        self, topic: str, payload: bytes | str, arrived_ms: int | None
    ) -> list[Reading] | Ignored | Refused:
        """The readings in a message, by the adapter with the longest base of the topic."""
        base = topic
        while "/" in base:
            base = base.rpartition("/")[0]
            adapter = self._by_base.get(base)
            if adapter is not None:
                return adapter.read(topic, payload, arrived_ms)
        return Ignored("no source has this topic")
