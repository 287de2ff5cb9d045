"""The estate in motion: state arrays over homes, one step a minute for all of them.

What happened up to a minute depends on the seed, the plan and that minute alone: not on how the
homes are cut into blocks, nor on how the time is cut into stretches, nor on whether the simulation
was saved in between.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from firmware_sim.climate.day import Climate
from firmware_sim.clock import MINUTES_A_DAY, MINUTES_AN_HOUR, SLOT_MIN
from firmware_sim.driving import Driving, drive
from firmware_sim.faults.episodes import Episodes
from firmware_sim.faults.planned import Planned
from firmware_sim.heating import boiler, service
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Floats
from firmware_sim.ledger import Ledger
from firmware_sim.noticing import at_ease, feel_water, notice
from firmware_sim.oddities.comings import comings_of
from firmware_sim.physics import mould, rooms
from firmware_sim.physics.carbon_dioxide import carbon_dioxide_step
from firmware_sim.physics.mixing import Mixing, mixing_by
from firmware_sim.physics.moisture import moisture_step
from firmware_sim.planning import after_noticed
from firmware_sim.rows import Row, Rows
from firmware_sim.settling import live_simply
from firmware_sim.surface import add_slot, grow_at_the_hour, new_hour
from firmware_sim.trace import Stretch

ROOMS_SETTLE_DAYS, SETTLING_DAYS = 16, 2
"""Lived through before the first instant: first by rooms alone, then with their boilers."""
RESETS_AT_MIN = (7 * 60, 18 * 60)
"""When whoever is at home presses the button of a locked boiler."""
_SLOT_S = 60.0 * SLOT_MIN


class StretchError(ValueError):
    """There is no such stretch of time; the text says why and what to ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What stays the same within a slot; (homes, rooms) unless said."""

    set_point_c: Floats
    """(homes,)"""
    gains_w: Floats
    air_m3_s: Floats
    """From outdoors."""
    mixing: Mixing


class Simulation:
    """A block of homes in motion. `minute` is the first that they have not lived through."""

    def __init__(
        self,
        homes: Homes,
        *,
        seed: int,
        climate: Climate,
        minute: int,
        planned: Iterable[Planned] = (),
    ) -> None:
        """Homes at rest at `minute` (since 1970-01-01 UTC), with what is `planned` to happen."""
        self.homes, self.seed, self.climate, self.minute = homes, seed, climate, minute
        self.rooms = rooms.at_rest(homes)
        self.boilers = boiler.at_rest(homes)
        self.mould = mould.none_yet(homes.fabric.volume_m3.shape)
        self.surface = new_hour(homes.fabric.volume_m3.shape)
        self.infiltration_m3_s = homes.fabric.infiltration_m3_s.copy()
        self.episodes = Episodes.of(planned)
        self.noticing = at_ease(homes)
        self.ledger: Ledger | None = None
        self.look_again()

    @classmethod
    def settled(
        cls,
        homes: Homes,
        *,
        seed: int,
        climate: Climate,
        minute: int,
        planned: Iterable[Planned] = (),
    ) -> "Simulation":
        """Homes at `minute` that have been lived in for weeks, so that walls do not guess."""
        start = minute - SETTLING_DAYS * MINUTES_A_DAY
        simulation = cls(homes, seed=seed, climate=climate, minute=start, planned=planned)
        today = start // MINUTES_A_DAY
        days = range(today - ROOMS_SETTLE_DAYS, today)
        live_simply(simulation.rooms, homes, days, seed=seed, climate=climate)
        simulation.advance(minute)
        return simulation

    def advance(self, until: int) -> None:
        """Live up to minute `until`, without keeping a trace; nothing when that is past."""
        while self.minute < until:
            self._live()

    def run(self, minutes: int, *, rooms_every: int = SLOT_MIN) -> Stretch:
        """Live the next minutes; rooms get a row at each minute that `rooms_every` divides.

        A row says what its minute came to. StretchError unless the minutes lie within one day.
        """
        into_day = self.minute % MINUTES_A_DAY
        if not 1 <= minutes <= MINUTES_A_DAY - into_day:
            raise StretchError(
                f"a stretch lies within one day: at minute {into_day} of it, ask for "
                f"1 to {MINUTES_A_DAY - into_day} minutes, not {minutes}"
            )
        shape = self.homes.fabric.volume_m3.shape
        rows = Rows(self.minute, minutes, rooms_every=rooms_every, homes=shape)
        weather = self.today().weather
        known = None
        for minute in range(self.minute, self.minute + minutes):
            self._live()
            if self.effects is not known:
                rows.put_effects(minute, self.effects)
                known = self.effects
            rows.put_boilers(minute, boiler.row(self.boilers, self.homes, self.effects.boiler))
            if minute % rooms_every == 0:
                rows.put_rooms(self._rooms_row())
        return rows.stretch(weather)

    def begin(self, planned: Planned) -> int:
        """Let something befall a home from the present minute on; its index in `episodes`.

        ValueError when it is to begin in a minute that has been lived through.
        """
        if planned.began_minute < self.minute:
            raise ValueError(f"{planned.name} cannot begin in the past, before {self.minute}")
        index = self.episodes.add(planned)
        self.look_again()
        return index

    def look_again(self) -> None:
        """Take note that state or episodes were changed from outside."""
        self.effects = self.episodes.effects_at(self.minute, self.homes)
        self._changes_at = self.minute
        self._driving: Driving | None = None
        self._held: _Held | None = None

    def today(self) -> Driving:
        """What drives the homes on the day of the present minute."""
        day = self.minute // MINUTES_A_DAY
        if self._driving is None or self._driving.day != day:
            self._driving = drive(
                day,
                self.homes,
                seed=self.seed,
                climate=self.climate,
                comings=comings_of(day, self.homes, self.episodes),
            )
        return self._driving

    def _live(self) -> None:
        """One minute, for every home."""
        now = self.minute % MINUTES_A_DAY
        slot, into_slot = divmod(now, SLOT_MIN)
        driving = self.today()
        if self.minute >= self._changes_at:
            self._take_effect()
        if into_slot == 0:
            self._begin_slot(driving, slot)
        held = self._held or self._hold(driving, slot)
        if now in RESETS_AT_MIN:
            self._press_reset(driving.living.occupied[slot])
        self._heat(driving, now, held)
        if into_slot == SLOT_MIN - 1:
            self._end_slot(driving, slot, held)
        self.minute += 1

    def _heat(self, driving: Driving, now: int, held: _Held) -> None:
        """A minute of boilers, hot water and the warmth of rooms."""
        tap_l_min, outdoor_c = driving.living.tap_l_min[now], driving.outdoor_c[now]
        emitted_w = boiler.boiler_step(
            self.boilers,
            self.homes,
            self.effects.boiler,
            air_temp_c=self.rooms.air_temp_c,
            set_point_c=held.set_point_c,
            tap_l_min=tap_l_min,
            outdoor_c=outdoor_c,
            minute=self.minute,
            lit=driving.luck[now],
        )
        feel_water(
            self.noticing,
            hot_water_c=self.boilers.hot_water_c,
            tap_l_min=tap_l_min,
        )
        heat_w = held.gains_w + emitted_w
        lost_j = rooms.heat_step(
            self.rooms,
            self.homes.fabric,
            outdoor_c=outdoor_c,
            air_m3_s=held.air_m3_s,
            mixing=held.mixing,
            loss_factor=self.effects.home.loss_factor,
            heat_w=heat_w,
        )
        if self.ledger is not None:
            self.ledger.warmed_j += 60.0 * emitted_w.sum(axis=1)
            self.ledger.enter_heat(60.0 * heat_w, lost_j)

    def _take_effect(self) -> None:
        """What is in force from this minute on, and what beginnings and ends do at once."""
        self.episodes.turn(self.minute, self.boilers, self.homes)
        self.effects = self.episodes.effects_at(self.minute, self.homes)
        self._changes_at = self._next_change()
        self._held = None

    def _next_change(self) -> int:
        """When effects change next: on the hour what grows, else what begins or ends."""
        hour = self.minute - self.minute % MINUTES_AN_HOUR + MINUTES_AN_HOUR
        change = self.episodes.next_change(self.minute)
        return hour if change is None else min(hour, change)

    def _press_reset(self, occupied: Bools) -> None:
        locked = self.boilers.ignition_locked | self.boilers.overheat_locked
        service.reset(self.boilers, occupied & locked)

    def _begin_slot(self, driving: Driving, slot: int) -> None:
        self.infiltration_m3_s = rooms.infiltration_m3_s(
            self.homes.fabric,
            wind_m_s=driving.slots.wind_m_s[slot],
            indoor_c=self.rooms.air_temp_c,
            outdoor_c=driving.slots.air_temp_c[slot],
        )
        self._held = None

    def _hold(self, driving: Driving, slot: int) -> _Held:
        """What this slot's people, sun and wind do, as the effects change it."""
        living, home, fabric = driving.living, self.effects.home, self.homes.fabric
        sun_w = driving.slots.sun[slot][:, None] * fabric.window_w
        self._held = _Held(
            set_point_c=np.minimum(living.set_point_c[slot], home.set_point_max_c),
            gains_w=living.gains_w[slot] + sun_w + home.heat_w,
            air_m3_s=self.infiltration_m3_s * home.air_factor + living.opened_m3_s[slot],
            mixing=mixing_by(fabric.mixing_m3_s * home.air_factor),
        )
        return self._held

    def _end_slot(self, driving: Driving, slot: int, held: _Held) -> None:
        """Moisture, carbon dioxide and mould of the slot, and what tenants notice in it."""
        weather, living, home = driving.slots, driving.living, self.effects.home
        vapour_kg_s = living.vapour_kg_s[slot] * home.made_factor + home.vapour_kg_s
        rain_kg_s = weather.rain_kg_s[slot][:, None] * home.rain_gain_kg_mm
        left_kg = moisture_step(
            self.rooms,
            self.homes.fabric,
            outdoor_c=weather.air_temp_c[slot],
            outdoor_kg_m3=weather.vapour_kg_m3[slot],
            air_m3_s=held.air_m3_s,
            mixing=held.mixing,
            vapour_kg_s=vapour_kg_s,
            wall_leak_kg_s=home.wall_leak_kg_s,
            rain_kg_s=rain_kg_s,
            f_rsi=home.f_rsi,
        )
        if self.ledger is not None:
            made_kg_s = vapour_kg_s + home.wall_leak_kg_s + rain_kg_s
            self.ledger.enter_water(_SLOT_S * made_kg_s, left_kg)
        carbon_dioxide_step(
            self.rooms,
            self.homes.fabric,
            air_m3_s=held.air_m3_s,
            mixing=held.mixing,
            exhaled_m3_s=living.carbon_dioxide_m3_s[slot],
            step_s=_SLOT_S,
        )
        add_slot(self.surface, self.rooms, home.f_rsi)
        self.surface = grow_at_the_hour(self.mould, self.surface, self.minute)
        self._ask(living.occupied[slot], held.set_point_c)

    def _ask(self, occupied: Bools, set_point_c: Floats) -> None:
        """What people notice now, and when that will be put right."""
        noticed = notice(
            self.noticing,
            self.episodes,
            self.homes,
            minute=self.minute,
            air_temp_c=self.rooms.air_temp_c,
            set_point_c=set_point_c,
            occupied=occupied,
            heat_demand=self.boilers.demand,
            radiator_c=self.boilers.water_c,
            mould_index=self.mould.index,
            escaped_l=self.boilers.escaped_l,
        )
        if noticed.size:
            after_noticed(self.episodes, noticed, seed=self.seed)
            self._changes_at = self._next_change()

    def _rooms_row(self) -> Row:
        state = self.rooms
        return {
            "air_temp_c": state.air_temp_c,
            "vapour_kg_m3": state.vapour_kg_m3,
            "carbon_dioxide_ppm": state.carbon_dioxide_ppm,
            "surface_temp_c": rooms.surface_temp_c(state, self.effects.home.f_rsi),
        }
