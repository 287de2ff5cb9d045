"""A wrong address gets an answer in the caller's own form."""

from collections.abc import Iterator

import pytest

from tests.api.town import Town, town
from tests.fixtures_database import HomewellDatabase


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db, homes=1) as made:
        yield made


@pytest.mark.parametrize(
    ("path", "form"),
    [("/nope", "text/html; charset=utf-8"), ("/api/v1/nope", "application/problem+json")],
)
def test_a_person_gets_a_page_and_a_program_a_problem(here: Town, path: str, form: str) -> None:
    answer = here.client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (404, form)
