"""Faults of the boiler and of its water.

Signs and ranges follow the project's reference on detection, parts 3.1, 3.2 and 6. Where that gives
no figure, the range goes from what an engineer would still call a fault to a boiler of no use.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.faults.acts import HOURS_A_DAY, SHARE, adds, scales, shows, switches, together
from firmware_sim.faults.effects import Effects
from firmware_sim.faults.kind import (
    ANY_MONTH,
    BOILER,
    HEATING_MONTHS,
    Act,
    Family,
    FaultKind,
    Parameter,
    Sense,
    Struck,
    Turn,
)
from firmware_sim.faults.mending import drops_to, fill_and_reset, reset

_UNCOMFORTABLE = frozenset({Sense.COLD_ROOM, Sense.COLD_WATER})
_LEAKING = _UNCOMFORTABLE | {Sense.ESCAPED_WATER}
_HALF_DAY_MIN = 720
_LOCKED_H = 6  # it locks and comes back by quarters of a day
_BIAS_MOST_K = 8.0
FLOW_HIGH, FLOW_LOW, RETURN_HIGH, FLOW_STUCK, FLOW_OPEN = range(5)
ON_HEATING, ON_HOT_WATER = 1, 2


def _fault(
    name: str,
    words: str,
    parameters: dict[str, Parameter],
    act: Act | None,
    *,
    grows_over_days: float = 0.0,
    noticed_by: frozenset[Sense] = _UNCOMFORTABLE,
    onset_months: Collection[int] = ANY_MONTH,
    at_begin: Turn | None = None,
    at_end: Turn = reset,
) -> FaultKind:
    return FaultKind(
        name=name,
        words=words,
        places=(BOILER,),
        parameters=parameters,
        grows_over_days=grows_over_days,
        act=act,
        at_begin=at_begin,
        at_end=at_end,
        family=Family.BOILER,
        noticed_by=noticed_by,
        onset_months=onset_months,
    )


def _comes_and_goes(
    gentlest: float, words: str = "share of the hours in which it shows"
) -> Parameter:
    return Parameter(words, "", 1.0, gentlest, 1.0)


def _sticks(position: int) -> Act:
    def act(effects: Effects, struck: Struck) -> None:
        effects.boiler.diverter[struck.row[shows(struck)]] = position

    return act


def _freezes(effects: Effects, struck: Struck) -> None:
    """From noon to noon, so that a night is not cut in two."""
    began = struck.began_minute + _HALF_DAY_MIN
    by_nights = replace(
        struck,
        minute=struck.minute + _HALF_DAY_MIN,
        began_minute=began - began % MINUTES_A_DAY,
    )
    switches(lambda of: of.boiler.condensate_exposed, stretch_h=HOURS_A_DAY)(effects, by_nights)


def _misreads(effects: Effects, struck: Struck) -> None:
    """A sensor reads wrong all the time, or loses contact the more often the worse it is."""
    boiler, bias_k = effects.boiler, struck.values["bias"]
    mode = struck.values["mode"].astype(np.int64)
    loose = struck.at_times(bias_k / _BIAS_MOST_K, stretch_h=1)
    flow_k = np.select([mode == FLOW_HIGH, mode == FLOW_LOW], [bias_k, -bias_k], 0.0)
    np.add.at(boiler.flow_sensor_bias_k, struck.row, flow_k)
    np.add.at(boiler.return_sensor_bias_k, struck.row, bias_k * (mode == RETURN_HIGH))
    boiler.flow_sensor_stuck[struck.row[(mode == FLOW_STUCK) & loose]] = True
    boiler.flow_sensor_open[struck.row[(mode == FLOW_OPEN) & loose]] = True


_WATER = (
    _fault(
        "slow_leak",
        "Heating water seeps away; the cold pressure falls day by day.",
        {"rate": Parameter("fall of cold pressure", "bar/day", 0.05, 0.005, 0.15)},
        adds(lambda of: of.boiler.leak_bar_day, "rate"),
        noticed_by=_LEAKING,
        at_end=fill_and_reset,
    ),
    _fault(
        "fast_leak",
        "Heating water runs out within hours or days, until the boiler locks.",
        {"rate": Parameter("fall of cold pressure", "bar/day", 1.0, 0.15, 12.0)},
        adds(lambda of: of.boiler.leak_bar_day, "rate"),
        noticed_by=_LEAKING,
        at_end=fill_and_reset,
    ),
    _fault(
        "low_pressure",
        "The pressure drops at once, as after a radiator was bled and not topped up.",
        {"to": Parameter("cold pressure that is left", "bar", 0.5, 0.9, 0.2)},
        None,
        at_begin=drops_to("to"),
        at_end=fill_and_reset,
    ),
    _fault(
        "high_pressure",
        "The filling loop lets mains water by, until the relief valve opens.",
        {"rate": Parameter("rise of cold pressure", "bar/day", 0.2, 0.03, 0.6)},
        adds(lambda of: of.boiler.fill_bar_day, "rate"),
        at_end=fill_and_reset,
    ),
    _fault(
        "expansion_vessel",
        "The expansion vessel loses its gas: the pressure swings with the heat, the valve weeps.",
        {"left": Parameter("share of the vessel's gas that is left", "", 0.25, 0.6, 0.05)},
        scales(lambda of: of.boiler.vessel_share, "left"),
        grows_over_days=30.0,
        at_end=fill_and_reset,
    ),
)
_MOVING = (
    _fault(
        "pump_failure",
        "The pump is worn or seized: the water hardly moves and the boiler overheats.",
        {"flow": Parameter("share of the flow that is left", "", 0.0, 0.4, 0.0)},
        scales(lambda of: of.boiler.pump_share, "flow"),
    ),
    _fault(
        "diverter_stuck_on_heating",
        "The diverter valve sticks on heating: taps run cold and radiators warm instead.",
        {SHARE: _comes_and_goes(0.3)},
        _sticks(ON_HEATING),
    ),
    _fault(
        "diverter_stuck_on_hot_water",
        "The diverter valve sticks on hot water: the taps are hot and the rooms are not.",
        {SHARE: _comes_and_goes(0.3)},
        _sticks(ON_HOT_WATER),
        onset_months=HEATING_MONTHS,
    ),
    _fault(
        "hot_water_scaling",
        "Scale grows in the hot-water exchanger: the flow must be hotter for the same hot water.",
        {"approach": Parameter("what the flow must be hotter", "K", 12.0, 4.0, 20.0)},
        adds(lambda of: of.boiler.scale_k, "approach"),
        grows_over_days=90.0,
    ),
    _fault(
        "kettling",
        "Scale or sludge in the main exchanger: the water boils in places and the boiler trips.",
        {"scale": Parameter("how far the exchanger is scaled", "", 0.6, 0.2, 1.0)},
        adds(lambda of: of.boiler.kettling, "scale"),
        grows_over_days=30.0,
    ),
    _fault(
        "return_too_hot",
        "Much of the flow comes back without having been through a radiator, too hot to condense.",
        {
            "bypass": Parameter(
                "share of the flow that passes the radiators by", "", 0.5, 0.3, 0.8
            ),
            "target": Parameter("how much higher the flow is set", "K", 10.0, 5.0, 18.0),
        },
        together(
            adds(lambda of: of.boiler.bypass_share, "bypass"),
            adds(lambda of: of.boiler.flow_target_up_k, "target"),
        ),
        onset_months=HEATING_MONTHS,
    ),
)
_BURNING = (
    _fault(
        "ignition_degrading",
        "Electrodes wear: lighting takes more attempts, the flame signal fades, at last it locks.",
        {
            "fail": Parameter("share of attempts that fail in the end", "", 0.2, 0.05, 0.5),
            "current": Parameter("share of the flame current that is left", "", 0.5, 0.8, 0.25),
        },
        together(
            adds(lambda of: of.boiler.ignition_fail_share, "fail"),
            scales(lambda of: of.boiler.flame_current_factor, "current"),
        ),
        grows_over_days=21.0,
    ),
    _fault(
        "lockout",
        "The boiler locks itself out, and pressing its button does not help.",
        {SHARE: _comes_and_goes(0.3, "share of the time for which it is locked")},
        switches(lambda of: of.boiler.locked, stretch_h=_LOCKED_H),
    ),
    _fault(
        "flow_temp_not_reached",
        "Too little gas or air: the burner stays weak and the flow never gets as hot as asked.",
        {"power": Parameter("share of the greatest power that is left", "", 0.25, 0.5, 0.1)},
        scales(lambda of: of.boiler.power_share, "power"),
        grows_over_days=7.0,
    ),
    _fault(
        "no_heat",
        "The thermostat calls and the boiler does not answer: a wire, a receiver, a board.",
        {SHARE: _comes_and_goes(0.4)},
        switches(lambda of: of.boiler.deaf),
        onset_months=HEATING_MONTHS,
    ),
    _fault(
        "short_cycling",
        "The burner cannot turn down: it lights for a minute, overshoots and goes out again.",
        {"factor": Parameter("times the lowest power as built", "", 3.0, 1.5, 4.0)},
        scales(lambda of: of.boiler.lowest_power_factor, "factor"),
    ),
    _fault(
        "frozen_condensate",
        "The condensate pipe freezes outdoors in frost, and the boiler locks until it thaws.",
        {SHARE: _comes_and_goes(0.3, "share of the frosty nights on which it is exposed")},
        _freezes,
        onset_months=range(9, 13),
    ),
    _fault(
        "boiler_sensor_fault",
        "A temperature sensor in the boiler reads wrong, sticks, or loses contact.",
        {
            "bias": Parameter(
                "error; a loose contact shows in an eighth of the hours a kelvin",
                "K", 5.0, 1.0, _BIAS_MOST_K,
            ),
            "mode": Parameter(
                "0 flow high, 1 flow low, 2 return high, 3 flow stuck, 4 flow open",
                "", float(FLOW_HIGH), float(FLOW_HIGH), float(FLOW_OPEN), choice=True,
            ),
        },
        _misreads,
    ),
)  # fmt: skip
BOILER_FAULTS = (*_WATER, *_MOVING, *_BURNING)
