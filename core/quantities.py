"""Every quantity Homewell measures: its name on the wire, its unit and what physics allows.

The same names stand on the wire, in the tables and in files. One quantity has one unit.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

TEXT_LENGTH_MAX = 64  # a maker's fault code; the longest seen in EMS-ESP is about twenty
COUNTER_MAX = 2**31 - 1  # what an `integer` column holds


class Kind(StrEnum):
    """What a device measures; the last level of its topic and the name of its table."""

    ROOM = "room"
    BOILER = "boiler"
    WEATHER = "weather"


class Form(Enum):
    """How a quantity is written: a real number, a yes or no, a count, or a short text."""

    REAL = "real"
    BOOLEAN = "boolean"
    COUNTER = "integer"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One measured thing. `lowest` and `highest` are what can be true, not what is healthy."""

    name: str
    words: str
    unit: str = ""
    lowest: float = 0.0
    highest: float = 1.0
    form: Form = Form.REAL

    def impossible(self, value: float | bool | str) -> str | None:
        """Why `value` cannot be true, in words a person can read; None when it can."""
        if self.form is Form.BOOLEAN:
            return None
        if isinstance(value, str):
            return self._impossible_text(value)
        if self.lowest <= value <= self.highest:
            return None
        unit = f" {self.unit}" if self.unit else ""
        return (
            f"{self.words} cannot be {_number(value)}{unit} "
            f"(possible: {self.lowest:g} to {self.highest:g}{unit})"
        )

    def _impossible_text(self, value: str) -> str | None:
        if "\x00" in value:
            return f"{self.words} holds a NUL character"
        if len(value) > TEXT_LENGTH_MAX:
            return f"{self.words} is {len(value)} characters long (at most {TEXT_LENGTH_MAX})"
        return None


def _number(value: float) -> str:
    try:
        return f"{value:g}"
    except OverflowError:  # a whole number on the wire may be longer than any float
        return f"a number of {len(str(abs(value)))} digits"


def _counter(name: str, words: str) -> Quantity:
    return Quantity(name, words, "", 0, COUNTER_MAX, Form.COUNTER)


def _boolean(name: str, words: str) -> Quantity:
    return Quantity(name, words, form=Form.BOOLEAN)


# Water and flow temperatures reach to the rails of a broken sensor (-40 and 127 °C on the usual
# buses): such a value is possible to read, and it is a detector's work to call the sensor broken.
_ROOM = (
    Quantity("air_temp_c", "air temperature", "°C", -40.0, 60.0),
    Quantity("rel_humidity_pct", "relative humidity", "%", 0.0, 100.0),
    Quantity("co2_ppm", "carbon dioxide", "ppm", 0.0, 40_000.0),
    Quantity("surface_temp_c", "surface temperature", "°C", -40.0, 80.0),
    Quantity("battery_pct", "battery charge", "%", 0.0, 100.0),
)
_BOILER = (
    Quantity("flow_temp_c", "flow temperature", "°C", -40.0, 150.0),
    Quantity("return_temp_c", "return temperature", "°C", -40.0, 150.0),
    Quantity("hot_water_temp_c", "hot water temperature", "°C", -40.0, 150.0),
    Quantity("flow_target_c", "flow target", "°C", 0.0, 100.0),
    Quantity("hot_water_target_c", "hot water target", "°C", 0.0, 100.0),
    Quantity("pressure_bar", "water pressure", "bar", 0.0, 6.0),
    Quantity("modulation_pct", "burner modulation", "%", 0.0, 100.0),
    Quantity("flame_current_ua", "flame current", "µA", 0.0, 200.0),
    _boolean("flame_on", "flame"),
    _boolean("pump_on", "pump"),
    _boolean("heat_demand", "call for heat"),
    _boolean("hot_water_demand", "call for hot water"),
    _counter("burner_starts", "count of burner starts"),
    _counter("ignition_failures", "count of failed ignitions"),
    Quantity("fault_code", "fault code", form=Form.TEXT),
)
_WEATHER = (
    Quantity("air_temp_c", "outdoor temperature", "°C", -60.0, 60.0),
    Quantity("rel_humidity_pct", "outdoor relative humidity", "%", 0.0, 100.0),
    Quantity("rain_mm", "rain since the last reading", "mm", 0.0, 500.0),
)

QUANTITIES: dict[Kind, tuple[Quantity, ...]] = {
    Kind.ROOM: _ROOM,
    Kind.BOILER: _BOILER,
    Kind.WEATHER: _WEATHER,
}
