"""Which places weather is asked for: taken from a registration, kept for the weather process."""

import json
import tomllib
from pathlib import Path

from core.registry import Registration, weather_device

_MODE = 0o600


def note_places(folder: Path, registration: Registration) -> list[str]:
    """Keep the places of the areas with coordinates; the gateways whose places these are.

    One configuration of the weather process for each gateway, GATEWAY.toml in `folder`. Places that
    an earlier file named stay, but for those that this one names anew; an area without coordinates
    has a station, and its place goes.
    """
    asked: dict[str, dict[str, tuple[float, float]]] = {}
    stations: set[tuple[str, str]] = set()
    for area in registration.areas:
        device = weather_device(area)
        if device is None:
            continue
        if area.latitude is None or area.longitude is None:
            stations.add(device)
        else:
            asked.setdefault(device[0], {})[device[1]] = (area.latitude, area.longitude)
    for gateway in {gateway for gateway, _ in stations} | set(asked):
        path = folder / f"{gateway}.toml"
        places = {
            name: place for name, place in _noted(path).items() if (gateway, name) not in stations
        } | asked.get(gateway, {})
        if places:
            _write(path, gateway, str(registration.landlord.contact), places)
        else:
            path.unlink(missing_ok=True)
    return sorted(asked)


def noted_places(folder: Path) -> list[tuple[str, Path]]:
    """The gateways that ask for weather, each with its configuration."""
    return [(path.stem, path) for path in sorted(folder.glob("*.toml"))]


def _noted(path: Path) -> dict[str, tuple[float, float]]:
    try:
        members = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return {place["device"]: (place["latitude"], place["longitude"]) for place in members["places"]}


def _write(path: Path, gateway: str, contact: str, places: dict[str, tuple[float, float]]) -> None:
    """Written beside and renamed. A string of JSON is one of TOML; floats are written alike."""
    lines = [
        f"gateway_id = {json.dumps(gateway)}",
        f"contact = {json.dumps(contact)}",
        f'spool = "{gateway}.db"',
    ]
    for device, (latitude, longitude) in sorted(places.items()):
        lines += [
            "[[places]]",
            f"device = {json.dumps(device)}",
            f"latitude = {latitude!r}",
            f"longitude = {longitude!r}",
        ]
    draft = path.with_suffix(".new")
    draft.touch(_MODE)
    draft.write_text("\n".join(lines) + "\n", "utf-8")
    draft.replace(path)
