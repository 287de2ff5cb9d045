"""What people are told of damp: the room, the building and the numbers; never who lives there.

Every template stands in TEMPLATES, so that a test can read all of them.
"""

from collections.abc import Mapping

from detectors.damp.counterfactual import WARM_C
from detectors.damp.score import HIGH_SCORE, MEDIUM_SCORE
from detectors.surface import assumed_words

TEMPLATES = {
    "moister": "The air in this room holds more water than it used to: about {rise:.1f} g more in "
    "each cubic metre than in the weeks before, and more than doors and weather explain.",
    "sudden": "Within days the air in this room has become moister beside the home's other rooms, "
    "by about {step:.1f} g in each cubic metre, far more than its days vary by: a pipe may be "
    "leaking.",
    "rain": "This room is moister for days after rain than in dry spells, by about {rain:.1f} g in "
    "each cubic metre: rain may be coming through an outer wall, a gutter or a window frame.",
    "colder": "This home has been about {fall:.0f} °C colder than in the weeks before; colder "
    "walls are damper walls.",
    "growth": "The coldest surfaces here were damp enough for mould to grow for {share} of the "
    "last week.",
    "index": "The estimated mould index is {index:.1f} on a scale to 6, where 1 shows only under a "
    "microscope and from 3 mould can be seen.",
    "clean": "No mould is expected to have begun to grow.",
    "weeks": "If nothing changes, {what} in about {about} (likely between {least} and {most}).",
    "warmer": "With this room at {warm:.0f} °C the risk would fall to {level}.",
    "aired": "With twice the air change the risk would fall to {level}.",
    "insulated": "With these surfaces insulated the risk would fall to {level}.",
    "inspect": "Water may be coming from the building itself, so it is worth a visit.",
    "wet": "Water probably formed on the coldest surfaces here for {hours:.0f} hours or more on "
    "{days}",
    "dew": ": anything colder than {dew:.0f} °C gets wet in this air",
}
CLEAN_INDEX = 0.1  # less is a clean surface, within what a sensor tells (own)
_BUILDING = ("plumbing_leak", "penetrating_damp", "persistent_moisture")
_BUILDING_WEIGHT = 0.4  # together; with less they are one guess among others (own)
_CHANGES = {
    "score_if_warmer": "warmer",
    "score_if_aired": "aired",
    "score_if_insulated": "insulated",
}


def say(template: str, **numbers: float | str) -> str:
    """One sentence of TEMPLATES with its numbers."""
    return TEMPLATES[template].format(**numbers)


def level(score: float) -> str:
    """The word for a score.

    >>> level(39.9), level(40.0), level(70.0)
    ('LOW', 'MEDIUM', 'HIGH')
    """
    if score < MEDIUM_SCORE:
        return "LOW"
    return "MEDIUM" if score < HIGH_SCORE else "HIGH"


def mould_sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of a mould risk."""
    said = []
    if "moister_by_g_m3" in evidence:
        said.append(say("moister", rise=evidence["moister_by_g_m3"]))
    if "suddenly_moister_by_g_m3" in evidence:
        said.append(say("sudden", step=evidence["suddenly_moister_by_g_m3"]))
    if "wetter_after_rain_by_g_m3" in evidence:
        said.append(say("rain", rain=evidence["wetter_after_rain_by_g_m3"]))
    if "colder_by_k" in evidence:
        said.append(say("colder", fall=evidence["colder_by_k"]))
    share = round(evidence.get("growth_share_pct", 0.0))
    if share > 0:
        said.append(say("growth", share="all" if share >= 100 else f"{share} %"))
    index = evidence["mould_index"]
    said.append(say("index", index=index) if index >= CLEAN_INDEX else say("clean"))
    said += [*_weeks(evidence), *_change(evidence)]
    if sum(evidence.get(f"cause_{name}", 0.0) for name in _BUILDING) >= _BUILDING_WEIGHT:
        said.append(say("inspect"))
    if evidence.get("f_rsi_assumed"):
        said.append(assumed_words(evidence["f_rsi"]))
    return " ".join(said)


def wet_sentence(evidence: Mapping[str, float], *, wet_h: float, span_days: int) -> str:
    """What a person is told for the numbers of condensation."""
    days = round(evidence["wet_days"])
    which = f"every one of the last {span_days} days"
    if days < span_days:
        which = f"{days} of the last {span_days} days"
    text = say("wet", hours=wet_h, days=which)
    if "dew_point_c" in evidence:  # not of days of which less than half is known
        text += say("dew", dew=evidence["dew_point_c"])
    assumed = f" {assumed_words(evidence['f_rsi'])}" if evidence["f_rsi_assumed"] else ""
    return f"{text}.{assumed}"


def _weeks(evidence: Mapping[str, float]) -> list[str]:
    if "weeks_to_growth" not in evidence:
        return []
    seen = evidence["mould_index"] >= 1.0
    about = round(max(evidence["weeks_to_growth"], 1.0))
    return [
        say(
            "weeks",
            what="mould may be seen" if seen else "mould is likely to begin to grow",
            about=_span(about),
            least=_span(round(evidence["weeks_to_growth_least"])),
            most=_span(max(round(evidence["weeks_to_growth_most"]), about)),
        )
    ]


def _span(weeks: int) -> str:
    if weeks < 1:
        return "now"
    return "a week" if weeks == 1 else f"{weeks} weeks"


def _change(evidence: Mapping[str, float]) -> list[str]:
    """The one change that would bring the risk down furthest, where one brings it to LOW."""
    if evidence["mould_score"] < MEDIUM_SCORE:
        return []
    options = [
        (evidence[name], words)
        for name, words in _CHANGES.items()
        if evidence.get(name, MEDIUM_SCORE) < MEDIUM_SCORE
    ]
    if not options:
        return []
    score, words = min(options)
    return [say(words, warm=WARM_C, level=level(score))]
