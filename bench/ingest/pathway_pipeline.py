"""Pathway's part of the bench: from MQTT into PostgreSQL, as its documentation has it.

Run by the Python that Pathway is installed in; it imports nothing of ours.
"""

import json
import logging
import os

import pathway as pw  # type: ignore[import-not-found, unused-ignore]  # a peer, seldom installed

_COMMIT_MS = 250
_FLOATS = {
    "room": ("air_temp_c", "rel_humidity_pct", "battery_pct"),
    "boiler": (
        "flow_temp_c",
        "return_temp_c",
        "hot_water_temp_c",
        "flow_target_c",
        "pressure_bar",
        "modulation_pct",
    ),
}
_SWITCHES = {"room": (), "boiler": ("flame_on", "pump_on", "heat_demand")}
_COUNTS = {"room": (), "boiler": ("burner_starts",)}


def main() -> None:
    """Read both kinds, each in a session of its own, and append what comes to its table."""
    logging.disable(logging.INFO)  # it would write a line for every acknowledgement
    for client_id, pattern in json.loads(os.environ["BENCH_SESSIONS"]).items():
        kind = pattern.rpartition("/")[2]
        types: dict[str, type] = {"t": int}
        types |= dict.fromkeys(_FLOATS[kind], float)
        types |= dict.fromkeys(_SWITCHES[kind], bool)
        types |= dict.fromkeys(_COUNTS[kind], int)
        readings = pw.io.mqtt.read(
            f"{os.environ['BENCH_MQTT']}?client_id={client_id}&clean_session=false",
            pattern,
            qos=1,
            format="json",
            schema=pw.schema_from_types(**types),
            # Every column is a list of one value here: the first is taken.
            json_field_paths={name: f"/{name}/0" for name in types},
            autocommit_duration_ms=_COMMIT_MS,
        )
        pw.io.postgres.write(
            readings, json.loads(os.environ["BENCH_POSTGRES"]), f"bench_pathway_{kind}"
        )
    pw.run(monitoring_level=pw.MonitoringLevel.NONE)


if __name__ == "__main__":
    main()
