"""What each kind of alert asks for: who should come, and to do what. A table, and no rule."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """Who comes: a HACT trade code, and our own for landlords to map to their list."""

    code: str
    custom_code: str
    custom_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkKind:
    """The work that a detector's alerts ask for.

    `item_code` is ours: schedule-of-rates codes are licensed, so none ship here.
    """

    trade: Trade
    title: str
    item_code: str
    item_name: str
    request: str


HEATING = Trade(
    code="HE",
    custom_code="GAS-SAFE",
    custom_name="Gas Safe registered heating engineer",
)
DAMP = Trade(code="SP", custom_code="DAMP", custom_name="Damp and mould specialist")
FABRIC = Trade(code="SP", custom_code="FABRIC", custom_name="Surveyor of the building's fabric")

SAME_VISIT = (
    ("mould_risk", "condensation"),
    ("low_pressure", "slow_leak", "fast_leak", "expansion_vessel", "high_pressure"),
    ("no_heat", "lockout", "frozen_condensate", "ignition_degrading"),
    ("diverter_stuck_on_heating", "diverter_stuck_on_hot_water"),
)
"""What one visit looks into: whoever comes for the one of them finds the other."""

_WORKS = " and see that heating and hot water work."


def _kind(trade: Trade, title: str, code: str, item: str, request: str) -> WorkKind:
    return WorkKind(trade=trade, title=title, item_code=code, item_name=item, request=request)


WORK_KINDS = {
    "mould_risk": _kind(
        DAMP,
        "Risk of mould",
        "HW-MOULD",
        "Risk of mould: inspect, find the cause",
        "Inspect the coldest walls, corners and window reveals, the ventilation and the heating of "
        "the room; find what keeps it damp and put that right; treat any mould.",
    ),
    "condensation": _kind(
        DAMP,
        "Water forming on cold surfaces",
        "HW-CONDENSATION",
        "Condensation: inspect, find the cause",
        "Check the extractor fans, trickle vents, insulation and heating of the room; find why its "
        "surfaces get wet and put that right.",
    ),
    "excess_cold": _kind(
        HEATING,
        "Home too cold to stay well in",
        "HW-EXCESS-COLD",
        "Cold home: check heating and controls, ask what would help",
        "Check that the heating, its radiators and its controls work and are understood; look at "
        "draughts and insulation; ask the tenant what would help.",
    ),
    "high_heat_loss": _kind(
        FABRIC,
        "Home losing much more heat than before",
        "HW-HEAT-LOSS",
        "Heat loss has risen: inspect windows, doors, vents and insulation",
        "Find where the home loses heat that it did not lose a month ago, such as a window or door "
        "that does not shut, a vent, or insulation that is wet or gone, and put that right.",
    ),
    "overheating": _kind(
        HEATING,
        "Room too warm to sleep well in",
        "HW-OVERHEATING",
        "Overheating: find what heats the room",
        "Find what heats the room, such as pipes or a tank without insulation or a radiator that "
        "does not shut off; look at shading and at how the windows open.",
    ),
    "low_pressure": _kind(
        HEATING,
        "Low water pressure in the boiler",
        "HW-LOW-PRESSURE",
        "Low boiler pressure: attend and diagnose",
        "Check for leaks and the expansion vessel, restore the pressure," + _WORKS,
    ),
    "slow_leak": _kind(
        HEATING,
        "Boiler slowly losing water",
        "HW-SLOW-LEAK",
        "Boiler losing water: find and repair the leak",
        "Find and repair the leak in the heating system, restore the pressure," + _WORKS,
    ),
    "fast_leak": _kind(
        HEATING,
        "Boiler quickly losing water",
        "HW-FAST-LEAK",
        "Heating losing water fast: find and stop the leak",
        "Find and stop the leak in the heating system, look for water damage, restore the pressure,"
        + _WORKS,
    ),
    "high_pressure": _kind(
        HEATING,
        "High water pressure in the boiler",
        "HW-HIGH-PRESSURE",
        "High boiler pressure: attend and diagnose",
        "Check the filling loop for a valve that passes, the expansion vessel and the safety "
        "valve, bring the pressure down," + _WORKS,
    ),
    "expansion_vessel": _kind(
        HEATING,
        "Expansion vessel losing its charge",
        "HW-VESSEL",
        "Expansion vessel: test, recharge or replace",
        "Test the expansion vessel's charge and diaphragm, recharge or replace it, check the "
        "safety valve, restore the pressure," + _WORKS,
    ),
    "no_heat": _kind(
        HEATING,
        "Heating asked for and none given",
        "HW-NO-HEAT",
        "No heat: attend and diagnose",
        "Find why the boiler gives no heat when the rooms call for it, put that right," + _WORKS,
    ),
    "lockout": _kind(
        HEATING,
        "Boiler locked out",
        "HW-LOCKOUT",
        "Boiler lockout: attend and diagnose",
        "Read the boiler's code, find why it locked out, put that right," + _WORKS,
    ),
    "frozen_condensate": _kind(
        HEATING,
        "Condensate drain likely frozen",
        "HW-CONDENSATE",
        "Frozen condensate: thaw, then insulate or reroute the drain",
        "Thaw the condensate drain, reset the boiler, insulate or reroute the drain so that it "
        "does not freeze again," + _WORKS,
    ),
    "ignition_degrading": _kind(
        HEATING,
        "Burner lighting worse and worse",
        "HW-IGNITION",
        "Ignition failing: inspect electrodes, gas and flue",
        "Inspect the electrodes and their leads, the gas pressure and valve and the flue; put "
        "right what makes the burner light badly," + _WORKS,
    ),
    "pump_failure": _kind(
        HEATING,
        "Heating water hardly moving",
        "HW-PUMP",
        "Pump or circulation failing: attend and diagnose",
        "Check the pump, the filter and the valves for what stops the water, put that right,"
        + _WORKS,
    ),
    "diverter_stuck_on_heating": _kind(
        HEATING,
        "Hot water running cold",
        "HW-DIVERTER-HEATING",
        "Diverter valve stuck on heating: repair or replace",
        "Check the diverter valve, its motor and the hot water sensors, repair or replace,"
        + _WORKS,
    ),
    "diverter_stuck_on_hot_water": _kind(
        HEATING,
        "Heat not reaching the radiators",
        "HW-DIVERTER-WATER",
        "Diverter valve stuck on hot water: repair or replace",
        "Check the diverter valve and its motor, repair or replace," + _WORKS,
    ),
    "flow_temp_not_reached": _kind(
        HEATING,
        "Boiler not getting the water as hot as asked for",
        "HW-WEAK-BURNER",
        "Weak burner: check gas pressure, fan and settings",
        "Check the gas pressure, the fan and air intake, the heat exchanger and the settings; find "
        "why the boiler at full power does not reach its temperature," + _WORKS,
    ),
    "hot_water_scaling": _kind(
        HEATING,
        "Hot water exchanger scaling up",
        "HW-SCALE",
        "Scale in the hot water exchanger: descale or replace",
        "Descale or replace the hot water heat exchanger; check for a scale reducer," + _WORKS,
    ),
    "short_cycling": _kind(
        HEATING,
        "Burner going on and off too often",
        "HW-CYCLING",
        "Short cycling: check settings, flow and controls",
        "Check the boiler's power and anti-cycling settings, the flow through the system and the "
        "controls; put right what makes the burner start so often.",
    ),
    "return_too_hot": _kind(
        HEATING,
        "Boiler set too hot to save gas",
        "HW-RETURN",
        "Return too hot to condense: lower the flow, check for a bypass",
        "Lower the flow temperature or the heating curve as far as the rooms stay warm, and check "
        "for an open bypass or unbalanced radiators.",
    ),
    "kettling": _kind(
        HEATING,
        "Boiler overheating in spots",
        "HW-KETTLING",
        "Kettling: clean the heat exchanger, check the flow",
        "Check the flow, clean or flush the heat exchanger of scale and sludge," + _WORKS,
    ),
    "boiler_sensor_fault": _kind(
        HEATING,
        "Boiler's temperature sensor likely wrong",
        "HW-SENSOR",
        "Boiler sensor: test and replace",
        "Test the boiler's flow and return sensors against a thermometer, check their leads, "
        "replace what reads wrong," + _WORKS,
    ),
}
"""By detector. A detector that is missing here asks for no repair: a device is ours to see to."""
