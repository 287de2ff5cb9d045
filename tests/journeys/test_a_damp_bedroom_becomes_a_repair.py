"""The product in one story: damp is found, the tenant decides, the repair leaves."""

from pathlib import Path

from tests.fixtures_database import HomewellDatabase
from tests.journeys.path import Air, journey
from tests.servers import MakeBroker


def test_a_damp_bedroom_becomes_a_repair(
    homewell_db: HomewellDatabase, make_broker: MakeBroker, tmp_path: Path
) -> None:
    # A broker of its own: consent documents stay retained there.
    with make_broker("journey") as broker, journey(homewell_db, broker, tmp_path) as home:
        sound = Air(temp_c=20.0, humidity_pct=50.0)
        damp = Air(temp_c=18.0, humidity_pct=55.0, damp_humidity_pct=74.0)
        outdoors = Air(temp_c=4.0, humidity_pct=85.0)
        home.five_weeks(bedroom=damp, living_room=sound, bathroom=sound, outdoors=outdoors)

        [alert] = home.seen_by("officer", "officer-1", "/alerts")["items"]
        assert (alert["home_id"], alert["detector"]) == ("home-1", "mould_risk")

        # Nobody has agreed to repairs being raised without asking: withheld, and both sides know.
        assert home.decide_and_deliver() == []
        [seen] = home.seen_by("officer", "officer-1", "/alerts")["items"]
        assert seen["decision"] == "withheld"
        [asked] = home.seen_by("tenant", "tenant-1", "/notices")["items"]
        assert "May we ask your landlord for a repair?" in asked["body"]

        # The tenant says yes: raised at once, with the flags of the ledger and what is left out.
        home.tenant_says("repair.auto_raise", "yes")
        [event] = home.decide_and_deliver()
        flags = {one["purpose"]: one for one in event["data"]["consent"]["purposes"]}
        assert flags["repair.auto_raise"]["state"] == "preference_on"
        assert flags["share.indoor_readings.landlord"]["granularity"] == "band"
        assert "detection.evidence" in event["data"]["consent"]["redactions"]
        assert "evidence" not in event["data"]["detection"]
        assert home.seen_by("tenant", "tenant-1", "/repairs")["items"][0]["status"] == "sent"

        # It is done; the tenant changes their mind: the next one is refused from that instant.
        repair_id = event["data"]["repairId"]
        home.landlord_says(repair_id, "accepted")
        home.landlord_says(repair_id, "completed")
        home.tenant_says("repair.auto_raise", "no")
        wanted = {"alert_id": alert["alert_id"]}
        refused = home.town.ask(("officer", "officer-1"), "POST", "/repairs", json=wanted)
        assert refused.status_code == 403
        assert len(home.decide_and_deliver()) == 1
