"""The run itself: first the time that has passed, as a recording; then the present, as messages."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from firmware_sim import checkpoint, recording
from firmware_sim.breaking import carry_out
from firmware_sim.broker import Address, Bridge, Message, Outbox
from firmware_sim.checkpoint import Tally
from firmware_sim.dialects import minute_text, payload_of
from firmware_sim.estate import Estate, silenced
from firmware_sim.published import Ledger
from firmware_sim.rundir import RunDir
from firmware_sim.sensing import sense
from firmware_sim.simulation import Simulation
from firmware_sim.truth import write_truth
from firmware_sim.weather import MINUTES_A_DAY

GAP_MIN = 5  # a longer absence becomes a recording; a shorter one goes by unrecorded
TICK_S = 0.2
SAVE_EVERY_S, STATUS_EVERY_S = 30.0, 1.0
DRAIN_S = 3.0  # a stopping simulator waits this long for the last acknowledgements

log = logging.getLogger(__name__)


class Run:
    """A simulator at work in its run directory."""

    def __init__(
        self,
        estate: Estate,
        place: RunDir,
        *,
        clock: Callable[[], float],
        stopped: Callable[[], bool],
        say: Callable[[str], None],
        with_ledger: bool = False,
    ) -> None:
        """`clock` gives seconds since 1970-01-01 UTC; `say` shows progress to a person."""
        self._estate, self._place = estate, place
        self._clock, self._stopped, self._say = clock, stopped, say
        self._outbox = Outbox()
        self._ledger = Ledger(place.ledger) if with_ledger else None
        self._tally = Tally()
        self._bridge: Bridge | None = None
        self._truth_shown: tuple[Any, ...] | None = None
        self._simulation = self._begin()

    def _begin(self) -> Simulation:
        """Take up the saved state, or start a month ago."""
        if not self._place.state.exists():
            recording.finish(self._place.history, ())
            return self._estate.start(now_minute=self._minute() - 1)
        simulation, self._tally = checkpoint.load(self._place.state, self._estate)
        recording.finish(self._place.history, self._tally.recordings)
        return simulation

    def catch_up(self) -> None:
        """Simulate up to the minute before this one, and record it where it is long enough."""
        until = self._minute() - 1
        missed = until - self._simulation.minute
        if self._tally.recordings and missed <= GAP_MIN:
            self._simulation.advance(until)
        elif missed > 0:
            self._record(until)
        self._save()

    def _record(self, until: int) -> None:
        first = self._simulation.minute
        days = max(1, round((until - first) / MINUTES_A_DAY))
        shown = -1

        def progress(minute: int) -> None:
            nonlocal shown
            # The last sample may lie a few minutes before `until`.
            done = min(days, (minute - first + recording.SAMPLE_MIN) // MINUTES_A_DAY)
            if done > shown:
                shown = done
                self._say(f"history: {done} of {days} days")
                self._status("history", history_days=days, history_days_done=done)

        try:
            recorded = recording.record(
                self._estate,
                self._simulation,
                self._place.history,
                until=until,
                progress=progress,
                stopped=self._stopped,
            )
        except recording.BrokenOffError:
            recording.finish(self._place.history, self._tally.recordings)
            raise
        names = tuple(path.name.removesuffix(recording.UNFINISHED) for path in recorded.files)
        self._tally.recordings += names
        self._tally.samples_history += recorded.messages
        # Saved before the files get their names: whatever stops us now, the next start finishes it.
        self._save()
        recording.finish(self._place.history, self._tally.recordings)
        self._status("history", history_days=days, history_days_done=days)

    async def live(self, address: Address) -> None:
        """Publish the present until stopped."""
        self._bridge = Bridge(address, self._outbox, self._delivered)
        delivering = asyncio.create_task(self._bridge.run())
        ticking = asyncio.create_task(self._tick_until_stopped())
        try:
            await asyncio.wait({delivering, ticking}, return_when=asyncio.FIRST_COMPLETED)
            if delivering.done():
                delivering.result()
            await ticking
            if not await self._outbox.emptied(within_s=DRAIN_S):
                log.warning("%d messages never reached the broker", len(self._outbox))
        finally:
            for task in (ticking, delivering):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            self._close()

    async def _tick_until_stopped(self) -> None:
        soon: list[tuple[float, Message]] = []
        saved = shown = time.monotonic()
        while not self._stopped():
            if self._minute() - self._simulation.minute > GAP_MIN:
                self.catch_up()
            while self._simulation.minute < self._minute():
                self._simulation.step()
                if self._simulation.minute == self._minute():
                    soon = self._minute_of_messages()
            soon = self._send_due(soon)
            self._answer_requests()
            now = time.monotonic()
            if now - shown >= STATUS_EVERY_S:
                shown = now
                self._status("live")
            if now - saved >= SAVE_EVERY_S:
                saved = now
                self._save()
            await asyncio.sleep(TICK_S)

    def _minute_of_messages(self) -> list[tuple[float, Message]]:
        """What the devices will say within the present minute, each with its instant."""
        simulation, estate = self._simulation, self._estate
        sensed = sense(simulation, estate.sensors, estate.oddities)
        stamp = minute_text(simulation.minute)
        silent = silenced(simulation, estate.devices)
        return [
            (
                simulation.minute * 60.0 + device.second,
                Message(device.topic, payload_of(device, sensed, estate.sensors, stamp)),
            )
            for device in estate.devices
            if device.due(simulation.minute) and device.topic not in silent
        ]

    def _send_due(self, soon: list[tuple[float, Message]]) -> list[tuple[float, Message]]:
        now = self._clock()
        later = []
        for instant, message in soon:
            if instant <= now:
                self._outbox.put(message)
                self._tally.samples_live += 1
            else:
                later.append((instant, message))
        return later

    def _answer_requests(self) -> None:
        for question, request in self._place.asked():
            said = carry_out(request, self._simulation)
            self._save()
            self._place.answer(question, said)

    def _delivered(self, message: Message) -> None:
        self._tally.messages_live += 1
        if self._ledger is not None:
            self._ledger.write(message, self._clock())

    def _close(self) -> None:
        self._save()
        self._status("stopped")
        if self._ledger is not None:
            self._ledger.close()

    def _save(self) -> None:
        checkpoint.save(self._place.state, self._estate, self._simulation, self._tally)
        self._show_truth()

    def _show_truth(self) -> None:
        happened = tuple(self._simulation.happened)
        if happened != self._truth_shown:
            write_truth(self._place.truth, happened)
            self._truth_shown = happened

    def _status(self, phase: str, **more: int) -> None:
        tally = self._tally
        bridge = self._bridge
        self._place.write_status(
            {
                "phase": phase,
                "samples_history": tally.samples_history,
                "samples_live": tally.samples_live,
                "messages_live": tally.messages_live,
                "waiting": len(self._outbox),
                "dropped": self._outbox.dropped,
                "connected": bridge is not None and bridge.connected,
                "now": f"{minute_text(self._simulation.minute)}:00Z",
                **more,
            }
        )

    def _minute(self) -> int:
        return int(self._clock() // 60)


def open_run(path: Path) -> RunDir:
    """Take the run directory; AlreadyRunningError when another simulator has it."""
    place = RunDir(path)
    place.take()
    return place
