"""zigbee2mqtt: one JSON object a message on `zigbee2mqtt/FRIENDLY NAME`.

Form: zigbee2mqtt's documentation (MQTT topics and messages; devices/SNZB-02D; `last_seen` as
ISO 8601). Written by hand, for most of a long history is this.
"""

from firmware_sim.dialects.speech import RoomRow, Said, Speaker, utc_text

EVERY_MIN = None  # each sensor has its own timing
SETTINGS: tuple[str, ...] = ()


def base_topic(speaker: Speaker) -> str:
    """The topic of a sensor."""
    return f"zigbee2mqtt/{speaker.name}"


def messages(speaker: Speaker, row: RoomRow) -> tuple[Said, ...]:
    """The state of a sensor; what was not measured is left out."""
    measured_s, temp_c, humidity_pct, co2_ppm, _, battery_pct = row
    parts = []
    # A number that is not equal to itself was not measured.
    if battery_pct == battery_pct:
        parts.append(f'"battery":{battery_pct:.0f}')
    if co2_ppm == co2_ppm:
        parts.append(f'"co2":{co2_ppm:.0f}')
    if humidity_pct == humidity_pct:
        parts.append(f'"humidity":{humidity_pct:.5g}')
    seen = utc_text(measured_s)[:-3]
    parts.append(f'"last_seen":"{seen}Z","linkquality":{_link_quality(speaker, measured_s)}')
    if temp_c == temp_c:
        parts.append(f'"temperature":{temp_c + 0.0:.5g}')
    if battery_pct == battery_pct:
        parts.append(f'"voltage":{2500 + 5 * battery_pct:.0f}')
    return (Said("", "{" + ",".join(parts) + "}"),)


def _link_quality(speaker: Speaker, measured_s: float) -> int:
    """The radio link of this sensor, which wavers a little from one reading to the next."""
    return 60 + speaker.number * 37 % 120 + int(measured_s) // 300 * 7 % 13
