-- One row per device and instant, one column per quantity; null is "not measured".

CREATE TABLE room_readings (
    device_id        integer NOT NULL,
    measured_at      timestamptz NOT NULL,
    air_temp_c       real,
    rel_humidity_pct real,
    co2_ppm          real,
    surface_temp_c   real,
    battery_pct      real,
    PRIMARY KEY (device_id, measured_at)
);
SELECT create_hypertable('room_readings', by_range('measured_at', interval '7 days'),
                         create_default_indexes => false);

CREATE TABLE boiler_readings (
    device_id          integer NOT NULL,
    measured_at        timestamptz NOT NULL,
    flow_temp_c        real,
    return_temp_c      real,
    hot_water_temp_c   real,
    flow_target_c      real,
    hot_water_target_c real,
    pressure_bar       real,
    modulation_pct     real,
    flame_current_ua   real,
    flame_on           boolean,
    pump_on            boolean,
    heat_demand        boolean,
    hot_water_demand   boolean,
    burner_starts      integer,
    ignition_failures  integer,
    fault_code         text,
    PRIMARY KEY (device_id, measured_at)
);
SELECT create_hypertable('boiler_readings', by_range('measured_at', interval '7 days'),
                         create_default_indexes => false);

CREATE TABLE weather_readings (
    device_id        integer NOT NULL,
    measured_at      timestamptz NOT NULL,
    air_temp_c       real,
    rel_humidity_pct real,
    rain_mm          real,
    PRIMARY KEY (device_id, measured_at)
);
SELECT create_hypertable('weather_readings', by_range('measured_at', interval '7 days'),
                         create_default_indexes => false);

-- What each commit of ingest changed, as equally long arrays, written in the same transaction. The
-- detectors take a row away in the transaction that has judged it: nothing new or late is missed,
-- however many workers write.
CREATE TABLE arrivals (
    arrival_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('room', 'boiler', 'weather')),
    device_ids integer[] NOT NULL,
    first_at   timestamptz[] NOT NULL,
    last_at    timestamptz[] NOT NULL,
    CHECK (cardinality(device_ids) = cardinality(first_at)
           AND cardinality(device_ids) = cardinality(last_at))
);

-- What could not be stored, and why. `dedupe_key` makes writing it twice the same as once.
CREATE TABLE rejected_messages (
    rejected_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dedupe_key  text NOT NULL UNIQUE,
    received_at timestamptz NOT NULL,
    landlord_id text REFERENCES landlords,
    gateway_id  text,
    device      text,
    kind        text,
    spool       text,
    seq         bigint,
    scope       text NOT NULL CHECK (scope IN ('message', 'sample', 'value')),
    quantity    text,
    measured_at timestamptz,
    -- Samples of which nothing at all could be stored because of this.
    samples_lost integer NOT NULL CHECK (samples_lost >= 0),
    reason      text NOT NULL,
    topic       text NOT NULL,
    payload     bytea NOT NULL
);
CREATE INDEX ON rejected_messages (landlord_id, received_at DESC);
