"""What can be broken: the table of faults, what each changes and how hard.

A fault acts on `Effects`, the part of the physics that is not always as built. Effects are worked
out afresh from the faults in force.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np

from firmware_sim.air import Bools, Floats
from firmware_sim.homes import ROOMS, Homes

BOILER, HOME = "boiler", "home"
EVERYWHERE = slice(None)


class FaultRefusedError(ValueError):
    """No such fault, home, place or parameter; the text says what exists."""


@dataclass(slots=True, kw_only=True)
class Effects:
    """What faults change at present; (homes,) or (homes, rooms)."""

    leak_bar_day: Floats
    made_factor: Floats
    drying_kg_s: Floats
    air_factor: Floats
    f_rsi: Floats
    set_point_max_c: Floats
    silent_rooms: Bools
    silent_boilers: Bools


def none_at_work(homes: Homes) -> Effects:
    """The effects in an estate where everything is as built."""
    rooms = homes.volume_m3.shape
    return Effects(
        leak_bar_day=np.zeros(homes.count),
        made_factor=np.ones(rooms),
        drying_kg_s=np.zeros(rooms),
        air_factor=np.ones(rooms),
        f_rsi=homes.f_rsi.copy(),
        set_point_max_c=np.full(homes.count, 99.0),
        silent_rooms=np.zeros(rooms, dtype=np.bool_),
        silent_boilers=np.zeros(homes.count, dtype=np.bool_),
    )


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that says how bad a fault is, from its gentlest to its harshest."""

    words: str
    unit: str
    default: float
    gentlest: float
    harshest: float

    def severity(self, value: float) -> float:
        """How bad `value` is, 0 (gentlest) to 1 (harshest)."""
        return (value - self.gentlest) / (self.harshest - self.gentlest)

    def check(self, name: str, value: float) -> float:
        """`value` if the range holds it; FaultRefusedError when not."""
        lowest, highest = sorted((self.gentlest, self.harshest))
        if lowest <= value <= highest:
            return value
        raise FaultRefusedError(
            f"{name} cannot be {value:g} {self.unit}: choose {lowest:g} to {highest:g}"
        )


Values = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """A fault that can be put into a home."""

    name: str
    words: str
    places: tuple[str, ...]
    """Where it can be; the first is meant when none is named."""
    parameters: dict[str, Parameter] = field(default_factory=dict)
    """The first one sets the severity; without any it is 1."""
    act: Callable[[Effects, int, int | slice, Values], None] | None = None
    falls_to_bar: str | None = None
    """Parameter that holds the pressure to which the system drops at the onset."""
    noticed_as: frozenset[str] = frozenset()
    """What makes a tenant notice: `cold`, `cold water`, `water`, `mould`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault in one home. Minutes count from 1970-01-01 UTC."""

    home: int
    name: str
    place: str
    began_minute: int
    parameters: dict[str, float]

    @property
    def severity(self) -> float:
        """How bad it is among its kind, 0 to 1."""
        kind = FAULTS[self.name]
        for name, parameter in kind.parameters.items():
            return parameter.severity(self.parameters[name])
        return 1.0


def _leak(effects: Effects, home: int, _room: int | slice, values: Values) -> None:
    effects.leak_bar_day[home] += values["rate"]


def _moisture(effects: Effects, home: int, room: int | slice, values: Values) -> None:
    effects.made_factor[home, room] *= values["factor"]
    effects.drying_kg_s[home, room] += values["drying"] / 86_400.0


def _stuffy(effects: Effects, home: int, room: int | slice, values: Values) -> None:
    effects.air_factor[home, room] *= values["factor"]


def _bridge(effects: Effects, home: int, room: int | slice, values: Values) -> None:
    effects.f_rsi[home, room] = np.minimum(effects.f_rsi[home, room], values["f_rsi"])


def _underheat(effects: Effects, home: int, _room: int | slice, values: Values) -> None:
    effects.set_point_max_c[home] = min(effects.set_point_max_c[home], values["set_point"])


def _silence(effects: Effects, home: int, room: int | slice, _values: Values) -> None:
    if room == EVERYWHERE:
        effects.silent_boilers[home] = True
    else:
        effects.silent_rooms[home, room] = True


_LEAKING = frozenset({"cold", "cold water", "water"})
_DAMP = frozenset({"mould"})
_BEDROOM_FIRST = ("bedroom", "living room", "bathroom")

