"""Templates into HTML: escaped always, and an unknown name in a template is an error."""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.pages.local_time import ago_words, day_words, machine_time, moment_words


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the navigation."""

    href: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page: where one is, where one can go, and as whom."""

    here: str = ""
    start: str = "/"
    ways: tuple[Way, ...] = ()
    signed_in_as: str = ""


SIGNED_OUT = Frame()
LANDLORD_WAYS = (Way("/landlord", "Homes"), Way("/landlord/repairs", "Repairs"))
TENANT_WAYS = (Way("/my-home", "My home"), Way("/my-choices", "Your data choices"))
ENGINEER_WAYS = (Way("/devices", "Devices"), Way("/rejected", "Rejected messages"))


def render(template: str, *, frame: Frame, **names: object) -> str:
    """The page. Raises jinja2.UndefinedError when the template asks for what was not given."""
    return _environment().get_template(template).render(frame=frame, **names)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment_words"] = moment_words
    environment.filters["day_words"] = day_words
    environment.filters["machine_time"] = machine_time
    environment.filters["ago_words"] = ago_words
    return environment
