"""What stands before every route: headers, limits, same-origin writes, a log without secrets."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.entrance import COOKIE
from api.guards import BODY_BYTES_MAX
from api.settings import NotConfigured, Settings, from_environment
from tests.api.town import KEY, ORIGIN, Town, town
from tests.fixtures_database import HomewellDatabase

TENANT = ("tenant", "tenant-1")
CHOICE = {"purpose": "advice.energy", "choice": "yes"}


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db) as made:
        yield made


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/homes", "/no-such-page"])
def test_every_answer_carries_the_headers_that_protect_it(here: Town, path: str) -> None:
    headers = here.client.get(path).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert "server" not in headers or headers["server"] == "uvicorn"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_press_of_a_button_counts_only_on_our_own_pages(
    here: Town, headers: dict[str, str], status: int
) -> None:
    cookie = {"Cookie": f"{COOKIE}={here.token(*TENANT)}"}

    answer = here.client.post("/my-choices", data=CHOICE, headers=cookie | headers)

    assert answer.status_code == status


def test_a_browser_that_only_says_its_origin_is_believed_for_our_own(here: Town) -> None:
    headers = {
        "Cookie": f"{COOKIE}={here.token(*TENANT)}",
        "Origin": str(here.client.base_url).rstrip("/"),
    }

    assert here.client.post("/my-choices", data=CHOICE, headers=headers).status_code == 303


def test_the_cookie_of_the_pages_does_not_open_the_api(here: Town) -> None:
    headers = {"Cookie": f"{COOKIE}={here.token(*TENANT)}", "Sec-Fetch-Site": "same-origin"}

    assert here.client.get("/api/v1/consents", headers=headers).status_code == 401


@pytest.mark.parametrize("chunked", [False, True], ids=["of a stated length", "in pieces"])
def test_a_body_that_is_too_large_is_refused(here: Town, chunked: bool) -> None:
    large = b" " * (BODY_BYTES_MAX + 1)

    answer = here.ask(TENANT, "PUT", "/consents", content=iter([large]) if chunked else large)

    assert answer.status_code == 413
    assert answer.json()["title"] == "The request is too large"


def accesses(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "access"]


def test_the_log_names_the_route_and_no_id_and_no_query(
    here: Town, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "access"):
        here.client.get(f"/sign-in?token={here.token(*TENANT)}")
        here.ask(TENANT, "GET", "/homes/home-1/readings?kind=room")
        # An answer leaves before its line is written.
        deadline = time.monotonic() + 10
        while len(lines := accesses(caplog)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)

    assert [line.rsplit(" ", 2)[0] for line in lines] == [
        "GET /sign-in 303",
        "GET /homes/{home_id}/readings 200",
    ]


def test_what_is_not_there_is_told_as_a_problem(here: Town) -> None:
    answer = here.client.get("/api/v1/no-such-thing")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_it_is_alive_and_ready(here: Town) -> None:
    assert here.client.get("/healthz").json() == {"status": "ok"}
    assert here.client.get("/readyz").json() == {"status": "ready"}


def test_the_api_is_described_whole_and_nothing_is_loaded_from_elsewhere(here: Town) -> None:
    described = here.client.get("/openapi.json").json()

    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert len(operations) >= 18
    assert [one for one in operations if not (one.get("summary") and one.get("description"))] == []
    assert here.client.get("/docs").status_code == 404


def test_every_example_in_the_description_has_all_that_is_never_empty(here: Town) -> None:
    schemas = here.client.get("/openapi.json").json()["components"]["schemas"]
    examples = {name: schema for name, schema in schemas.items() if "example" in schema}

    lacking = [
        (name, member)
        for name, schema in examples.items()
        for member in schema.get("required", ())
        if member not in schema["example"]
        and {"type": "null"} not in schema["properties"][member].get("anyOf", ())
    ]

    assert "AlertModel" in examples
    assert lacking == []


ENVIRONMENT = {
    "DATABASE_URL": "postgresql://api",
    "CASEWORK_DATABASE_URL": "postgresql://casework",
    "HOMEWELL_TOKEN_KEY": KEY,
    "HOMEWELL_PUBLIC_URL": f"{ORIGIN}/",
}


def test_the_environment_becomes_settings_that_show_no_secret() -> None:
    settings = from_environment(ENVIRONMENT)

    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, ORIGIN)
    assert KEY not in repr(settings)
    assert "casework" not in repr(settings)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"CASEWORK_DATABASE_URL": ""}, "CASEWORK_DATABASE_URL is not set"),
        ({"HOMEWELL_TOKEN_KEY": "short"}, "shorter than 32 bytes"),
        ({"HOMEWELL_API_PORT": "http"}, "must be 1 to 65535"),
        ({"HOMEWELL_API_HOST": "0.0.0.0"}, "for this machine alone"),  # noqa: S104 - refused
        ({"HOMEWELL_API_HOST": "example.org"}, "for this machine alone"),
        ({"HOMEWELL_PUBLIC_URL": "ftp://x"}, "is no web address"),
    ],
)
def test_an_environment_that_lacks_something_says_what(change: dict[str, str], words: str) -> None:
    with pytest.raises(NotConfigured, match=words):
        from_environment(ENVIRONMENT | change)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_has_several_names(host: str) -> None:
    settings = from_environment(ENVIRONMENT)

    assert replace(settings, host=host).on_loopback
    assert isinstance(settings, Settings)
