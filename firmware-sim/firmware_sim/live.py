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
from firmware_sim.built import Built
from firmware_sim.checkpoint import Tally
from firmware_sim.clock import MINUTES_A_DAY, minute_text
from firmware_sim.dialects.speech import Said
from firmware_sim.listening import messages_of
from firmware_sim.pace import Pace
from firmware_sim.published import Published
from firmware_sim.rundir import RunDir
from firmware_sim.saying import Uttered
from firmware_sim.scenario import home_name
from firmware_sim.simulation import Simulation
from firmware_sim.truth import truth_rows, write_truth

GAP_MIN = 5  # a longer absence becomes a recording; a shorter one goes by unrecorded
TICK_S = 0.2
AT_ONCE_MIN = 30  # fast time is simulated so many minutes at a time, so that requests are heard
WAITING_FAST_MAX = 2_000  # then fast time stands still: a second or two of a broker near by
SAVE_EVERY_S, STATUS_EVERY_S = 30.0, 1.0
SAVE_AGAIN_AFTER_S = 1.0  # fast time lives through many minutes a second
CLOCK_BACK_MIN = 2  # a clock that was put right by less is nothing to speak of
DRAIN_S = 3.0  # a stopping simulator waits this long for the last acknowledgements

log = logging.getLogger(__name__)


class AheadOfTimeError(Exception):
    """The saved run lies in the future; the text says what to do."""


