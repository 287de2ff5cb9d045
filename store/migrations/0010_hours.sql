-- Readings by the hour, for charts of long periods. An hour of a device is computed from all of its
-- readings whenever any of them is new, filled or erased, and is there only when it has a reading.
-- A quantity's mean, lowest and highest are empty, and its count 0, where it was not measured.
-- Counters and fault codes stay with the readings: an hour says nothing of them.

CREATE TABLE room_hours (
    device_id integer NOT NULL,
    hour timestamptz NOT NULL,
    samples integer NOT NULL,
    air_temp_c_min real, air_temp_c_mean real, air_temp_c_max real,
    air_temp_c_count integer NOT NULL,
    rel_humidity_pct_min real, rel_humidity_pct_mean real, rel_humidity_pct_max real,
    rel_humidity_pct_count integer NOT NULL,
    co2_ppm_min real, co2_ppm_mean real, co2_ppm_max real,
    co2_ppm_count integer NOT NULL,
    surface_temp_c_min real, surface_temp_c_mean real, surface_temp_c_max real,
    surface_temp_c_count integer NOT NULL,
    battery_pct_min real, battery_pct_mean real, battery_pct_max real,
    battery_pct_count integer NOT NULL,
    PRIMARY KEY (device_id, hour)
);
SELECT create_hypertable('room_hours', by_range('hour', interval '91 days'),
                         create_default_indexes => false);

CREATE TABLE boiler_hours (
    device_id integer NOT NULL,
    hour timestamptz NOT NULL,
    samples integer NOT NULL,
    flow_temp_c_min real, flow_temp_c_mean real, flow_temp_c_max real,
    flow_temp_c_count integer NOT NULL,
    return_temp_c_min real, return_temp_c_mean real, return_temp_c_max real,
    return_temp_c_count integer NOT NULL,
    hot_water_temp_c_min real, hot_water_temp_c_mean real, hot_water_temp_c_max real,
    hot_water_temp_c_count integer NOT NULL,
    flow_target_c_min real, flow_target_c_mean real, flow_target_c_max real,
    flow_target_c_count integer NOT NULL,
    hot_water_target_c_min real, hot_water_target_c_mean real, hot_water_target_c_max real,
    hot_water_target_c_count integer NOT NULL,
    pressure_bar_min real, pressure_bar_mean real, pressure_bar_max real,
    pressure_bar_count integer NOT NULL,
    modulation_pct_min real, modulation_pct_mean real, modulation_pct_max real,
    modulation_pct_count integer NOT NULL,
    flame_current_ua_min real, flame_current_ua_mean real, flame_current_ua_max real,
    flame_current_ua_count integer NOT NULL,
    flame_on_share real, flame_on_count integer NOT NULL,
    pump_on_share real, pump_on_count integer NOT NULL,
    heat_demand_share real, heat_demand_count integer NOT NULL,
    hot_water_demand_share real, hot_water_demand_count integer NOT NULL,
    PRIMARY KEY (device_id, hour)
);
SELECT create_hypertable('boiler_hours', by_range('hour', interval '91 days'),
                         create_default_indexes => false);

-- Ingest's arrivals once more: the detectors take theirs away when they have judged. Copied in the
-- transaction that wrote the readings, so that no hour is forgotten, and uncompressed, for they are
-- read once and soon.
CREATE TABLE rollup_arrivals (
    arrival_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL,
    device_ids integer[] NOT NULL,
    first_at   timestamptz[] NOT NULL,
    last_at    timestamptz[] NOT NULL
);
ALTER TABLE rollup_arrivals ALTER COLUMN device_ids SET STORAGE EXTERNAL,
    ALTER COLUMN first_at SET STORAGE EXTERNAL, ALTER COLUMN last_at SET STORAGE EXTERNAL;

CREATE FUNCTION copy_arrivals_for_rollup() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.rollup_arrivals (kind, device_ids, first_at, last_at)
    SELECT kind, device_ids, first_at, last_at FROM added
    WHERE kind IN ('room', 'boiler') AND folded_block IS NULL;  -- what is folded was told before
    RETURN NULL;
END
$$;
CREATE TRIGGER copy_for_rollup AFTER INSERT ON arrivals REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION copy_arrivals_for_rollup();

-- The whole hours of a device that are to be computed: one row a device, however much arrived.
CREATE TABLE rollup_due (
    kind      text NOT NULL CHECK (kind IN ('room', 'boiler')),
    device_id integer NOT NULL,
    spans     tstzmultirange NOT NULL CHECK (NOT isempty(spans)),
    PRIMARY KEY (kind, device_id)
);
CREATE INDEX ON rollup_due (kind, lower(spans));

