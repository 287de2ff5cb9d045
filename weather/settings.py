"""The configuration file of the weather process; `example.toml` explains it to a person."""

import tomllib
from pathlib import Path
from typing import Annotated

import httpx
import msgspec

from core.registry import is_contact
from core.wire import NAME

ADDRESS = "https://api.met.no/weatherapi/locationforecast/2.0/compact"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PORT_MAX = 65_535


class SettingsWrong(ValueError):
    """The configuration cannot be used; the text says where and what is expected."""


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an area's weather is asked for, and the device as which it is sent."""

    device: str
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. Paths are relative to its folder."""

    gateway_id: str
    contact: str
    places: list[Place] = []
    address: str = ADDRESS
    spool: str = "spool.db"


def load(path: Path) -> Settings:
    """The settings in a file; raises SettingsWrong."""
    try:
        members = tomllib.loads(path.read_text(encoding="utf-8"))
        settings = msgspec.convert(members, Settings)
    except OSError as error:
        raise SettingsWrong(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise SettingsWrong(f"{path}: {error}") from None
    _check(settings, path)
    return settings


def _check(settings: Settings, path: Path) -> None:
    devices = [place.device for place in settings.places]
    if not devices:
        raise SettingsWrong(f"{path} names no place: add a [[places]] table for each area")
    for name in (settings.gateway_id, *devices):
        if not NAME.fullmatch(name):
            raise SettingsWrong(f"{path}: {name!r} is no name (a-z, 0-9, _ and -, at most 63)")
        if devices.count(name) > 1:
            raise SettingsWrong(f"{path}: two places are called {name!r}")
    if not is_contact(settings.contact):
        raise SettingsWrong(f"{path}: contact must be an e-mail or web address of yours")
    if not _is_safe(settings.address):
        raise SettingsWrong(
            f"{path}: address {settings.address!r} must be a web address that begins with https://"
        )


def _is_safe(address: str) -> bool:
    """An address that can be asked, over TLS, or not over a network at all."""
    try:
        url = httpx.URL(address)
        host = url.host
    except (httpx.InvalidURL, ValueError):  # the latter of a host that no name can be
        return False
    if not host or " " in address:
        return False
    if url.port is not None and not 0 < url.port <= _PORT_MAX:
        return False
    if url.query or url.fragment or url.userinfo:
        return False
    return url.scheme == "https" or (url.scheme == "http" and host in _LOOPBACK)
