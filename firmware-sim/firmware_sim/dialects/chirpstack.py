"""ChirpStack v4: `application/ID/device/EUI/event/up`, protobuf's JSON of an UplinkEvent.

Form: ChirpStack's documentation (integrations/events.md, mqtt.md). Fields of value 0, false or ""
are left out, so the first frame of a session has no `fCnt` and a frame at SF12 no `dr`; `object` is
what the device profile's codec decoded.
"""

import json
from uuid import NAMESPACE_OID, uuid5

from firmware_sim.dialects import lorawan
from firmware_sim.dialects.lorawan import without_empty
from firmware_sim.dialects.speech import RoomRow, Said, Speaker, instant

EVERY_MIN = lorawan.EVERY_MIN
SETTINGS: tuple[str, ...] = ()
_TENANT, _APPLICATION, _PROFILE = (
    str(uuid5(NAMESPACE_OID, f"firmware-sim {what}"))
    for what in ("tenant", "application", "device profile")
)


def base_topic(speaker: Speaker) -> str:
    """The device's topic within the application."""
    return f"application/{_APPLICATION}/device/{speaker.eui.lower()}"


def messages(speaker: Speaker, row: RoomRow) -> tuple[Said, ...]:
    """The uplink event of a reading."""
    up = lorawan.uplink(speaker, row)
    seen = instant(row.measured_s).isoformat(timespec="microseconds")
    body = {
        "deduplicationId": str(uuid5(NAMESPACE_OID, f"{speaker.eui} {seen}")),
        "time": seen,
        "deviceInfo": {
            "tenantId": _TENANT,
            "tenantName": "ChirpStack",
            "applicationId": _APPLICATION,
            "applicationName": "Homes",
            "deviceProfileId": _PROFILE,
            "deviceProfileName": "Room sensor",
            "deviceName": speaker.name,
            "devEui": speaker.eui.lower(),
        },
        "devAddr": f"{0x01000000 + speaker.number:08x}",
        "adr": True,
        "dr": up.data_rate,
        "fCnt": up.counter,
        "fPort": lorawan.PORT,
        "data": up.data,
        "object": up.decoded,
        "rxInfo": [_received(speaker, up)],
        "txInfo": _sent(up),
    }
    return (Said("event/up", json.dumps(without_empty(body), separators=(",", ":"))),)


def _received(speaker: Speaker, up: lorawan.Uplink) -> dict[str, object]:
    about: dict[str, object] = {
        "gatewayId": f"0016c001f1{speaker.number // 60:06x}",
        "uplinkId": up.counter,
        "rssi": up.rssi_dbm,
        "snr": up.snr_db,
        "metadata": {"region_name": "eu868", "region_common_name": "EU868"},
    }
    return without_empty(about)


def _sent(up: lorawan.Uplink) -> dict[str, object]:
    lora = {
        "bandwidth": 125_000,
        "spreadingFactor": 12 - up.data_rate,
        "codeRate": "CR_4_5",
    }
    return {"frequency": 868_100_000, "modulation": {"lora": lora}}