GRANT INSERT ON rollup_arrivals TO homewell_ingest;
GRANT SELECT, INSERT, DELETE ON rollup_arrivals TO homewell_upkeep;
GRANT SELECT, INSERT, UPDATE, DELETE ON rollup_due TO homewell_upkeep;
GRANT SELECT, INSERT, DELETE ON room_hours, boiler_hours TO homewell_upkeep;
GRANT SELECT ON room_readings, boiler_readings TO homewell_upkeep;
-- Who erases readings takes away the hours that were made of them.
GRANT SELECT, DELETE ON room_hours, boiler_hours TO homewell_eraser;
GRANT SELECT, INSERT, UPDATE ON rollup_due TO homewell_eraser;

-- What is stored already is due, device by device; nothing is computed here. Row security shows the
-- owner, who acts for nobody, no device.
ALTER TABLE devices NO FORCE ROW LEVEL SECURITY;
INSERT INTO rollup_due (kind, device_id, spans)
SELECT d.kind, d.device_id, stored.spans
FROM devices d JOIN (
    SELECT left(hypertable_name, -length('_readings')) AS kind,
           range_agg(tstzrange(range_start, least(range_end, date_trunc('hour', now(), 'UTC')
                                                             + interval '1 day'))) AS spans
    FROM timescaledb_information.chunks
    WHERE hypertable_schema = 'public'
      AND hypertable_name IN ('room_readings', 'boiler_readings') AND range_start < now()
    GROUP BY hypertable_name) stored USING (kind);
ALTER TABLE devices FORCE ROW LEVEL SECURITY;

-- A tenant's session gets the hours that lie wholly in the time of their own tenancy; and of a
-- device that moved, those that lie wholly in its time here.
CREATE FUNCTION room_hours_of_home(home text, since timestamptz, until timestamptz)
RETURNS TABLE (
    room text, hour timestamptz,
    air_temp_c_min real, air_temp_c_mean real, air_temp_c_max real, air_temp_c_count integer,
    rel_humidity_pct_min real, rel_humidity_pct_mean real, rel_humidity_pct_max real,
    rel_humidity_pct_count integer,
    co2_ppm_min real, co2_ppm_mean real, co2_ppm_max real, co2_ppm_count integer,
    surface_temp_c_min real, surface_temp_c_mean real, surface_temp_c_max real,
    surface_temp_c_count integer,
    battery_pct_min real, battery_pct_mean real, battery_pct_max real, battery_pct_count integer
)
STABLE SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE sql AS $$
    SELECT p.room, h.hour,
           h.air_temp_c_min, h.air_temp_c_mean, h.air_temp_c_max, h.air_temp_c_count,
           h.rel_humidity_pct_min, h.rel_humidity_pct_mean, h.rel_humidity_pct_max,
           h.rel_humidity_pct_count,
           h.co2_ppm_min, h.co2_ppm_mean, h.co2_ppm_max, h.co2_ppm_count,
           h.surface_temp_c_min, h.surface_temp_c_mean, h.surface_temp_c_max,
           h.surface_temp_c_count,
           h.battery_pct_min, h.battery_pct_mean, h.battery_pct_max, h.battery_pct_count
    FROM placements p JOIN room_hours h USING (device_id)
    LEFT JOIN tenancies t ON t.landlord_id = p.landlord_id AND t.home_id = p.home_id
                         AND t.tenancy_id = app_tenancy_id()
    WHERE p.landlord_id = app_landlord_id() AND p.home_id = home
      AND (app_home_id() IS NULL OR p.home_id = app_home_id())
      AND (app_tenancy_id() IS NULL OR t.tenancy_id IS NOT NULL)
      AND h.hour >= since AND h.hour < until
      AND h.hour >= greatest(p.placed_at, t.began_at)
      AND h.hour + interval '1 hour' <= least(until, p.removed_at, t.ended_at)
    ORDER BY p.room, h.hour
$$;

