"""The consent gate's lock: who changes anything holds it for the commit alone."""

import pytest

from core.consent import Purpose
from store import gate
from store.connection import Unavailable, outages
from store.registry import register
from store.roles import Role
from tests.estate import SINCE, estate, say
from tests.fixtures_database import HomewellDatabase


def test_while_homes_are_being_registered_ingest_commits_and_a_tenants_no_is_heard(
    homewell_db: HomewellDatabase,
) -> None:
    homewell_db.register(estate())
    with (
        homewell_db.connect(Role.INGEST) as ingest,
        homewell_db.connect(Role.API) as api,
        homewell_db.connect(Role.REGISTRAR) as registrar,
    ):
        ingest.execute("SET lock_timeout = '2s'")
        api.execute("SET lock_timeout = '2s'")
        with registrar.transaction():
            register(registrar, estate(["gw-b", "gw-c"], landlord="other"))
            version = gate.newest_version(ingest)
            with ingest.transaction():
                gate.hold_still(ingest)
                before = gate.changed_since(ingest, version)[1]
            with api.transaction():
                say(api, Purpose.DAMP_RISK, "no", SINCE)
            withdrawn, changed = gate.changed_since(ingest, version)
        registered = gate.changed_since(ingest, withdrawn)[1]

    assert before == set()
    assert changed == {"gw-a"}
    assert registered == {"gw-b", "gw-c"}


def test_a_registration_that_is_taken_back_is_no_change(homewell_db: HomewellDatabase) -> None:
    with (
        homewell_db.connect(Role.INGEST) as ingest,
        homewell_db.connect(Role.REGISTRAR) as registrar,
    ):
        version = gate.newest_version(ingest)
        with registrar.transaction(force_rollback=True):
            register(registrar, estate(["gw-d"], landlord="third"))

        assert gate.changed_since(ingest, version) == (version, set())


def test_who_waits_at_the_gate_for_too_long_is_told_to_try_again(
    homewell_db: HomewellDatabase,
) -> None:
    homewell_db.register(estate())
    with homewell_db.connect(Role.INGEST) as ingest, homewell_db.connect(Role.API) as api:
        version = gate.newest_version(ingest)
        with ingest.transaction():
            gate.hold_still(ingest)
            with pytest.raises(Unavailable), outages(), api.transaction():
                say(api, Purpose.DAMP_RISK, "no", SINCE)

        assert gate.changed_since(ingest, version) == (version, set())