class Run:
    """A simulator at work in its run directory."""

    def __init__(
        self,
        built: Built,
        place: RunDir,
        *,
        pace: Pace,
        stopped: Callable[[], bool],
        say: Callable[[str], None],
        with_ledger: bool = False,
    ) -> None:
        """`say` shows progress to a person."""
        self._built, self._place = built, place
        self._pace, self._stopped, self._say = pace, stopped, say
        self._outbox = Outbox()
        self._published = Published(place.ledger) if with_ledger else None
        self._tally = Tally()
        self._bridge: Bridge | None = None
        self._truth_shown: dict[Path, list[dict[str, Any]]] = {}
        self._soon: list[Uttered] = []
        self._memory = built.no_memory()
        self._taken_up = place.state.exists()
        self._astray = False
        """The homes have lived on beyond what was recorded: their state must not be kept."""
        self._clock_back = False
        self._simulation = self._begin()

    def _begin(self) -> Simulation:
        """Take up the saved state, or start as many days ago as the scenario says."""
        if not self._taken_up:
            recording.finish(self._place.history, ())
            return self._built.start(now_minute=self._minute())
        simulation = self._built.at_rest(minute=0)
        self._tally = checkpoint.load(
            self._place.state,
            digest=self._built.scenario.digest,
            simulation=simulation,
            memory=self._memory,
        )
        recording.finish(self._place.history, self._tally.recordings)
        # Of a minute that had begun when we were stopped, what is past has been said or is lost.
        since_s = 60.0 * simulation.minute
        if not self._pace.fast:
            since_s = min(since_s, self._pace.now_s())
        still_out = [Uttered(at, block, Said(*said)) for at, block, said in self._tally.still_out]
        self._soon = [one for one in still_out if one.at_s >= since_s]
        return simulation

    def catch_up(self) -> None:
        """Simulate up to the present minute, and record it where it is long enough.

        Fast time that is taken up again goes on from where it stood.
        """
        if self._pace.fast and self._taken_up:
            return
        until = self._minute()
        missed = until - self._simulation.minute
        if self._tally.recordings and missed <= GAP_MIN:
            self._go_by(until)
        elif missed > 0:
            self._record(until)
        self._save()

    def _go_by(self, until: int) -> None:
        while self._simulation.minute < until:
            self._soon += self._live_on(until - self._simulation.minute)
        self._soon = [one for one in self._soon if one.at_s >= 60.0 * until]

    def _live_on(self, minutes: int) -> list[Uttered]:
        left = MINUTES_A_DAY - self._simulation.minute % MINUTES_A_DAY
        return messages_of(self._built, self._simulation, self._memory, min(minutes, left))

    def _record(self, until: int) -> None:
        first = self._simulation.minute
        days = max(1, round((until - first) / MINUTES_A_DAY))
        shown = -1

        def progress(minute: int) -> None:
            nonlocal shown
            done = days if minute >= until else min(days, (minute - first) // MINUTES_A_DAY)
            if done > shown:
                shown = done
                self._say(f"history: {done} of {days} days")
                self._status("history", history_days=days, history_days_done=done)

        try:
            recorded = recording.record(
                self._built,
                self._simulation,
                self._memory,
                self._place.history,
                still_out=self._soon,
                until=until,
                progress=progress,
                stopped=self._stopped,
            )
        except (recording.BrokenOffError, OSError):
            self._astray = True
            recording.finish(self._place.history, self._tally.recordings)
            raise
        self._soon = list(recorded.still_out)
        names = tuple(path.name.removesuffix(recording.UNFINISHED) for path in recorded.files)
        self._tally.recordings += names
        self._tally.samples_history += recorded.messages
        # Saved before the files get their names: whatever stops us now, the next start finishes it.
        self._save()
        recording.finish(self._place.history, self._tally.recordings)
        self._status("history", history_days=days, history_days_done=days)

    async def live(self, address: Address) -> None:
        """Publish the present until stopped."""
        self._start_clock()
        self._bridge = Bridge(address, self._outbox, self._delivered)
        delivering = asyncio.create_task(self._bridge.run())
        ticking = asyncio.create_task(self._tick_until_stopped())
        try:
            await asyncio.wait({delivering, ticking}, return_when=asyncio.FIRST_COMPLETED)
            if delivering.done():
                delivering.result()
            with suppress(recording.BrokenOffError):
                await ticking
            if self._pace.fast:
                self._send_due(60.0 * self._simulation.minute)  # a whole minute: it goes on there
            if not await self._outbox.emptied(within_s=DRAIN_S):
                log.warning("%d messages never reached the broker", len(self._outbox))
        finally:
            for task in (ticking, delivering):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            self._close()

    def _start_clock(self) -> None:
        minute = self._simulation.minute
        if self._pace.fast:
            self._pace.begin(at_s=60.0 * minute)
            self._say(
                f"time goes {self._pace.speed:g} times as fast from {minute_text(minute)}Z on: "
                "what devices say lies ahead of the clock"
            )
        elif minute > self._minute() + 1:
            raise AheadOfTimeError(
                f"this run has gone on to {minute_text(minute)}Z, which is yet to come: "
                "go on with --speed, or choose another --run-dir"
            )

    async def _tick_until_stopped(self) -> None:
        saved = shown = time.monotonic()
        saved_minute = self._simulation.minute
        while not self._stopped():
            self._keep_up()
            lived_on = self._simulation.minute > saved_minute
            if time.monotonic() - saved >= (SAVE_AGAIN_AFTER_S if lived_on else SAVE_EVERY_S):
                # Before anything of these minutes is said: whatever stops us, it is not said twice.
                self._save()
                saved, saved_minute = time.monotonic(), self._simulation.minute
            self._send_due(self._pace.now_s())
            self._answer_requests()
            now = time.monotonic()
            if now - shown >= STATUS_EVERY_S:
                shown = now
                self._status("live")
            await asyncio.sleep(TICK_S)

    def _keep_up(self) -> None:
        """Live through the present minute, which devices speak of while it lasts."""
        if self._pace.fast:
            self._hurry()
            return
        present = self._minute()
        self._mind_the_clock(present)
        if present - self._simulation.minute > GAP_MIN:
            self.catch_up()
        elif present > self._simulation.minute:
            self._go_by(present)
        if present == self._simulation.minute:
            self._soon += self._live_on(1)

    def _mind_the_clock(self, present: int) -> None:
        """Say once that a clock that was put back makes the homes fall silent."""
        back = self._simulation.minute > present + CLOCK_BACK_MIN
        if back and not self._clock_back:
            log.warning(
                "the clock was put back to %sZ: nothing is said until it is %sZ again",
                minute_text(present),
                minute_text(self._simulation.minute),
            )
        self._clock_back = back

    def _hurry(self) -> None:
        """Go on in fast time; no faster than the broker takes what is said."""
        day = self._simulation.minute // MINUTES_A_DAY
        give_way = time.monotonic() + TICK_S
        while time.monotonic() < give_way:
            behind = self._minute() + 1 - self._simulation.minute
            if behind <= 0 or len(self._outbox) + len(self._soon) > WAITING_FAST_MAX:
                break
            self._soon += self._live_on(min(behind, AT_ONCE_MIN))
        if self._simulation.minute // MINUTES_A_DAY > day:
            self._say(f"live: {minute_text(self._simulation.minute)[:10]}")

    def _send_due(self, until_s: float) -> None:
        self._soon.sort(key=lambda one: one.at_s)
        due = sum(one.at_s <= until_s for one in self._soon)
        for one in self._soon[:due]:
            topic, payload, retain = one.said
            self._outbox.put(Message(topic, payload, retain))
        del self._soon[:due]
        self._tally.samples_live += due

    def _answer_requests(self) -> None:
        for question, request in self._place.asked():
            said = carry_out(request, self._simulation)
            self._save()
            self._place.answer(question, said)

    def _delivered(self, message: Message) -> None:
        self._tally.messages_live += 1
        if self._published is not None:
            self._published.write(message, time.time())

    def _close(self) -> None:
        self._save()
        self._status("stopped")
        if self._published is not None:
            self._published.close()

    def _save(self) -> None:
        if self._astray:
            return
        now = self._pace.now_s()
        self._tally.still_out = [one for one in self._soon if one.at_s > now]
        checkpoint.save(
            self._place.state,
            digest=self._built.scenario.digest,
            simulation=self._simulation,
            memory=self._memory,
            tally=self._tally,
        )
        self._show_truth()

    def _show_truth(self) -> None:
        simulation = self._simulation
        names = [home_name(home) for home in simulation.homes.indices]
        for path, faults in ((self._place.truth, True), (self._place.oddities, False)):
            rows = truth_rows(
                simulation.episodes, minute=simulation.minute, home_ids=names, faults=faults
            )
            if rows != self._truth_shown.get(path):
                write_truth(path, rows)
                self._truth_shown[path] = rows

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
        return int(self._pace.now_s() // 60)


def open_run(path: Path) -> RunDir:
    """Take the run directory; AlreadyRunningError when another simulator has it."""
    place = RunDir(path)
    place.take()
    return place
