"""EMS-ESP on a Bosch, Worcester or Buderus boiler: one JSON object on `NAME/boiler_data`.

Form: EMS-ESP's documentation (MQTT; dump_entities.csv); the words for yes and no are a setting of
it. Written by hand, for much of a long history is this.
"""

from firmware_sim.dialects.boiler_words import code_of
from firmware_sim.dialects.speech import BoilerRow, Said, Speaker

SETTINGS = ("on/off", "ON/OFF", "true/false", "1/0")
"""How it writes yes and no; the first is meant when nothing is chosen."""

_YES_NO = {
    "": ('"off"', '"on"'),
    "on/off": ('"off"', '"on"'),
    "ON/OFF": ('"OFF"', '"ON"'),
    "true/false": ("false", "true"),
    "1/0": ("0", "1"),
}
_WARM_ENOUGH_K = 2.0
_NO_HEAT_TARGET_C = 5  # what a controller asks for when it wants no heat
_OLD_FAULTS = (
    "--(0) no error",
    "2E(207) 14.01.2024 06:52 (41 min)",
    "--(0) no error",
    "6A(227) 03.02.2025 07:15 (3 min)",
)


def base_topic(speaker: Speaker) -> str:
    """EMS-ESP's base topic; every home has one of its own."""
    return speaker.name


def messages(speaker: Speaker, row: BoilerRow) -> tuple[Said, ...]:
    """The boiler's values as of now; what was not measured is left out."""
    words = _YES_NO[speaker.setting]
    parts = [f'"{name}":{value:.5g}' for name, value in _numbers(row) if value == value]
    parts += [f'"{name}":{words[flag]}' for name, flag in _states(row) if flag >= 0]
    if row.pump_on >= 0:
        parts.append(f'"heatingpumpmod":{70 if row.pump_on else 0}')
    if row.burner_starts >= 0:
        parts.append(f'"burnstarts":{row.burner_starts}')
    code, number = _service(row)
    last = _OLD_FAULTS[speaker.number // 4 % len(_OLD_FAULTS)]
    parts.append(f'"servicecode":"{code}","servicecodenumber":{number},"lastcode":"{last}"')
    hot_water = [f'"{name}":{value:.5g}' for name, value in _hot_water(row) if value == value]
    if hot_water:
        parts.append(f'"dhw":{{{",".join(hot_water)}}}')
    return (Said("boiler_data", f"{{{','.join(parts)}}}"),)


def _numbers(row: BoilerRow) -> tuple[tuple[str, float], ...]:
    """A number that is not equal to itself was not measured."""
    return (
        ("selflowtemp", row.flow_target_c if row.heat_demand else _NO_HEAT_TARGET_C),
        ("curflowtemp", row.flow_temp_c),
        ("rettemp", row.return_temp_c),
        ("syspress", row.pressure_bar),
        ("flamecurr", row.flame_current_ua),
        ("curburnpow", row.modulation_pct),
    )


def _states(row: BoilerRow) -> tuple[tuple[str, int], ...]:
    """`heatingactive` and `tapwateractive` are true only while the burner works for it."""
    flame, for_water = row.flame_on, row.hot_water_demand
    for_heating = min(flame, row.heat_demand) if for_water <= 0 else 0
    return (
        ("heatingactive", for_heating),
        ("tapwateractive", min(flame, for_water)),
        ("heatingpump", row.pump_on),
        ("burngas", flame),
    )


def _hot_water(row: BoilerRow) -> tuple[tuple[str, float], ...]:
    return (("seltemp", row.hot_water_target_c), ("curtemp", row.hot_water_temp_c))


def _service(row: BoilerRow) -> tuple[str, int]:
    """The code on the display: a fault, or one of the normal states."""
    if row.fault >= 0:
        code = code_of("Worcester", row.fault)
        return code.text.partition("(")[0], code.number
    if row.flame_on > 0:
        return ("=H", 201) if row.hot_water_demand > 0 else ("-H", 200)
    if row.heat_demand <= 0:
        return "0H", 203
    warm_enough = row.flow_temp_c > row.flow_target_c - _WARM_ENOUGH_K
    return ("0Y", 204) if warm_enough else ("0A", 202)
