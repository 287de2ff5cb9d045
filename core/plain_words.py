"""What a tenant is asked, in plain words: each purpose, who benefits, what a no stops.

These texts are a promise. What they say is what docs/privacy.md lists and `core.consent` decides.
"""

from dataclasses import dataclass

from core.consent import NO, YES, Purpose

NOTICE_VERSION = "2026-11"
"""Changes whenever a tenant reads something else before choosing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeWords:
    """One purpose as a tenant reads it. `what_stops` is empty where there is no saying no."""

    title: str
    what_for: str
    who_benefits: str
    what_stops: str
    what_starts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelWords:
    """One level of sharing, with an example of what somebody then sees."""

    title: str
    example: str


PURPOSES: dict[Purpose, PurposeWords] = {
    Purpose.EMERGENCY: PurposeWords(
        title="Danger to life",
        what_for="If something dangerous is found in your home, your landlord is told at once.",
        who_benefits="You and everybody in the building.",
        what_stops="",
        what_starts="Your landlord is told at once of anything dangerous.",
    ),
    Purpose.FAULT_DETECTION: PurposeWords(
        title="Finding boiler faults",
        what_for="Your boiler's pressure, temperatures and fault codes are read to find a fault "
        "early, often before the heating or hot water fails.",
        who_benefits="You, with fewer cold days; your landlord, with smaller repairs.",
        what_stops="We stop reading your boiler. Nobody is warned when it begins to fail, so you "
        "would tell your landlord when something is wrong.",
        what_starts="We read your boiler to find faults early.",
    ),
    Purpose.DAMP_RISK: PurposeWords(
        title="Finding damp and mould early",
        what_for="Temperature and humidity in your rooms are measured to see where walls may get "
        "damp, so that the building can be put right before mould grows.",
        who_benefits="You and those you live with: damp and mould harm health.",
        what_stops="We stop measuring your rooms. Nobody is warned of damp, so you would tell your "
        "landlord when you see it.",
        what_starts="We measure your rooms to find damp early.",
    ),
    Purpose.AUTO_RAISE: PurposeWords(
        title="Asking for repairs without asking you first",
        what_for="When a fault or damp is found, we ask your landlord for the repair straight "
        "away and tell you. The request says what to look at and in which room.",
        who_benefits="You: the repair is asked for the same day, and you need not do anything.",
        what_stops="We tell you what we found and wait. Your landlord is asked for a repair only "
        "when you ask for it.",
        what_starts="Repairs are asked for straight away, and you are told each time.",
    ),
    Purpose.SHARE_WITH_LANDLORD: PurposeWords(
        title="What your landlord sees of your rooms",
        what_for="You decide how closely your landlord may look at the temperature and humidity "
        "of your rooms.",
        who_benefits="Your landlord understands a problem sooner when they see more of it.",
        what_stops="Your landlord sees that there is an alert and how serious it is, and nothing "
        "else of your rooms.",
        what_starts="Your landlord sees your rooms as closely as you chose.",
    ),
    Purpose.SHARE_WITH_CONTRACTOR: PurposeWords(
        title="What the person doing a repair sees of your rooms",
        what_for="When somebody comes for a repair, they can be given the readings that led to it.",
        who_benefits="They come prepared, and may need fewer visits.",
        what_stops="They are told what to look at and where, without any reading.",
        what_starts="They get the readings that led to a repair, as closely as you chose.",
    ),
    Purpose.VULNERABILITY: PurposeWords(
        title="Taking health or age into account",
        what_for="If you tell us that somebody in your home is ill, very young or old, or "
        "disabled, a repair can be asked for more urgently.",
        who_benefits="Those in your home for whom cold or damp is a greater risk.",
        what_stops="We do not use anything about health or age, and pass none of it on. What your "
        "landlord knows from elsewhere stays with them.",
        what_starts="What you tell us about health or age may make a repair more urgent.",
    ),
    Purpose.ENERGY_ADVICE: PurposeWords(
        title="Advice on energy",
        what_for="Your readings can be used to suggest ways to be warm for less money.",
        who_benefits="You.",
        what_stops="You get no such advice from us.",
        what_starts="You may get advice on being warm for less money.",
    ),
    Purpose.RESEARCH: PurposeWords(
        title="Research",
        what_for="Your readings, without your name or address, can help to find damp and faults "
        "better in all homes.",
        who_benefits="People in other homes, later on.",
        what_stops="Your readings are not used for research.",
        what_starts="Your readings, without your name or address, are used for research.",
    ),
    Purpose.CONTACT: PurposeWords(
        title="How you like to be written to",
        what_for="Choose how you would like your landlord to write to you about repairs. We pass "
        "it on with each repair. Everything also stands on your page.",
        who_benefits="You.",
        what_stops="",
        what_starts="With each repair, your landlord is told that you would like to be written to "
        "this way.",
    ),
}

SHARE_LEVELS: dict[str, LevelWords] = {
    "none": LevelWords(title="No reading at all", example="“There is an alert; it is medium.”"),
    "band": LevelWords(
        title="Low, medium or high", example="“Risk of mould in the bedroom: medium.”"
    ),
    "daily": LevelWords(
        title="One average a day", example="“Bedroom on Tuesday: 17.8 °C and 68 % humidity.”"
    ),
    "half_hourly": LevelWords(
        title="An average every half hour", example="“Bedroom, Tuesday 07:30: 16.9 °C and 72 %.”"
    ),
    "raw": LevelWords(
        title="Everything measured",
        example="Each reading of each sensor, some minutes apart, with its time.",
    ),
}

CHANNELS: dict[str, str] = {
    "letter": "By letter",
    "email": "By e-mail",
    "sms": "By text message",
    "phone": "By phone",
}

ANSWERS: dict[str, str] = {YES: "yes", NO: "no"}


def example_words(purpose: Purpose, choice: str) -> str:
    """What somebody sees at a level of sharing; whoever does a repair is always told what it is."""
    if purpose is Purpose.SHARE_WITH_CONTRACTOR and choice == "none":
        return "“Find out why the bedroom is damp.”"
    return SHARE_LEVELS[choice].example


def answer_words(choice: str) -> str:
    """An answer as a tenant reads it.

    >>> answer_words("half_hourly")
    'An average every half hour'
    """
    level = SHARE_LEVELS.get(choice)
    return level.title if level else CHANNELS.get(choice) or ANSWERS[choice]


def effect_words(purpose: Purpose, choice: str, *, refused: bool) -> str:
    """What holds from now on, said to the tenant who just chose."""
    words = PURPOSES[purpose]
    if refused:
        return words.what_stops
    if choice in SHARE_LEVELS:
        return f"{words.what_starts} {SHARE_LEVELS[choice].title}: {SHARE_LEVELS[choice].example}"
    return words.what_starts
