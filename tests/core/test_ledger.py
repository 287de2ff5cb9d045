"""The chain of a tenancy's choices: whole as written, broken by any change."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.consent import Choice, Purpose
from core.ledger import Link, NotAChoice, append, first_broken
from tests.core.ledgers import BEGAN, ledgers, said


def chained(lines: list[Choice]) -> list[Link]:
    links: list[Link] = []
    for line in lines:
        links.append(append(links[-1] if links else None, line))
    return links


@given(ledgers())
def test_what_was_appended_is_whole(lines: list[Choice]) -> None:
    assert first_broken(chained(lines)) is None


@given(ledgers().filter(bool), st.data())
def test_a_changed_line_breaks_the_chain_where_it_stands(
    lines: list[Choice], data: st.DataObject
) -> None:
    links = chained(lines)
    place = data.draw(st.integers(0, len(links) - 1))
    line = links[place].choice
    changes = [
        replace(line, actor="somebody-else"),
        replace(line, at=line.at + timedelta(microseconds=1)),
        replace(line, notice_version="2020-01"),
    ]
    links[place] = replace(links[place], choice=data.draw(st.sampled_from(changes)))

    assert first_broken(links) == place + 1


@given(ledgers().filter(lambda lines: len(lines) > 1), st.data())
def test_a_line_that_was_taken_out_is_missed(lines: list[Choice], data: st.DataObject) -> None:
    links = chained(lines)
    place = data.draw(st.integers(0, len(links) - 2))
    del links[place]

    assert first_broken(links) == place + 1


def test_an_answer_that_is_not_offered_is_refused_with_those_that_are() -> None:
    with pytest.raises(NotAChoice, match=r"cannot be 'perhaps'; choose one of: yes, no"):
        append(None, said(Purpose.AUTO_RAISE, "perhaps"))


@pytest.mark.parametrize(
    "line",
    [
        said(Purpose.AUTO_RAISE, "no", revision=3),
        said(Purpose.AUTO_RAISE, "no", revision=2, tenancy_id="tenancy-2"),
    ],
    ids=["a gap", "another tenancy"],
)
def test_a_line_that_does_not_follow_on_is_refused(line: Choice) -> None:
    end = append(None, said(Purpose.AUTO_RAISE, "yes", at=BEGAN))

    with pytest.raises(ValueError, match=r"does not follow on|belongs to one tenancy"):
        append(end, line)
