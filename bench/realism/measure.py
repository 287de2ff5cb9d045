"""The whole comparison: real homes, simulated ones in their weather, statistic by statistic."""

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.ingest.client import BenchFailed
from bench.realism.page import SHARES, write_page
from bench.realism.real import Floats, Recording, belgian_house, finnish_houses
from bench.realism.simulated import simulate
from bench.realism.statistics import STATISTICS, Statistic

REPOSITORY = Path(__file__).parents[2]
DATA = REPOSITORY.parent / "shared" / "data"
PAGE = REPOSITORY / "docs" / "simulator-realism.md"
HOMES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Real rooms, and simulated ones in the same weather."""

    name: str
    real: tuple[Recording, ...]
    simulated: Recording
    british: Recording | None
    """Simulated with British habits of heating."""

    def without_bathrooms(self) -> "_Place":
        """The same place by its other rooms."""
        return replace(
            self,
            real=tuple(home.without_bathrooms() for home in self.real),
            simulated=self.simulated.without_bathrooms(),
            british=self.british.without_bathrooms() if self.british else None,
        )


def add_options(parser: ArgumentParser) -> None:
    """The options of this measurement."""
    parser.add_argument("--homes", type=int, default=HOMES, help="simulated homes in each weather")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the recordings")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} as well")


def measure(options: Namespace) -> dict[str, Any]:
    """Quantiles of each statistic over real and simulated rooms. BenchFailed without the data."""
    places = _places(options.data, options.homes)
    rows = [_row(statistic, places) for statistic in STATISTICS]
    others = [place.without_bathrooms() for place in places]
    without_bathrooms = [_row(statistic, others) for statistic in STATISTICS]
    result = {
        "homes": options.homes,
        "places": [
            {
                "name": place.name,
                "days": place.simulated.outdoor_c.size // 24,
                "outdoor_c": float(place.simulated.outdoor_c.mean()),
                "real_rooms": [room for home in place.real for room in home.rooms],
            }
            for place in places
        ],
        "rows": rows,
        "without_bathrooms": without_bathrooms,
        "bathrooms": [_bathrooms(statistic, places) for statistic in STATISTICS],
        "within": sum(row["within"] for row in rows),
    }
    if options.write:
        write_page(PAGE, result)
    return result


def _places(data: Path, homes: int) -> list[_Place]:
    try:
        finnish, belgian = finnish_houses(data), belgian_house(data)
    except FileNotFoundError as error:
        raise BenchFailed(
            f"there is no {error.filename}; give the folder of the recordings with --data"
        ) from error
    _say(f"{homes} homes through {finnish[0].outdoor_c.size // 24} Finnish days …")
    in_finland = simulate(
        finnish[0], homes=homes, latitude_deg=61.5, coldest_c=-26.0, as_recorded=True
    )
    _say(f"{homes} homes through {belgian.outdoor_c.size // 24} Belgian days …")
    in_belgium = simulate(belgian, homes=homes, latitude_deg=50.5, coldest_c=-8.0, as_recorded=True)
    _say("and again, heated as British people do …")
    british = simulate(belgian, homes=homes, latitude_deg=50.5, coldest_c=-8.0, as_recorded=False)
    return [
        _Place(
            name="Finland",
            real=tuple(finnish),
            simulated=in_finland,
            british=None,
        ),
        _Place(
            name="Belgium",
            real=(belgian,),
            simulated=in_belgium,
            british=british,
        ),
    ]


def _row(statistic: Statistic, places: list[_Place]) -> dict[str, Any]:
    real = [np.concatenate([statistic.of(home) for home in place.real]) for place in places]
    simulated = [statistic.of(place.simulated) for place in places]
    everywhere = np.concatenate(real)
    lowest, highest = float(np.nanmin(everywhere)), float(np.nanmax(everywhere))
    median = float(np.nanmedian(np.concatenate(simulated)))
    return {
        "name": statistic.name,
        "unit": statistic.unit,
        "real_range": [lowest, highest],
        "simulated_median": median,
        "within": lowest <= median <= highest,
        "quantiles": {
            "real": _quantiles(everywhere),
            "simulated": _quantiles(np.concatenate(simulated)),
        },
        "by_place": [
            {
                "place": place.name,
                "real": _quantiles(ours),
                "simulated": _quantiles(theirs),
                "british": _quantiles(statistic.of(place.british)) if place.british else None,
            }
            for place, ours, theirs in zip(places, real, simulated, strict=True)
        ],
    }


def _bathrooms(statistic: Statistic, places: list[_Place]) -> dict[str, Any]:
    """The one real bathroom among the simulated ones of its weather."""
    [(real, simulated)] = [
        (home.bathrooms(), place.simulated.bathrooms())
        for place in places
        for home in place.real
        if home.bathrooms().rooms
    ]
    return {
        "name": statistic.name,
        "unit": statistic.unit,
        "real": float(statistic.of(real)[0]),
        "simulated": _quantiles(statistic.of(simulated)),
    }


def _quantiles(values: Floats) -> list[float]:
    return [float(one) for one in np.nanquantile(values, SHARES)]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
