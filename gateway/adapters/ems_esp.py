"""EMS-ESP (Bosch, Worcester, Buderus boilers): `BASE/boiler_data` and its hot-water half.

Source: emsesp/EMS-ESP32 at b4036bf8, src/devices/boiler.cpp and src/core/telegram.h.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.quantities import Kind
from core.wire import NAME, Cell
from gateway.adapters.reading import (
    Field,
    Ignored,
    Reading,
    Refused,
    decode_object,
    number,
    numbers,
    on_or_off,
)

HEAT_DEMAND_FLOW_TARGET_C_MIN = 20.0  # controllers ask for 0 or 5 °C when they want no heat

# A byte FF; a word 8000, 8300, 7FFF or 7D00 (its unset value), as tenths, signed or not: see
# process_UBAMonitorFast and EMS_VALUE_*_NOTSET.
_BYTE = frozenset({255.0})
_BYTE_TENTHS = frozenset({25.5})
_WORD_TENTHS = frozenset({3276.8, -3276.8, 3353.6, -3200.0, 3276.7, 3200.0})
_COUNTER = frozenset({float(0xFFFFFF)})

_BURNER_STARTS = Field(("burnstarts",), "burner_starts", sentinels=_COUNTER)
_PUMP_MODULATION = Field(("heatingpumpmod",), "", sentinels=_BYTE)
_FIELDS = (
    Field(("curflowtemp",), "flow_temp_c", sentinels=_WORD_TENTHS),
    Field(("rettemp",), "return_temp_c", sentinels=_WORD_TENTHS),
    Field(("selflowtemp",), "flow_target_c", sentinels=_BYTE),
    Field(("syspress",), "pressure_bar", sentinels=_BYTE_TENTHS),
    Field(("curburnpow",), "modulation_pct", sentinels=_BYTE),
    Field(("flamecurr",), "flame_current_ua", sentinels=_WORD_TENTHS),
)
# Inside `dhw` or `ww` or a message of their own; flat and with a prefix in older firmware.
_HOT_WATER = (
    Field(("curtemp", "wwcurtemp", "wwcurtmp"), "hot_water_temp_c", sentinels=_WORD_TENTHS),
    Field(("seltemp", "wwseltemp"), "hot_water_target_c", sentinels=_BYTE),
)
_HOT_WATER_FLAT = (
    Field(("wwcurtemp", "wwcurtmp"), "hot_water_temp_c", sentinels=_WORD_TENTHS),
    Field(("wwseltemp",), "hot_water_target_c", sentinels=_BYTE),
)


@dataclass(frozen=True, slots=True)
class EmsEsp:
    """The boiler behind one EMS-ESP, with the maker's table of which codes are faults."""

    base_topic: str
    device: str
    faults: Mapping[int, bool]

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.device):
            raise ValueError(f"{self.device!r} is no device name (a-z, 0-9, _ and -)")

    @property
    def subscriptions(self) -> list[str]:
        """The topics of the boiler, whole or halved (by firmware and its setting "nested")."""
        return [f"{self.base_topic}/{half}" for half in _HALVES]

    def read(
        self, topic: str, payload: bytes | str, arrived_ms: int | None
    ) -> list[Reading] | Ignored | Refused:
        """The reading in a message; `arrived_ms` is its time, for the payload carries none."""
        half = topic[len(self.base_topic) + 1 :]
        if half not in _HALVES:
            return Ignored("not about the boiler")
        members = decode_object(payload)
        if isinstance(members, Refused):
            return members
        members = {key.lower(): value for key, value in members.items()}
        flaws: list[str] = []
        cells: dict[str, Cell] = {}
        if half == "boiler_data":
            cells = _boiler(members, self.faults, flaws)
        else:
            cells = numbers(members, _HOT_WATER, flaws)
        if not cells and not flaws:
            return Ignored("nothing in it that Homewell measures")
        if arrived_ms is None:
            return Refused("time unknown", "kept by a broker, and EMS-ESP sends no time")
        return [Reading(self.device, Kind.BOILER, arrived_ms, False, cells, tuple(flaws))]


def load_faults(path: Path | None = None) -> dict[int, bool]:
    """The table of service code numbers: whether each is a fault (the rest are normal states).

    Source: Bosch and Buderus EMS service manuals (such as Logamax plus GB162, 6 720 614 965); the
    states also as EMS-ESP's documentation lists them. Where displays differ by model both stand.
    """
    table = path or Path(__file__).with_name("ems_fault_codes.csv")
    with table.open(newline="", encoding="utf-8") as lines:
        return {int(row["number"]): row["fault"] == "yes" for row in csv.DictReader(lines)}


def _boiler(
    members: dict[str, Any], faults: Mapping[int, bool], flaws: list[str]
) -> dict[str, Cell]:
    cells = numbers(members, _FIELDS, flaws)
    cells.update(_hot_water(members, flaws))
    starts = number(members, _BURNER_STARTS, flaws)
    found: dict[str, Cell] = {
        "burner_starts": None if starts is None else int(starts),
        "flame_on": on_or_off(members, "burngas", flaws),
        "pump_on": _pump_on(members, flaws),
        "heat_demand": _heat_demand(members, cells.get("flow_target_c"), flaws),
        # True only while the burner works for hot water: a demand without flame is not published.
        "hot_water_demand": on_or_off(members, "tapwateractive", flaws),
        "fault_code": _fault_code(members, faults, flaws),
    }
    cells.update((name, cell) for name, cell in found.items() if cell is not None)
    return cells


def _hot_water(members: Mapping[str, Any], flaws: list[str]) -> dict[str, Cell]:
    for name in ("dhw", "ww"):
        nested = members.get(name)
        if isinstance(nested, dict):
            lowered = {str(key).lower(): value for key, value in nested.items()}
            return numbers(lowered, _HOT_WATER, flaws)
    return numbers(members, _HOT_WATER_FLAT, flaws)


def _pump_on(members: Mapping[str, Any], flaws: list[str]) -> bool | None:
    running = on_or_off(members, "heatingpump", flaws)
    modulation_pct = number(members, _PUMP_MODULATION, flaws)
    if running is None and modulation_pct is None:
        return None
    return bool(running) or (modulation_pct or 0.0) > 0.0


def _heat_demand(members: Mapping[str, Any], flow_target_c: Cell, flaws: list[str]) -> bool | None:
    """Whether the controller calls for heat.

    `heatingactive` is "asked for and burning" (check_active), so its "off" says nothing on the
    demand; then the flow temperature that the controller asks for tells.
    """
    if on_or_off(members, "heatingactive", flaws):
        return True
    if isinstance(flow_target_c, float | int):
        return flow_target_c >= HEAT_DEMAND_FLOW_TARGET_C_MIN
    return None


def _fault_code(
    members: Mapping[str, Any], faults: Mapping[int, bool], flaws: list[str]
) -> str | None:
    """The fault present now, such as "6A 227"; None in health.

    `servicecode` names normal states too, so the table decides; `lastcode` is history.
    """
    code = str(members.get("servicecode") or "").strip()
    cause = members.get("servicecodenumber")
    if not code and cause is None:
        return None
    fault = faults.get(cause) if type(cause) is int else None
    if fault is None and code.startswith(_STATE_CODES):
        return None
    if fault is None:
        flaws.append(f"service code {code[:8]!r} {str(cause)[:8]} is not in the table")
        return None
    return f"{code[:8]} {cause}".strip() if fault else None


_HALVES = ("boiler_data", "boiler_data_ww", "boiler_data_dhw")
_STATE_CODES = ("0", "-", "=")  # displays begin so while the boiler works or waits as it should
