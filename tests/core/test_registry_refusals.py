"""What would do harm later is refused when it is written down."""

import pytest

from core.registry import NotARegistration, parse

SECRET = "c2VjcmV0"  # noqa: S105 - for a test alone
FILE = """
[landlord]
id = "demo"
name = "Demo"
webhook = {{ url = "{url}", secret = "{secret}" }}
"""


@pytest.mark.parametrize(
    "url", ["https://", "http://[nowhere", "http://host:99999/", "http://host:port/", "ftp://host/"]
)
def test_an_address_that_nothing_can_be_sent_to_is_refused(url: str) -> None:
    with pytest.raises(NotARegistration):
        parse(FILE.format(url=url, secret=SECRET))


def test_an_empty_secret_is_refused_for_it_signs_nothing() -> None:
    with pytest.raises(NotARegistration):
        parse(FILE.format(url="https://host/", secret=""))


@pytest.mark.parametrize("url", ["https://repairs.example/homewell?x=1", "http://127.0.0.1:8123/"])
def test_a_whole_address_is_taken(url: str) -> None:
    webhook = parse(FILE.format(url=url, secret=SECRET)).landlord.webhook

    assert webhook is not None
    assert webhook.url == url


@pytest.mark.parametrize("name", ["ingest", "devices"])
def test_a_gateway_cannot_take_the_name_of_a_user_with_more_rights(name: str) -> None:
    with pytest.raises(NotARegistration, match="is a user of the broker"):
        parse(f'landlord = {{ id = "demo", name = "Demo" }}\ngateways = [{{ id = "{name}" }}]')


@pytest.mark.parametrize("days", ["0", "44", "36501", "-90", '"90 days"'])
def test_keeping_readings_too_short_to_judge_by_is_refused_for_a_slip_would_delete_them(
    days: str,
) -> None:
    with pytest.raises(NotARegistration):
        parse(f'landlord = {{ id = "demo", name = "Demo", keep_readings_days = {days} }}')
