"""The weather process put together: stations that ask, and a gateway's way up to Homewell.

To Homewell it is a gateway whose devices are weather stations: the same spool, the same consent
document, the same receipts. So what was told is never lost on the way, and a gap stays a gap.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

import httpx

from core.quantities import Kind
from gateway.adapters.reading import Reading
from gateway.batching import entries
from gateway.edge_consent import EdgeConsent, sift
from gateway.endpoint import Endpoint
from gateway.keep_connected import keep_connected
from gateway.spool import Spool, SpoolUnwritable
from gateway.tally import Tally
from gateway.uplink import Uplink
from weather.forecast import weather_at
from weather.service import Answer, ServiceUnavailable, ask, new_client
from weather.settings import Place, Settings

EVERY_MS = 600_000  # the steps in which detectors look at the weather
PAUSE_FIRST_S, PAUSE_LONGEST_S = 60.0, 3600.0
SLOW_DOWN_S = 900.0  # at least, when the service asks us to slow down
APART_S = 0.2  # between first questions: many places at once would be a burst to the service
SET_BACK_MS_MAX = 3_600_000
"""A clock set back by more had been wrong, and what was told by it: it is not waited for."""
SPREAD_S = 60.0  # we are not the only ones whose answers expire on the hour

_log = logging.getLogger(__name__)
_random = SystemRandom()


@dataclass(slots=True, kw_only=True)
class Station:
    """A place: what the service said of it last, and when it was last told."""

    place: Place
    answer: Answer | None = None
    told_ms: int | None = None
    failures: int = 0
    quiet: bool = False


async def run(
    settings: Settings,
    folder: Path,
    *,
    central: Endpoint,
    stop: asyncio.Event,
    every_ms: int = EVERY_MS,
) -> None:
    """Asks and tells until `stop` is set; paths in `settings` are relative to `folder`.

    Raises SpoolInUse.
    """
    spool = Spool(folder / settings.spool)
    try:
        consent = EdgeConsent(spool.consent())
        uplink = Uplink(settings.gateway_id, spool, consent, Tally())
        stations = [Station(place=place) for place in settings.places]
        async with new_client(settings.contact) as client, asyncio.TaskGroup() as group:
            work = [
                keep_connected("Homewell", uplink.terms(central), uplink.serve, now_ms=_now_ms),
                _tell_for_ever(stations, spool, consent, uplink.stir, every_ms),
                *(
                    _ask_for_ever(client, settings.address, one, first_in_s=number * APART_S)
                    for number, one in enumerate(stations)
                ),
            ]
            tasks = [group.create_task(coroutine) for coroutine in work]
            await stop.wait()
            for task in tasks:
                task.cancel()
    finally:
        spool.close()
    _log.info("stopped")


async def _ask_for_ever(
    client: httpx.AsyncClient, address: str, station: Station, *, first_in_s: float
) -> None:
    await asyncio.sleep(first_in_s)
    while True:
        due_in_s = await ask_once(client, address, station, spread=_random.random())
        await asyncio.sleep(due_in_s)


async def ask_once(
    client: httpx.AsyncClient, address: str, station: Station, *, spread: float
) -> float:
    """Brings a station's answer up to date where it can; the seconds until it should be asked
    again. `spread`, from 0 to 1, sets those apart who ask at the same time.
    """
    device = station.place.device
    try:
        station.answer = await ask(
            client, address, station.place, station.answer, now_s=time.time()
        )
    except ServiceUnavailable as error:
        station.failures += 1
        level = logging.WARNING if station.failures == 1 else logging.DEBUG
        _log.log(level, "no forecast for %s: %s; trying again", device, error)
        return pause_s(station.failures, spread, slow_down=error.slow_down)
    if station.failures:
        _log.info("there are forecasts for %s again", device)
    station.failures = 0
    return station.answer.good_for_s + SPREAD_S * spread


def pause_s(failures: int, spread: float, *, slow_down: bool) -> float:
    """How long to wait after so many failures in a row.

    >>> pause_s(1, 0.0, slow_down=False), pause_s(3, 1.0, slow_down=False)
    (30.0, 240.0)
    >>> pause_s(99, 1.0, slow_down=False), pause_s(1, 0.0, slow_down=True)
    (3600.0, 900.0)
    """
    longest = min(PAUSE_LONGEST_S, PAUSE_FIRST_S * 2.0 ** min(failures - 1, 16))
    return max(longest * (0.5 + spread / 2), SLOW_DOWN_S if slow_down else 0.0)


async def _tell_for_ever(
    stations: Sequence[Station],
    spool: Spool,
    consent: EdgeConsent,
    spooled: Callable[[], None],
    every_ms: int,
) -> None:
    due_ms: int | None = None
    while True:
        due_ms = next_ms(_now_ms(), due_ms, every_ms)
        await asyncio.sleep(max(due_ms - _now_ms(), 0) / 1000)
        if consent.document is None:
            _log.debug("no consent document has come yet: nothing is told")
            continue
        allowed, refused = sift(consent.document, readings_at(stations, due_ms, every_ms))
        for reading in refused:
            _log.warning("%s is no weather device that Homewell knows of", reading.device)
        try:
            spool.append_all(entries(allowed))
        except SpoolUnwritable as error:
            _log.error("%s; these readings are missing", error)
            continue
        if allowed:
            spooled()


def next_ms(now_ms: int, last_ms: int | None, every_ms: int) -> int:
    """The next instant to tell of, never again one that was told before the clock was set back.

    >>> next_ms(1_250, None, 100), next_ms(1_250, 1_300, 100), next_ms(1_250, 1_200, 100)
    (1300, 1400, 1300)
    """
    due_ms = (now_ms // every_ms + 1) * every_ms
    if last_ms is not None and due_ms <= last_ms < due_ms + SET_BACK_MS_MAX:
        return last_ms + every_ms
    return due_ms


def readings_at(stations: Sequence[Station], at_ms: int, every_ms: int) -> list[Reading]:
    """What the stations have to tell at an instant, and note of it that it was told.

    Rain is counted from a station's last reading, where that was one step ago; after a gap it is
    not known.
    """
    found = []
    for station in stations:
        since_ms = station.told_ms if station.told_ms == at_ms - every_ms else None
        answer = station.answer
        cells = {} if answer is None else weather_at(answer.forecast, at_ms, since_ms=since_ms)
        _note_quiet(station, quiet=not cells)
        if not cells:
            continue
        station.told_ms = at_ms
        found.append(
            Reading(
                device=station.place.device,
                kind=Kind.WEATHER,
                measured_ms=at_ms,
                timed=True,
                cells=cells,
            )
        )
    return found


def _note_quiet(station: Station, *, quiet: bool) -> None:
    if quiet and not station.quiet:
        _log.warning("%s has no weather now: readings are missing", station.place.device)
    station.quiet = quiet


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
