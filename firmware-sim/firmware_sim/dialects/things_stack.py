"""The Things Stack v3: `v3/APPLICATION@TENANT/devices/ID/up`.

Form: The Things Stack's documentation (data formats; JavaScript payload formatter, normalised
payload). "Empty fields are omitted": 0, false and "" are not written, so the first frame of a
session has no `f_cnt`.
"""

import json
from uuid import NAMESPACE_OID, uuid5

from firmware_sim.dialects import lorawan
from firmware_sim.dialects.lorawan import without_empty
from firmware_sim.dialects.speech import RoomRow, Said, Speaker, instant

EVERY_MIN = lorawan.EVERY_MIN
SETTINGS: tuple[str, ...] = ()
_APPLICATION, _TENANT = "homes", "ttn"
_NORMALISED = {"temperature": "temperature", "humidity": "relativeHumidity", "co2": "co2"}
_ON_ITS_WAY_S = 0.2  # from the antenna through the servers


def base_topic(speaker: Speaker) -> str:
    """The device's topic within the application."""
    return f"v3/{_APPLICATION}@{_TENANT}/devices/{speaker.name}"


def messages(speaker: Speaker, row: RoomRow) -> tuple[Said, ...]:
    """The uplink message of a reading, decoded and normalised."""
    up = lorawan.uplink(speaker, row)
    body = {
        "end_device_ids": {
            "device_id": speaker.name,
            "application_ids": {"application_id": _APPLICATION},
            "dev_eui": speaker.eui,
            "join_eui": "800000000000000C",
            "dev_addr": f"{0x26000000 + speaker.number:08X}",
        },
        "correlation_ids": [f"as:up:{uuid5(NAMESPACE_OID, f'{speaker.eui} {row.measured_s}')}"],
        "received_at": _stamp(row.measured_s + _ON_ITS_WAY_S),
        "uplink_message": without_empty(_uplink_message(speaker, row, up)),
    }
    return (Said("up", json.dumps(body, separators=(",", ":"))),)


def _uplink_message(speaker: Speaker, row: RoomRow, up: lorawan.Uplink) -> dict[str, object]:
    air = {_NORMALISED[name]: value for name, value in up.decoded.items() if name in _NORMALISED}
    heard: dict[str, object] = {
        "gateway_ids": {"gateway_id": f"gtw{speaker.number // 60 + 1}"},
        "time": _stamp(row.measured_s),
        "rssi": up.rssi_dbm,
        "channel_rssi": up.rssi_dbm,
        "snr": up.snr_db,
        "channel_index": speaker.number % 8,
    }
    lora = {"bandwidth": 125_000, "spreading_factor": 12 - up.data_rate, "coding_rate": "4/5"}
    return {
        "f_port": lorawan.PORT,
        "f_cnt": up.counter,
        "frm_payload": up.data,
        "decoded_payload": up.decoded,
        "normalized_payload": [{"air": air}] if air else [],
        "rx_metadata": [without_empty(heard)],
        "settings": {"data_rate": {"lora": lora}, "frequency": "868100000"},
        "received_at": _stamp(row.measured_s + _ON_ITS_WAY_S),
        "consumed_airtime": f"{0.0616 * 2 ** (5 - up.data_rate):.4f}s",
    }


def _stamp(at_s: float) -> str:
    return instant(at_s).isoformat(timespec="milliseconds")[:-6] + "Z"
