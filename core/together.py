"""What many homes of an area have in common when they raise the same alert at once."""

from types import MappingProxyType
from typing import Final

_SUPPLY = "the gas or power supply"
_RADIO = "radio, internet, power or a gateway"
_SENSORS = "a batch of sensors, or an update of theirs"
_DAMP_AIR = "the weather, a cold or humid spell"

_LIKELY: Final = MappingProxyType(
    {
        "no_heat": f"{_SUPPLY}; in frost, frozen condensate drains",
        "lockout": f"{_SUPPLY}; in frost, frozen condensate drains",
        "ignition_degrading": "low gas pressure",
        "frozen_condensate": "frost",
        "flow_temp_not_reached": "severe cold, or low gas pressure",
        "excess_cold": f"a cold spell, or {_SUPPLY}",
        "high_heat_loss": "wind with cold",
        "overheating": "a heat wave",
        "mould_risk": _DAMP_AIR,
        "condensation": _DAMP_AIR,
        "silent": _RADIO,
        "flapping": _RADIO,
        "telemetry_frozen": "the boiler maker's own service, or an update of it",
        "clock_wrong": "a time service, or an update",
        "battery_low": "batteries of one age, and cold",
        "stuck": _SENSORS,
        "railed": _SENSORS,
        "implausible": _SENSORS,
        "drifting": _SENSORS,
    }
)

_ANYTHING = "something that these homes share, such as their make of boiler or a contractor's round"


def likely_cause(detector: str) -> str:
    """The one cause that is likeliest behind alerts of this detector in many homes (own).

    >>> likely_cause("frozen_condensate")
    'frost'
    """
    return _LIKELY.get(detector, _ANYTHING)
