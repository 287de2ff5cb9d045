"""The estate in motion: state arrays over homes, one step a minute for all of them.

What happened up to a minute depends on the scenario and that minute alone; a simulation carried on
from a saved state is the same as one that never stopped.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from firmware_sim import boiler, rooms, water
from firmware_sim.air import Floats, vapour_pressure_pa
from firmware_sim.faults import FAULTS, Effects, Fault, effects_of, room_of
from firmware_sim.homes import LIVING, Homes
from firmware_sim.living import Day, day_of
from firmware_sim.mould import NOTICED_INDEX, Mould, grow_for_an_hour, surface
from firmware_sim.weather import MINUTES_A_DAY, Season

MINUTES_AN_HOUR = 60
SETTLING_DAYS = 1  # simulated before the first instant, so that it does not start from a guess
LOOK_EVERY_MIN = 5  # how often mould is summed up and tenants are asked what they notice
COLD_BELOW_C, SET_ABOVE_C, COLD_FOR_MIN = 16.0, 17.0, 30.0
COLD_WATER_FOR_MIN = 2.0
ESCAPED_L, ESCAPED_FOR_MIN = 5.0, 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A fault of the truth, with the instant at which a tenant would notice it (None: not yet)."""

    fault: Fault
    noticed_minute: int | None = None
    flood_minute: int | None = None
    """When five litres had escaped."""
    escaped_before_l: float = 0.0


@dataclass(slots=True, kw_only=True)
class Hour:
    """Sums over the hour that is under way, for its mean; arrays (homes, rooms)."""

    air_temp_c: Floats
    vapour_pressure_pa: Floats
    outdoor_c: float
    minutes: int