CREATE FUNCTION boiler_hours_of_home(home text, since timestamptz, until timestamptz)
RETURNS TABLE (
    room text, hour timestamptz,
    flow_temp_c_min real, flow_temp_c_mean real, flow_temp_c_max real, flow_temp_c_count integer,
    return_temp_c_min real, return_temp_c_mean real, return_temp_c_max real,
    return_temp_c_count integer,
    hot_water_temp_c_min real, hot_water_temp_c_mean real, hot_water_temp_c_max real,
    hot_water_temp_c_count integer,
    flow_target_c_min real, flow_target_c_mean real, flow_target_c_max real,
    flow_target_c_count integer,
    hot_water_target_c_min real, hot_water_target_c_mean real, hot_water_target_c_max real,
    hot_water_target_c_count integer,
    pressure_bar_min real, pressure_bar_mean real, pressure_bar_max real,
    pressure_bar_count integer,
    modulation_pct_min real, modulation_pct_mean real, modulation_pct_max real,
    modulation_pct_count integer,
    flame_current_ua_min real, flame_current_ua_mean real, flame_current_ua_max real,
    flame_current_ua_count integer,
    flame_on_share real, flame_on_count integer,
    pump_on_share real, pump_on_count integer,
    heat_demand_share real, heat_demand_count integer,
    hot_water_demand_share real, hot_water_demand_count integer
)
STABLE SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE sql AS $$
    SELECT p.room, h.hour,
           h.flow_temp_c_min, h.flow_temp_c_mean, h.flow_temp_c_max, h.flow_temp_c_count,
           h.return_temp_c_min, h.return_temp_c_mean, h.return_temp_c_max, h.return_temp_c_count,
           h.hot_water_temp_c_min, h.hot_water_temp_c_mean, h.hot_water_temp_c_max,
           h.hot_water_temp_c_count,
           h.flow_target_c_min, h.flow_target_c_mean, h.flow_target_c_max, h.flow_target_c_count,
           h.hot_water_target_c_min, h.hot_water_target_c_mean, h.hot_water_target_c_max,
           h.hot_water_target_c_count,
           h.pressure_bar_min, h.pressure_bar_mean, h.pressure_bar_max, h.pressure_bar_count,
           h.modulation_pct_min, h.modulation_pct_mean, h.modulation_pct_max,
           h.modulation_pct_count,
           h.flame_current_ua_min, h.flame_current_ua_mean, h.flame_current_ua_max,
           h.flame_current_ua_count,
           h.flame_on_share, h.flame_on_count,
           h.pump_on_share, h.pump_on_count,
           h.heat_demand_share, h.heat_demand_count,
           h.hot_water_demand_share, h.hot_water_demand_count
    FROM placements p JOIN boiler_hours h USING (device_id)
    LEFT JOIN tenancies t ON t.landlord_id = p.landlord_id AND t.home_id = p.home_id
                         AND t.tenancy_id = app_tenancy_id()
    WHERE p.landlord_id = app_landlord_id() AND p.home_id = home
      AND (app_home_id() IS NULL OR p.home_id = app_home_id())
      AND (app_tenancy_id() IS NULL OR t.tenancy_id IS NOT NULL)
      AND h.hour >= since AND h.hour < until
      AND h.hour >= greatest(p.placed_at, t.began_at)
      AND h.hour + interval '1 hour' <= least(until, p.removed_at, t.ended_at)
    ORDER BY p.room, h.hour
$$;

-- Whether hours of such a period are still to be computed: those that are due, and those of lines that
-- nobody has taken in yet. Of so many lines that looking through them would take long, it is so.
CREATE FUNCTION hours_due_of_home(home text, of_kind text, since timestamptz, until timestamptz)
RETURNS boolean
STABLE SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE sql AS $$
    WITH stays AS MATERIALIZED (
        SELECT p.device_id, tstzrange(since, until) * tstzrange(p.placed_at, p.removed_at)
                            * tstzrange(t.began_at, t.ended_at) AS span
        FROM placements p
        LEFT JOIN tenancies t ON t.landlord_id = p.landlord_id AND t.home_id = p.home_id
                             AND t.tenancy_id = app_tenancy_id()
        WHERE p.landlord_id = app_landlord_id() AND p.home_id = home
          AND (app_home_id() IS NULL OR p.home_id = app_home_id())
          AND (app_tenancy_id() IS NULL OR t.tenancy_id IS NOT NULL)),
    waiting AS MATERIALIZED (
        SELECT kind, device_ids, first_at, last_at FROM rollup_arrivals LIMIT 500)
    SELECT EXISTS (SELECT FROM stays) AND (
        EXISTS (
            SELECT FROM stays s JOIN rollup_due d ON d.kind = of_kind AND d.device_id = s.device_id
            WHERE d.spans && s.span)
        OR (SELECT count(*) >= 500 FROM waiting)
        OR EXISTS (
            SELECT FROM stays s
                 JOIN waiting w ON w.kind = of_kind AND s.device_id = ANY (w.device_ids),
                 array_position(w.device_ids, s.device_id) AS place
            WHERE tstzrange(w.first_at[place], w.last_at[place], '[]') && s.span))
$$;

REVOKE EXECUTE ON FUNCTION room_hours_of_home, boiler_hours_of_home, hours_due_of_home FROM PUBLIC;
GRANT EXECUTE ON FUNCTION room_hours_of_home, boiler_hours_of_home, hours_due_of_home
    TO homewell_api;