_KINDS = (
    FaultKind(
        name="slow_leak",
        words="Heating water seeps away; the cold pressure falls day by day.",
        places=(BOILER,),
        parameters={"rate": Parameter("fall of cold pressure", "bar/day", 0.05, 0.005, 0.15)},
        act=_leak,
        noticed_as=_LEAKING,
    ),
    FaultKind(
        name="fast_leak",
        words="Heating water runs out within hours or days, until the boiler locks.",
        places=(BOILER,),
        parameters={"rate": Parameter("fall of cold pressure", "bar/day", 1.0, 0.15, 12.0)},
        act=_leak,
        noticed_as=_LEAKING,
    ),
    FaultKind(
        name="low_pressure",
        words="The pressure drops at once, as after a radiator was bled and not topped up.",
        places=(BOILER,),
        parameters={"to": Parameter("cold pressure that is left", "bar", 0.5, 0.9, 0.2)},
        falls_to_bar="to",
        noticed_as=frozenset({"cold", "cold water"}),
    ),
    FaultKind(
        name="high_moisture",
        words="Far more vapour than the room was made for: crowding, laundry, an unflued heater.",
        places=_BEDROOM_FIRST,
        parameters={
            "drying": Parameter("water of laundry dried there", "kg/day", 0.8, 0.0, 3.0),
            "factor": Parameter("times the usual vapour of its people", "", 2.0, 1.0, 4.0),
        },
        act=_moisture,
        noticed_as=_DAMP,
    ),
    FaultKind(
        name="under_ventilated",
        words="Vents are blocked and the door kept shut: the air is hardly exchanged.",
        places=_BEDROOM_FIRST,
        parameters={"factor": Parameter("share of the usual air exchange", "", 0.3, 0.7, 0.15)},
        act=_stuffy,
        noticed_as=_DAMP,
    ),
    FaultKind(
        name="cold_bridge",
        words="A corner or reveal without insulation: its surface is colder than the wall.",
        places=_BEDROOM_FIRST,
        parameters={"f_rsi": Parameter("temperature factor of that surface", "", 0.55, 0.72, 0.45)},
        act=_bridge,
        noticed_as=_DAMP,
    ),
    FaultKind(
        name="under_heated",
        words="The home is kept cold, for want of money or of understanding the controls.",
        places=(HOME,),
        parameters={"set_point": Parameter("highest temperature set", "°C", 15.5, 17.5, 12.0)},
        act=_underheat,
        noticed_as=_DAMP,
    ),
    FaultKind(
        name="silent",
        words="A device stops speaking: an empty battery, a pulled plug.",
        places=("living room", "bedroom", "bathroom", BOILER),
        act=_silence,
    ),
)
FAULTS: dict[str, FaultKind] = {kind.name: kind for kind in _KINDS}


def make_fault(
    *, home: int, name: str, place: str | None, began_minute: int, values: Values
) -> Fault:
    """A fault with every parameter filled in.

    Raises FaultRefusedError where the name, place or a parameter does not exist or is out of range.
    """
    kind = FAULTS.get(name)
    if kind is None:
        near = get_close_matches(name, FAULTS, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise FaultRefusedError(f"there is no fault {name!r}{hint}; there are: {', '.join(FAULTS)}")
    chosen = kind.places[0] if place is None else place
    if chosen not in kind.places:
        raise FaultRefusedError(
            f"{name} cannot be in {chosen!r}; choose one of: {', '.join(kind.places)}"
        )
    for given in values:
        if given not in kind.parameters:
            offered = ", ".join(kind.parameters) or "none"
            raise FaultRefusedError(f"{name} has no parameter {given!r}; it has: {offered}")
    filled = {
        key: parameter.check(key, float(values.get(key, parameter.default)))
        for key, parameter in kind.parameters.items()
    }
    return Fault(home=home, name=name, place=chosen, began_minute=began_minute, parameters=filled)


def effects_of(faults: Iterable[Fault], homes: Homes) -> Effects:
    """The effects of all these faults together."""
    effects = none_at_work(homes)
    for fault in faults:
        act = FAULTS[fault.name].act
        if act is not None:
            act(effects, fault.home, room_of(fault.place), fault.parameters)
    return effects


def room_of(place: str) -> int | slice:
    """The index of a room; all of them for the boiler and the home as a whole."""
    return ROOMS.index(place) if place in ROOMS else EVERYWHERE


def explain(kind: FaultKind) -> str:
    """A fault in words: what happens, where, and what can be chosen."""
    lines = [f"{kind.name}: {kind.words}", f"    place: {', '.join(kind.places)}"]
    for name, parameter in kind.parameters.items():
        lowest, highest = sorted((parameter.gentlest, parameter.harshest))
        unit = f" {parameter.unit}" if parameter.unit else ""
        lines.append(
            f"    --{name.replace('_', '-')}: {parameter.words}, {lowest:g} to {highest:g}{unit}"
            f" (default {parameter.default:g})"
        )
    return "\n".join(lines)
