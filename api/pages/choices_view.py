"""A tenant's choices as they read them: every purpose, what holds, and one press to change it."""

from collections.abc import Sequence
from datetime import datetime

from api.choices import Record, StandingChoice
from api.pages.local_time import moment_words
from api.pages.views import ChoiceButton, ChoiceItem, ChoicesView, HistoryLine, Level
from api.pages.words import spaced
from core.consent import NO, TERMS, YES, Choice, Purpose
from core.plain_words import (
    PURPOSES,
    SHARE_LEVELS,
    answer_words,
    effect_words,
    example_words,
)

CHANNEL = "page"
"""Where a choice was made, as the record has it, when it was made on the page."""

_HOW = {
    CHANNEL: "on this page",
    "registration": "told to your landlord, who wrote it down",
}
_ALWAYS = "This is always so: nothing may hold back help in danger."
_OVER = (
    "Your tenancy here has ended, so nothing of yours is asked or used any more and there is "
    "nothing left to choose. The record of what you chose stays here for you."
)


def choices_view(
    choices: Sequence[StandingChoice],
    record: Record,
    *,
    landlord: str,
    now: datetime,
    saved: str | None,
) -> ChoicesView:
    """Every purpose as it stands at `now`, and the record; `saved` names what was just chosen."""
    can_choose = record.tenancy.in_force(now)
    return ChoicesView(
        landlord=landlord,
        said=next((_saved_words(one) for one in choices if one.purpose.value == saved), ""),
        over="" if can_choose else _OVER,
        items=tuple(_item(one, can_choose=can_choose) for one in choices),
        chain=chain_words(record),
        history=tuple(_history_line(link.choice) for link in reversed(record.links)),
    )


def chain_words(record: Record) -> str:
    """Whether the record of choices is whole, said to the tenant."""
    if not record.links:
        return "Each choice you make is written down here with its time, and stays written down."
    if record.broken_at is not None:
        return (
            f"The seal on line {record.broken_at} does not fit the lines before it: the record is "
            "not as it was written. Please tell your landlord, and keep a copy of this page."
        )
    count = len(record.links)
    lines = "the one line" if count == 1 else f"all {count} lines"
    return (
        "Each line is sealed to the one before it, so that nobody can change or remove one "
        f"unseen. We have just checked {lines}: the record is whole."
    )


def anchor(purpose: Purpose) -> str:
    """Where on the page a purpose stands."""
    return "choice-" + purpose.value.replace(".", "-").replace("_", "-")


def _item(standing: StandingChoice, *, can_choose: bool) -> ChoiceItem:
    words = standing.words
    return ChoiceItem(
        purpose=standing.purpose.value,
        anchor=anchor(standing.purpose),
        title=words.title,
        what_for=words.what_for,
        who_benefits=words.who_benefits,
        what_stops=words.what_stops,
        answer=_answer(standing),
        button=_button(standing) if can_choose else None,
        levels=_levels(standing) if can_choose else (),
    )


def _answer(standing: StandingChoice) -> str:
    if len(TERMS[standing.purpose].choices) == 1:
        return _ALWAYS
    line, words = standing.said, answer_words(standing.choice).lower()
    if line is None:
        return (
            f"You have not said anything about this. Without a word from you this holds: {words}."
        )
    until = f" It holds until {moment_words(line.expires_at)}." if line.expires_at else ""
    return f"Your answer since {moment_words(line.at)}: {words}.{until}"


def _button(standing: StandingChoice) -> ChoiceButton | None:
    if set(TERMS[standing.purpose].choices) != {YES, NO}:
        return None
    return ChoiceButton(NO, "Say no") if standing.choice == YES else ChoiceButton(YES, "Say yes")


def _levels(standing: StandingChoice) -> tuple[Level, ...]:
    offered = TERMS[standing.purpose].choices
    if set(offered) <= {YES, NO}:
        return ()
    return tuple(
        Level(
            choice=choice,
            title=answer_words(choice),
            example=example_words(standing.purpose, choice) if choice in SHARE_LEVELS else "",
            current=choice == standing.choice,
        )
        for choice in offered
    )


def _history_line(line: Choice) -> HistoryLine:
    return HistoryLine(
        at=line.at,
        title=PURPOSES[line.purpose].title,
        answer=answer_words(line.choice),
        how=_HOW.get(line.channel, spaced(line.channel)),
        revision=line.revision,
    )


def _saved_words(standing: StandingChoice) -> str:
    line = standing.said
    if line is None:
        return ""
    refused = line.choice == TERMS[line.purpose].refusing
    return (
        f"Saved. {standing.words.title}: {answer_words(line.choice).lower()}, from "
        f"{moment_words(line.at)}. {effect_words(line.purpose, line.choice, refused=refused)}"
    )
