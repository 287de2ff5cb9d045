"""Which alert finds which fault, and which a fault only brings with it: the words of the rule."""

DAMP_FAULTS = frozenset(
    {
        "under_heated",
        "under_ventilated",
        "high_moisture",
        "cold_bridge",
        "plumbing_leak",
        "penetrating_damp",
        "persistent_moisture",
    }
)
DAMP_ALERTS = frozenset({"mould_risk", "condensation"})
_LEAKS = frozenset({"slow_leak", "fast_leak", "low_pressure"})
_NO_HEAT = frozenset({"lockout", "no_heat"})
BOILER_FAULTS = frozenset(
    {
        *_LEAKS,
        *_NO_HEAT,
        "high_pressure",
        "expansion_vessel",
        "pump_failure",
        "diverter_stuck_on_heating",
        "diverter_stuck_on_hot_water",
        "ignition_degrading",
        "flow_temp_not_reached",
        "hot_water_scaling",
        "short_cycling",
        "return_too_hot",
        "frozen_condensate",
        "kettling",
        "boiler_sensor_fault",
    }
)
_ALSO_FOUND_BY = {
    **dict.fromkeys(DAMP_FAULTS, DAMP_ALERTS),
    "under_heated": DAMP_ALERTS | {"excess_cold"},
    **dict.fromkeys(_LEAKS, _LEAKS),
    **dict.fromkeys(_NO_HEAT, _NO_HEAT),
    "ignition_degrading": frozenset({"lockout"}),
    "pump_failure": frozenset({"no_heat"}),
    "diverter_stuck_on_heating": frozenset({"no_heat"}),
    "diverter_stuck_on_hot_water": frozenset({"no_heat"}),
    "expansion_vessel": frozenset({"high_pressure", "low_pressure"}),
    "railed": frozenset({"stuck", "implausible"}),
}
_BROUGHT_BY_A_BOILER = frozenset(
    {"excess_cold", "no_heat", "low_pressure", "lockout", "short_cycling", "kettling"}
)
_COLD_FAULTS = frozenset({"under_heated", "high_heat_loss", "excess_cold"})


def found_by(fault: str) -> frozenset[str]:
    """The detectors whose alert finds a fault: that of its own name and those that stand for it."""
    return _ALSO_FOUND_BY.get(fault, frozenset()) | {fault}


def brings(fault: str) -> frozenset[str]:
    """The detectors whose alert a fault may bring with it, so that it is neither right nor wrong.

    A boiler's fault brings cold and the boiler's own troubles, a leak also damp, a home that loses
    or lacks heat the cold. What a device gets wrong brings nothing: a bad sensor excuses no other
    alert.
    """
    brought: frozenset[str] = frozenset()
    if fault in BOILER_FAULTS:
        brought |= _BROUGHT_BY_A_BOILER
    if fault in _LEAKS or fault == "plumbing_leak":
        brought |= DAMP_ALERTS | {"low_pressure"}
    if fault in _COLD_FAULTS:
        brought |= {"excess_cold"}
    return brought
