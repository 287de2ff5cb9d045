"""ebusd on a Vaillant boiler: `ebusd/bai/MESSAGE`, each message's fields between semicolons.

Form: ebusd's wiki (3.3 MQTT client) and john30/ebusd-configuration (vaillant/bai.308523.inc,
errors.inc), which give the names, the divisors and the words of each message.
"""

from firmware_sim.dialects.boiler_words import code_of
from firmware_sim.dialects.speech import BoilerRow, Said, Speaker, known

SETTINGS: tuple[str, ...] = ()

_NONE = "-"  # an empty field


def base_topic(speaker: Speaker) -> str:
    """The circuit of the boiler; every home has an ebusd of its own."""
    return f"{speaker.name}/bai"


def messages(_speaker: Speaker, row: BoilerRow) -> tuple[Said, ...]:
    """The messages that were read off the bus; one without a measurement is not published."""
    words = _temperatures(row)
    if known(row.pressure_bar):
        words["WaterPressure"] = f"{row.pressure_bar:.3f};ok"
    if known(row.modulation_pct):
        words["ModulationTempDesired"] = f"{row.modulation_pct:.1f}"
    words |= _states(row)
    # The boiler counts its starts in hundreds; those for hot water are among them here.
    if row.burner_starts >= 0:
        words["HcStarts"] = str(row.burner_starts // 100 * 100)
    if row.ignition_failures >= 0:
        words["CounterStartattempts1"] = str(row.ignition_failures % 256)
    words["currenterror"] = _errors(row.fault)
    return tuple(Said(name, word) for name, word in words.items())


def _temperatures(row: BoilerRow) -> dict[str, str]:
    words = {}
    if known(row.flow_temp_c):
        words["FlowTemp"] = f"{row.flow_temp_c:.2f};ok"
    if known(row.return_temp_c):
        sixteenths = round(16.0 * row.return_temp_c)
        words["ReturnTemp"] = f"{row.return_temp_c:.2f};{65535 - sixteenths & 0xFFFF};ok"
    if known(row.hot_water_temp_c):
        words["HwcTemp"] = f"{row.hot_water_temp_c:.2f};ok"
    if known(row.flow_target_c):
        words["FlowTempDesired"] = f"{row.flow_target_c:.2f}"
    if known(row.hot_water_target_c):
        words["HwcTempDesired"] = f"{row.hot_water_target_c:.2f}"
    return words


def _states(row: BoilerRow) -> dict[str, str]:
    states = (
        ("Flame", row.flame_on, ("off", "on")),
        ("Gasvalve", row.flame_on, ("off", "on")),
        ("WP", row.pump_on, ("off", "on")),
        ("DCRoomthermostat", row.heat_demand, ("off", "on")),
        ("HwcDemand", row.hot_water_demand, ("no", "yes")),
        ("PositionValveSet", row.hot_water_demand, ("0", "100")),
    )
    return {name: words[flag] for name, flag, words in states if flag >= 0}


def _errors(fault: int) -> str:
    """Up to five numbers of errors that are present now."""
    first = _NONE if fault < 0 else str(code_of("Vaillant", fault).number)
    return ";".join((first, *(_NONE,) * 4))
