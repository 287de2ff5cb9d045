"""`make setup`: everything the servers need, without starting any."""

from collections.abc import Mapping

from local.fetch import Say, fetch, needs_fetching
from local.place import REPOSITORY, find_place


def set_up(environ: Mapping[str, str], say: Say) -> None:
    """Fetch the servers unless both are given by address. Raises FetchFailed, NoPlace."""
    if not needs_fetching(environ):
        say("DATABASE_URL and MQTT_URL are set: no server is fetched")
        return
    place = find_place()
    if REPOSITORY not in place.root.parents:
        say(
            f"The servers live in {place.root}: the account that runs them cannot enter this folder"
        )
    fetch(place, environ, say)
