"""What we asked the broker and it has not answered yet, by the number of the packet."""

import asyncio
from collections.abc import Iterator

import mqtt5

Answer = mqtt5.PubAckPacket | mqtt5.SubAckPacket | mqtt5.UnsubAckPacket

_NUMBER_MAX = 65_535


class Asked:
    """Answers that are waited for, each by a number that no other has meanwhile."""

    def __init__(self) -> None:
        self._answers: dict[int, asyncio.Future[Answer]] = {}
        self._last_number = 0

    def __iter__(self) -> Iterator[asyncio.Future[Answer]]:
        return iter(self._answers.values())

    def free_number(self) -> int:
        """A number that no packet under way has."""
        number = self._last_number
        while True:
            number = number % _NUMBER_MAX + 1
            if number not in self._answers:
                self._last_number = number
                return number

    async def answer_to(self, number: int) -> Answer:
        """Wait for the answer to the packet of this number, which is about to go out."""
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answers[number] = answered
        try:
            return await answered
        finally:
            self._answers.pop(number, None)

    def answer(self, packet: Answer) -> None:
        """Hand an answer to whoever waits for it."""
        answered = self._answers.pop(packet.packet_id, None)
        if answered is not None and not answered.done():
            answered.set_result(packet)
