"""What a LoRaWAN room sensor puts on the air, whichever network carries it.

The frame is that of a Milesight EM300-TH: channels of id, type and value, little-endian;
temperature in tenths, humidity in halves. The battery comes along every six hours only.
Source: Ursalink-CN/ursalink-decoder, EM300-TH.js; milesight-iot/sensordecoders, issue 4.
"""

import base64
import struct
from dataclasses import dataclass

from firmware_sim.dialects.speech import RoomRow, Speaker, known

EVERY_MIN = 10
PORT = 85
_BATTERY, _TEMPERATURE, _HUMIDITY, _CO2 = b"\x01\x75", b"\x03\x67", b"\x04\x68", b"\x05\x7d"
_BATTERY_EVERY_S = 6 * 3600.0
_FRAMES_WRAP = 1 << 16
_AIR_C = (-3276.8, 3276.7)  # what a signed word of tenths holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """One frame and what its decoder makes of it."""

    counter: int
    """Counts the frames of the session, and begins again at nought."""
    data: str
    """Base64."""
    decoded: dict[str, float]
    data_rate: int
    """0 (SF12) to 5 (SF7)."""
    rssi_dbm: int
    snr_db: float


def uplink(speaker: Speaker, row: RoomRow) -> Uplink:
    """The frame of a reading; what was not measured is left out."""
    frame, decoded = b"", dict[str, float]()
    if known(row.battery_pct) and row.measured_s % _BATTERY_EVERY_S < 60.0 * EVERY_MIN:
        decoded["battery"] = round(row.battery_pct)
        frame += _BATTERY + struct.pack("<B", round(row.battery_pct))
    if known(row.air_temp_c):
        tenths = round(10.0 * min(max(row.air_temp_c, _AIR_C[0]), _AIR_C[1]))
        decoded["temperature"] = tenths / 10.0
        frame += _TEMPERATURE + struct.pack("<h", tenths)
    if known(row.rel_humidity_pct):
        halves = min(max(round(2.0 * row.rel_humidity_pct), 0), 255)
        decoded["humidity"] = halves / 2.0
        frame += _HUMIDITY + struct.pack("<B", halves)
    if known(row.co2_ppm):
        decoded["co2"] = round(row.co2_ppm)
        frame += _CO2 + struct.pack("<H", round(row.co2_ppm))
    count = int(row.measured_s // (60 * EVERY_MIN)) + 977 * speaker.number
    return Uplink(
        counter=count % _FRAMES_WRAP,
        data=base64.b64encode(frame).decode("ascii"),
        decoded=decoded,
        data_rate=speaker.number % 6,
        rssi_dbm=-70 - speaker.number * 7 % 45,
        snr_db=9.5 - 0.5 * (speaker.number * 5 % 24),
    )


def without_empty(members: dict[str, object]) -> dict[str, object]:
    """Members whose value is not empty, 0 or false, as protobuf's JSON writes a message."""
    return {name: value for name, value in members.items() if value or isinstance(value, dict)}
