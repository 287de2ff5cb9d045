"""One day of the people of every home; what they do to rooms and boilers."""

from dataclasses import dataclass

from firmware_sim.kinds import Bools, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingDay:
    """Arrays over the day: (slots, homes) or (slots, homes, rooms) by 5-minute slots.

    Only hot water goes by the minute.
    """

    gains_w: Floats
    """Heat of people, appliances and cooking, (slots, homes, rooms). Sun is the fabric's."""
    vapour_kg_s: Floats
    """Vapour of people, cooking, showers and drying, (slots, homes, rooms)."""
    carbon_dioxide_m3_s: Floats
    """CO2 breathed out, (slots, homes, rooms)."""
    opened_m3_s: Floats
    """Air of windows and fans, beside what leaks in anyway, (slots, homes, rooms)."""
    set_point_c: Floats
    """What the room thermostat is set to, (slots, homes)."""
    occupied: Bools
    """Somebody is at home, (slots, homes)."""
    tap_l_min: Floats
    """Hot water wanted, (minutes, homes)."""
