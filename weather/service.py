"""Asking the forecast service, as its terms want it: who we are, seldom, and only what is new.

MET Norway's terms: a User-Agent with a contact; no request before `Expires`; `If-Modified-Since`
after it; coordinates no finer than needed; 203 means that the product will end; after 429 wait.
"""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from importlib.metadata import version

import httpx

from weather.forecast import Forecast, NotAForecast, read
from weather.settings import Place

TIMEOUT_S = 20.0  # for the whole answer, whatever trickles
BYTES_MAX = 1_000_000  # a compact document has about 40,000
KEPT_S_MIN, KEPT_S_MAX = 600.0, 7200.0
"""No more often than every ten minutes, whatever `Expires` says; no more seldom than every two
hours, or a wrong header would leave homes without weather."""
KEPT_S_UNSAID = 1800.0  # where there is no `Expires`: the service's usual half hour
DECIMALS = 2  # about a kilometre: an area is no finer, and neighbours share an answer

_log = logging.getLogger(__name__)


class ServiceUnavailable(RuntimeError):
    """There is no forecast to be had now; the text says why. `slow_down` is the service's wish."""

    def __init__(self, why: str, *, slow_down: bool = False) -> None:
        super().__init__(why)
        self.slow_down = slow_down


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A forecast, how long it is good for, and the mark by which to ask for a newer one."""

    forecast: Forecast
    good_for_s: float
    last_modified: str | None


def new_client(contact: str) -> httpx.AsyncClient:
    """A client that says who we are; `contact` is an address of whoever runs this."""
    return httpx.AsyncClient(
        headers={"User-Agent": f"homewell/{version('homewell')} {contact}"},
        timeout=TIMEOUT_S,
        follow_redirects=False,
    )


async def ask(
    client: httpx.AsyncClient, address: str, place: Place, known: Answer | None, *, now_s: float
) -> Answer:
    """The newest forecast of a place; `known` with a new term where there is none newer.

    `now_s` is the UTC epoch time. Raises ServiceUnavailable.
    """
    headers = {}
    if known is not None and known.last_modified is not None:
        headers["If-Modified-Since"] = known.last_modified
    where = {name: f"{getattr(place, of):.{DECIMALS}f}" for name, of in _MEMBERS}
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            client.stream("GET", address, params=where, headers=headers) as response,
        ):
            if response.status_code == httpx.codes.NOT_MODIFIED and known is not None:
                return replace(known, good_for_s=_good_for_s(response, now_s))
            _check(response)
            forecast = read(await _body(response))
    except (httpx.HTTPError, TimeoutError) as error:
        raise ServiceUnavailable(f"{type(error).__name__}: {error}") from error
    except NotAForecast as error:
        raise ServiceUnavailable(str(error)) from error
    return Answer(
        forecast=forecast,
        good_for_s=_good_for_s(response, now_s),
        last_modified=_mark(response),
    )


_MEMBERS = (("lat", "latitude"), ("lon", "longitude"))


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status == httpx.codes.NON_AUTHORITATIVE_INFORMATION:
        _log.warning("the forecast service says that this product of theirs will end soon")
    elif status == httpx.codes.FORBIDDEN:
        raise ServiceUnavailable(
            "the service refuses us (403): is the contact an address of yours?", slow_down=True
        )
    elif status == httpx.codes.TOO_MANY_REQUESTS:
        raise ServiceUnavailable("the service wants fewer questions (429)", slow_down=True)
    elif status != httpx.codes.OK:
        raise ServiceUnavailable(f"the service answered {status}")


async def _body(response: httpx.Response) -> bytes:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > BYTES_MAX:
            raise NotAForecast(f"the answer is longer than {BYTES_MAX} bytes")
    return bytes(body)


def _mark(response: httpx.Response) -> str | None:
    """`Last-Modified`, where it can be sent back as it came."""
    mark: str | None = response.headers.get("Last-Modified")
    return mark if mark is not None and mark.isascii() else None


def _good_for_s(response: httpx.Response, now_s: float) -> float:
    """Until `Expires`, within our bounds; the service's own clock where it gives it."""
    try:
        expires_s = _epoch_s(response.headers["Expires"])
        told_s = _epoch_s(response.headers["Date"]) if "Date" in response.headers else now_s
    except (KeyError, ValueError, OverflowError):  # the last of numbers that no date can hold
        return KEPT_S_UNSAID
    return min(max(expires_s - told_s, KEPT_S_MIN), KEPT_S_MAX)


def _epoch_s(http_date: str) -> float:
    instant = parsedate_to_datetime(http_date)
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
