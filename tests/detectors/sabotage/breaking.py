"""What can go wrong with a device of a home, each way from the stretch's day BROKEN on."""

from collections.abc import Mapping

import numpy as np

from detectors.arrays import Booleans, Floats
from tests.detectors.sabotage.year import Device

BROKEN = 32.0
HOUR_MS = 3_600_000


def silent(device: Device) -> Device:
    """Nothing for four days."""
    return device.where(~device.between(BROKEN, BROKEN + 4))


def flapping(device: Device) -> Device:
    """Away for half an hour of each hour and a half."""
    minutes = device.times_ms // 60_000 % 90
    return device.where(~((device.days_since(BROKEN) >= 0) & (minutes < 30)))


def implausible(device: Device) -> Device:
    """Nothing but zeros in a reading of forty."""
    zero = broken(device) & (np.arange(len(device.times_ms)) % 40 == 0)
    return device.with_values(
        air_temp_c=np.where(zero, 0.0, device.values["air_temp_c"]),
        rel_humidity_pct=np.where(zero, 0.0, device.values["rel_humidity_pct"]),
    )


def stuck(device: Device) -> Device:
    """One value from then on, that of a damp moment."""
    here = broken(device)
    return device.with_values(
        air_temp_c=np.where(here, 17.0, device.values["air_temp_c"]),
        rel_humidity_pct=np.where(here, 88.0, device.values["rel_humidity_pct"]),
    )


def railed(device: Device, *, at_pct: float) -> Device:
    """At an end of its scale in two hours of three."""
    here = broken(device) & (device.times_ms // HOUR_MS % 3 > 0)
    return device.with_values(
        rel_humidity_pct=np.where(here, at_pct, device.values["rel_humidity_pct"])
    )


def drifting(device: Device) -> Device:
    """2 K and 16 % of humidity in sixty days, from the stretch's second day on."""
    share = np.clip(device.days_since(2.0) / 60.0, 0.0, 1.0)
    return device.with_values(
        air_temp_c=device.values["air_temp_c"] + 2.0 * share,
        rel_humidity_pct=np.minimum(device.values["rel_humidity_pct"] + 16.0 * share, 99.0),
    )


def frozen(device: Device) -> Device:
    """The same record for six hours of twelve."""
    half_days = device.times_ms // (12 * HOUR_MS)
    here = broken(device) & (device.times_ms % (12 * HOUR_MS) < 6 * HOUR_MS)
    first = {turn: number for number, turn in reversed(list(enumerate(half_days.tolist())))}
    repeated = np.array([first[turn] for turn in half_days.tolist()])
    values = {
        name: np.where(here, column[repeated], column) for name, column in device.values.items()
    }
    return device.with_values(**values)


def battery_low(device: Device) -> Device:
    """A battery that loses 6 % a day."""
    charge = device.values["battery_pct"]
    lost = 6.0 * np.maximum(device.days_since(BROKEN), 0.0)
    return device.with_values(battery_pct=np.maximum(charge - lost, 1.0))


def clock_moved(device: Device, hours: float) -> Device:
    """A clock that jumps so many hours ahead; among readings that have the same instants the
    new ones come last."""
    late = broken(device)
    times = device.times_ms + np.where(late, round(hours * HOUR_MS), 0)
    order = np.argsort(times, kind="stable")
    values = {name: column[order] for name, column in device.values.items()}
    return Device(place=device.place, times_ms=times[order], values=values)


def filed_as(home: Mapping[str, Device], one: str, other: str) -> dict[str, Device]:
    """From then on each of two sensors tells what is the other room's: nobody told the register."""
    return {
        **home,
        one: _then(home[one], home[other], one),
        other: _then(home[other], home[one], other),
    }


def moved_and_filed(home: Mapping[str, Device], one: str, other: str) -> dict[str, Device]:
    """From then on the rooms have exchanged their sensors, and the register knows.

    So the air stays each room's; battery, and what a sensor reads too warm (here 0.3 K) or too
    damp (2 %), go along.
    """
    found = dict(home)
    for place, sensor, sign in ((one, home[other], 1.0), (other, home[one], -1.0)):
        device = home[place]
        here = broken(device)
        charge = sensor.values["battery_pct"]
        usual = float(np.nanmean(charge[~broken(sensor)][-100:]))
        found[place] = device.with_values(
            air_temp_c=device.values["air_temp_c"] + np.where(here, 0.3 * sign, 0.0),
            rel_humidity_pct=device.values["rel_humidity_pct"] - np.where(here, 2.0 * sign, 0.0),
            battery_pct=np.where(here, usual, device.values["battery_pct"]),
        )
    return found


def carried_into(home: Mapping[str, Device], one: str, other: str) -> dict[str, Device]:
    """From then on the sensor of one room lies beside that of another, and nobody was told."""
    return {**home, one: _then(home[one], home[other], one)}


def broken(device: Device) -> Booleans:
    """The readings from BROKEN on."""
    after: Booleans = device.days_since(BROKEN) >= 0
    return after


def holes(device: Device, column: str, begin: float, days: float, share: float) -> Device:
    """A column that is missing in a share of the readings of some days."""
    rng = np.random.default_rng(len(device.times_ms))
    gone = device.between(begin, begin + days) & (rng.random(len(device.times_ms)) < share)
    values: Floats = np.where(gone, np.nan, device.values[column])
    return device.with_values(**{column: values})


def _then(until: Device, since: Device, place: str) -> Device:
    """One device until BROKEN and the other from then on."""
    before, after = until.where(~broken(until)), since.where(broken(since))
    return Device(
        place=place,
        times_ms=np.concatenate([before.times_ms, after.times_ms]),
        values={
            name: np.concatenate([before.values[name], after.values[name]])
            for name in before.values
        },
    )
