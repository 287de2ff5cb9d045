"""The dialects by name: which devices speak them, how often, and what an installer can set."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from firmware_sim.dialects import (
    chirpstack,
    ebusd,
    ems_esp,
    otgw,
    shelly,
    tasmota,
    things_stack,
    zigbee2mqtt,
)
from firmware_sim.dialects.speech import BoilerRow, RoomRow, Said, Speaker


class DialectError(ValueError):
    """There is no such dialect or setting; the text says what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomDialect:
    """How a room sensor speaks."""

    words: str
    every_min: int | None
    """How often it speaks; None where some sensors sleep longer than others."""
    settings: tuple[str, ...]
    base_topic: Callable[[Speaker], str]
    messages: Callable[[Speaker, RoomRow], tuple[Said, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoilerDialect:
    """How a boiler's adapter speaks."""

    words: str
    settings: tuple[str, ...]
    base_topic: Callable[[Speaker], str]
    messages: Callable[[Speaker, BoilerRow], tuple[Said, ...]]


ROOM_DIALECTS: dict[str, RoomDialect] = {
    name: RoomDialect(
        words=words,
        every_min=module.EVERY_MIN,
        settings=module.SETTINGS,
        base_topic=module.base_topic,
        messages=module.messages,
    )
    for name, words, module in (
        ("zigbee2mqtt", "Zigbee sensors behind zigbee2mqtt", zigbee2mqtt),
        ("shelly", "Shelly Plus H&T or H&T Gen3 on Wi-Fi", shelly),
        ("tasmota", "Tasmota on Wi-Fi", tasmota),
        ("chirpstack", "LoRaWAN sensors behind ChirpStack v4", chirpstack),
        ("things_stack", "LoRaWAN sensors behind The Things Stack v3", things_stack),
    )
}
BOILER_DIALECTS: dict[str, BoilerDialect] = {
    name: BoilerDialect(
        words=words,
        settings=module.SETTINGS,
        base_topic=module.base_topic,
        messages=module.messages,
    )
    for name, words, module in (
        ("ems_esp", "EMS-ESP on a Bosch, Worcester or Buderus boiler", ems_esp),
        ("otgw", "OpenTherm gateway with OTGW-firmware", otgw),
        ("ebusd", "ebusd on a Vaillant boiler", ebusd),
    )
}


def check_setting(dialect: str, setting: str, possible: tuple[str, ...]) -> str:
    """`setting` if the dialect has it; DialectError when not."""
    if setting and setting not in possible:
        there = ", ".join(possible) or "none"
        raise DialectError(f"{dialect} has no setting {setting!r}; it has: {there}")
    return setting


def no_such(dialect: str, possible: tuple[str, ...]) -> DialectError:
    """The error for a dialect that does not exist."""
    near = get_close_matches(dialect, possible, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return DialectError(f"there is no dialect {dialect!r}{hint}; there are: {', '.join(possible)}")