class Simulation:
    """All homes at one minute; `step` goes on to the next."""

    def __init__(
        self, homes: Homes, *, seed: int, season: Season, minute: int, planned: list[Fault]
    ) -> None:
        """Homes at rest at `minute` (since 1970-01-01 UTC), faults to come in `planned`."""
        self.homes, self.seed, self.season, self.minute = homes, seed, season, minute
        self.rooms = rooms.at_rest(homes)
        self.boilers = boiler.at_rest(homes)
        zeros = np.zeros(homes.volume_m3.shape)
        self.mould = Mould(index=zeros, dry_h=zeros)
        self.cold_min = zeros
        self.wept_kg = zeros
        self.hour = _new_hour(zeros)
        self.planned = sorted(planned, key=lambda fault: fault.began_minute)
        self.happened: list[Happened] = []
        self._take_effect()
        self._day_number = -1
        self._day: Day | None = None

    @classmethod
    def settled(
        cls, homes: Homes, *, seed: int, season: Season, minute: int, planned: list[Fault]
    ) -> "Simulation":
        """Homes at `minute` that have been lived in for `SETTLING_DAYS`."""
        start = minute - SETTLING_DAYS * MINUTES_A_DAY
        simulation = cls(homes, seed=seed, season=season, minute=start, planned=planned)
        simulation.advance(minute)
        return simulation

    def advance(self, minute: int) -> None:
        """Go on to `minute`; nothing when it is past already."""
        while self.minute < minute:
            self.step()

    def every(self, step_min: int, *, until: int) -> Iterator[int]:
        """Go on to `until`, stopping at each minute that `step_min` divides."""
        while self.minute < until:
            self.step()
            if self.minute % step_min == 0:
                yield self.minute

    def day(self) -> Day:
        """What drives the homes on the present day."""
        number = self.minute // MINUTES_A_DAY
        if self._day is None or number != self._day_number:
            self._day = day_of(number, self.homes, seed=self.seed, season=self.season)
            self._day_number = number
        return self._day

    def step(self) -> None:
        """One minute, for every home."""
        self.minute += 1
        self._begin_faults()
        day, now = self.day(), self.minute % MINUTES_A_DAY
        outdoor_c = float(day.weather.air_temp_c[now])
        set_point = np.minimum(day.set_point_c[now], self.effects.set_point_max_c)
        emitted = boiler.boiler_step(
            self.boilers,
            self.homes,
            air_temp_c=self.rooms.air_temp_c,
            thermostat_c=self.rooms.air_temp_c[:, LIVING],
            set_point_c=set_point,
            valve_c=self.homes.radiator_valve_c,
            tap_l_min=day.tap_l_min[now],
            leak_bar_day=self.effects.leak_bar_day,
        )
        ventilation = day.ventilation_m3_s[now] * self.effects.air_factor
        rooms.heat_step(
            self.rooms,
            self.homes,
            outdoor_c=outdoor_c,
            ventilation_m3_s=ventilation,
            mixing=self._mixing,
            heat_w=day.gains_w[now] + emitted,
        )
        self.wept_kg = self.wept_kg + rooms.moisture_step(
            self.rooms,
            self.homes,
            outdoor_c=outdoor_c,
            outdoor_kg_m3=float(day.weather.vapour_kg_m3[now]),
            ventilation_m3_s=ventilation,
            mixing=self._mixing,
            vapour_kg_s=day.vapour_kg_s[now] * self.effects.made_factor + self.effects.drying_kg_s,
        )
        if self.minute % LOOK_EVERY_MIN == 0:
            self._grow_mould(outdoor_c)
            self._notice(set_point, day, now)

    def begin(self, fault: Fault) -> Happened:
        """Put a fault into its home now."""
        before = float(self.boilers.escaped_l[fault.home])
        happened = Happened(fault=fault, escaped_before_l=before)
        self.happened.append(happened)
        self._take_effect()
        falls_to = FAULTS[fault.name].falls_to_bar
        if falls_to is not None:
            one = slice(fault.home, fault.home + 1)
            lost = self.boilers.lost_l.copy()
            lost[one] = water.lost_for_pressure_l(
                cold_bar=self.homes.cold_pressure_bar[one],
                gas_l=self.homes.gas_l[one],
                wanted_bar=np.array([fault.parameters[falls_to]]),
            )
            self.boilers.lost_l = lost
        return happened

    def resume(self, happened: list[Happened]) -> None:
        """Take up faults that began before; what they did at once is in the state already."""
        self.happened = happened
        self._take_effect()

    def _take_effect(self) -> None:
        faults = (one.fault for one in self.happened)
        self.effects: Effects = effects_of(faults, self.homes)
        self._mixing = rooms.mixing_by(self.homes.mixing_m3_s * self.effects.air_factor)

    def _begin_faults(self) -> None:
        while self.planned and self.planned[0].began_minute <= self.minute:
            self.begin(self.planned.pop(0))

    def _grow_mould(self, outdoor_c: float) -> None:
        air = self.rooms.air_temp_c
        hour = self.hour
        hour.air_temp_c = hour.air_temp_c + air
        hour.vapour_pressure_pa = hour.vapour_pressure_pa + vapour_pressure_pa(
            air, self.rooms.vapour_kg_m3
        )
        hour.outdoor_c += outdoor_c
        hour.minutes += 1
        if self.minute % MINUTES_AN_HOUR:
            return
        temp, humidity = surface(
            hour.air_temp_c / hour.minutes,
            hour.vapour_pressure_pa / hour.minutes,
            hour.outdoor_c / hour.minutes,
            self.effects.f_rsi,
        )
        grow_for_an_hour(self.mould, temp, humidity)
        self.hour = _new_hour(np.zeros_like(air))

    def _notice(self, set_point: Floats, day: Day, now: int) -> None:
        at_home = day.occupied[now] & (set_point > SET_ABOVE_C)
        cold = at_home[:, None] & (self.rooms.air_temp_c < COLD_BELOW_C)
        self.cold_min = np.where(cold, self.cold_min + LOOK_EVERY_MIN, 0.0)
        for index, one in enumerate(self.happened):
            if one.noticed_minute is None:
                self.happened[index] = self._watched(one)

    def _watched(self, one: Happened) -> Happened:
        home, room = one.fault.home, room_of(one.fault.place)
        ways = FAULTS[one.fault.name].noticed_as
        flood = one.flood_minute
        if flood is None and self.boilers.escaped_l[home] - one.escaped_before_l >= ESCAPED_L:
            flood = self.minute
        noticed = (
            ("cold" in ways and bool((self.cold_min[home] >= COLD_FOR_MIN).any()))
            or ("cold water" in ways and self.boilers.cold_draw_min[home] >= COLD_WATER_FOR_MIN)
            or ("water" in ways and flood is not None and self.minute >= flood + ESCAPED_FOR_MIN)
            or ("mould" in ways and bool((self.mould.index[home, room] >= NOTICED_INDEX).any()))
        )
        if not noticed and flood == one.flood_minute:
            return one
        return replace(one, flood_minute=flood, noticed_minute=self.minute if noticed else None)


def _new_hour(zeros: Floats) -> Hour:
    return Hour(air_temp_c=zeros, vapour_pressure_pa=zeros, outdoor_c=0.0, minutes=0)
