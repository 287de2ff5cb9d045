-- Who may touch what. Each process has a role of its own; none of them owns anything or can step
-- around row security. A session says on whose behalf it reads with three settings:
-- app.landlord_id, and for a tenant also app.home_id and app.tenancy_id.
-- Hypertables carry no row security (it excludes compression): the api reads them only through
-- the functions below.

CREATE FUNCTION app_landlord_id() RETURNS text STABLE PARALLEL SAFE LANGUAGE sql
    RETURN nullif(current_setting('app.landlord_id', true), '');
CREATE FUNCTION app_home_id() RETURNS text STABLE PARALLEL SAFE LANGUAGE sql
    RETURN nullif(current_setting('app.home_id', true), '');
CREATE FUNCTION app_tenancy_id() RETURNS text STABLE PARALLEL SAFE LANGUAGE sql
    RETURN nullif(current_setting('app.tenancy_id', true), '');

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'landlords', 'landlord_webhooks', 'areas', 'homes', 'gateways', 'devices', 'placements',
        'tenancies', 'tenants', 'consent_events', 'rejected_messages', 'alerts', 'findings',
        'detector_states', 'home_judgements', 'repairs', 'repair_events', 'outbox', 'notices'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY own_landlord ON %I USING (landlord_id = app_landlord_id())',
                       name);
    END LOOP;
    -- A tenant sees their own home, and of it what belongs to their own tenancy.
    FOREACH name IN ARRAY ARRAY['homes', 'placements', 'detector_states', 'home_judgements'] LOOP
        EXECUTE format('CREATE POLICY own_home ON %I AS RESTRICTIVE
            USING (app_home_id() IS NULL OR home_id = app_home_id()
                   OR pg_has_role(current_user, ''homewell_service'', ''member''))', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['tenancies', 'tenants', 'consent_events', 'alerts', 'repairs',
                                'notices'] LOOP
        EXECUTE format('CREATE POLICY own_tenancy ON %I AS RESTRICTIVE
            USING (app_tenancy_id() IS NULL OR tenancy_id = app_tenancy_id()
                   OR pg_has_role(current_user, ''homewell_service'', ''member''))', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['gateways', 'devices', 'rejected_messages',
                                'landlord_webhooks'] LOOP
        EXECUTE format('CREATE POLICY not_for_tenants ON %I AS RESTRICTIVE
            USING (app_tenancy_id() IS NULL
                   OR pg_has_role(current_user, ''homewell_owner'', ''member''))', name);
    END LOOP;
END
$$;
CREATE POLICY own_alert ON findings AS RESTRICTIVE
    USING (app_tenancy_id() IS NULL OR EXISTS (
        SELECT FROM alerts a WHERE a.alert_id = findings.alert_id));
CREATE POLICY own_repair ON repair_events AS RESTRICTIVE
    USING (app_tenancy_id() IS NULL OR EXISTS (
        SELECT FROM repairs r WHERE r.repair_id = repair_events.repair_id));
CREATE POLICY own_repair ON outbox AS RESTRICTIVE
    USING (app_tenancy_id() IS NULL OR EXISTS (
        SELECT FROM repairs r WHERE r.repair_id = outbox.repair_id));

-- The processes that work for every landlord at once.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM (VALUES
        ('homewell_ingest', 'SELECT', ARRAY['landlords', 'gateways', 'devices', 'placements',
            'tenancies', 'consent_events']),
        ('homewell_ingest', 'SELECT, INSERT', ARRAY['rejected_messages']),
        ('homewell_detectors', 'SELECT', ARRAY['landlords', 'areas', 'homes', 'devices',
            'placements', 'tenancies', 'consent_events']),
        ('homewell_detectors', 'SELECT, INSERT, UPDATE', ARRAY['alerts', 'detector_states',
            'home_judgements']),
        ('homewell_detectors', 'SELECT, INSERT', ARRAY['findings']),
        ('homewell_casework', 'SELECT', ARRAY['landlords', 'landlord_webhooks', 'homes',
            'tenancies', 'consent_events']),
        ('homewell_casework', 'SELECT, INSERT, UPDATE', ARRAY['alerts', 'repairs', 'outbox']),
        ('homewell_casework', 'SELECT, INSERT', ARRAY['repair_events', 'notices']),
        ('homewell_observer', 'SELECT', ARRAY['landlords', 'gateways', 'devices', 'homes',
            'placements', 'alerts', 'findings', 'home_judgements', 'repairs', 'outbox'])
    ) AS grants (role, rights, tables) LOOP
        FOR i IN 1 .. cardinality(one.tables) LOOP
            EXECUTE format('GRANT %s ON %I TO %I', one.rights, one.tables[i], one.role);
            EXECUTE format('CREATE POLICY %I ON %I TO %I USING (true) WITH CHECK (true)',
                           one.role, one.tables[i], one.role);
        END LOOP;
    END LOOP;
END
$$;
CREATE POLICY homewell_observer ON rejected_messages TO homewell_observer USING (true);
GRANT SELECT (rejected_id, received_at, landlord_id, gateway_id, kind, scope, samples_lost, reason)
    ON rejected_messages TO homewell_observer;
GRANT SELECT (device_id, measured_at) ON room_readings, boiler_readings, weather_readings
    TO homewell_observer;
GRANT SELECT ON arrivals TO homewell_observer;

GRANT SELECT, INSERT, UPDATE ON room_readings, boiler_readings, weather_readings
    TO homewell_ingest;
GRANT INSERT ON arrivals TO homewell_ingest;
GRANT SELECT ON gate_changes TO homewell_ingest;

GRANT SELECT ON room_readings, boiler_readings, weather_readings TO homewell_detectors;
GRANT SELECT, DELETE ON arrivals TO homewell_detectors;

-- The registrar keeps the registry, one landlord at a time.
GRANT SELECT, INSERT, UPDATE ON landlords, landlord_webhooks, areas, homes, gateways, devices,
    placements, tenancies, tenants TO homewell_registrar;
GRANT SELECT, INSERT ON consent_events TO homewell_registrar;

-- The api acts for one person of one landlord at a time.
GRANT SELECT ON landlords, areas, homes, gateways, devices, placements, tenancies, tenants,
    consent_events, rejected_messages, alerts, findings, home_judgements, repairs, repair_events,
    notices TO homewell_api;
GRANT INSERT ON consent_events, repairs, repair_events, outbox, notices TO homewell_api;
GRANT SELECT (outbox_id, landlord_id, repair_id, created_at, attempts, delivered_at, given_up_at,
    last_error) ON outbox TO homewell_api;
GRANT UPDATE (acknowledged_at, acknowledged_by, decision, decision_reason, decided_at,
    decided_severity, decided_revision, decided_with) ON alerts TO homewell_api;
GRANT UPDATE (status, status_at, landlord_reference) ON repairs TO homewell_api;
GRANT UPDATE (read_at) ON notices TO homewell_api;

-- A tenant's session gets what was measured in the time of their own tenancy, and no more.
CREATE FUNCTION room_readings_of_home(home text, since timestamptz, until timestamptz)
RETURNS TABLE (room text, measured_at timestamptz, air_temp_c real, rel_humidity_pct real,
               co2_ppm real, surface_temp_c real, battery_pct real)
STABLE SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE sql AS $$
    SELECT p.room, r.measured_at, r.air_temp_c, r.rel_humidity_pct, r.co2_ppm, r.surface_temp_c,
           r.battery_pct
    FROM placements p JOIN room_readings r USING (device_id)
    LEFT JOIN tenancies t ON t.landlord_id = p.landlord_id AND t.home_id = p.home_id
                         AND t.tenancy_id = app_tenancy_id()
    WHERE p.landlord_id = app_landlord_id() AND p.home_id = home
      AND (app_home_id() IS NULL OR p.home_id = app_home_id())
      AND (app_tenancy_id() IS NULL OR t.tenancy_id IS NOT NULL)
      AND r.measured_at >= greatest(since, p.placed_at, t.began_at)
      AND r.measured_at < least(until, p.removed_at, t.ended_at)
    ORDER BY p.room, r.measured_at
$$;

CREATE FUNCTION boiler_readings_of_home(home text, since timestamptz, until timestamptz)
RETURNS TABLE (room text, measured_at timestamptz, flow_temp_c real, return_temp_c real,
               hot_water_temp_c real, flow_target_c real, hot_water_target_c real,
               pressure_bar real, modulation_pct real, flame_current_ua real, flame_on boolean,
               pump_on boolean, heat_demand boolean, hot_water_demand boolean,
               burner_starts integer, ignition_failures integer, fault_code text)
STABLE SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE sql AS $$
    SELECT p.room, r.measured_at, r.flow_temp_c, r.return_temp_c, r.hot_water_temp_c,
           r.flow_target_c, r.hot_water_target_c, r.pressure_bar, r.modulation_pct,
           r.flame_current_ua, r.flame_on, r.pump_on, r.heat_demand, r.hot_water_demand,
           r.burner_starts, r.ignition_failures, r.fault_code
    FROM placements p JOIN boiler_readings r USING (device_id)
    LEFT JOIN tenancies t ON t.landlord_id = p.landlord_id AND t.home_id = p.home_id
                         AND t.tenancy_id = app_tenancy_id()
    WHERE p.landlord_id = app_landlord_id() AND p.home_id = home
      AND (app_home_id() IS NULL OR p.home_id = app_home_id())
      AND (app_tenancy_id() IS NULL OR t.tenancy_id IS NOT NULL)
      AND r.measured_at >= greatest(since, p.placed_at, t.began_at)
      AND r.measured_at < least(until, p.removed_at, t.ended_at)
    ORDER BY p.room, r.measured_at
$$;

CREATE FUNCTION weather_readings_of_home(home text, since timestamptz, until timestamptz)
RETURNS TABLE (measured_at timestamptz, air_temp_c real, rel_humidity_pct real, rain_mm real)
STABLE SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE sql AS $$
    SELECT r.measured_at, r.air_temp_c, r.rel_humidity_pct, r.rain_mm
    FROM homes h JOIN areas a USING (landlord_id, area_id)
         JOIN weather_readings r ON r.device_id = a.weather_device_id
    WHERE h.landlord_id = app_landlord_id() AND h.home_id = home
      AND (app_home_id() IS NULL OR h.home_id = app_home_id())
      AND r.measured_at >= since AND r.measured_at < until
    ORDER BY r.measured_at
$$;

-- When each device was last heard: an engineer's question, and no reading with it.
CREATE FUNCTION devices_last_seen()
RETURNS TABLE (device_id integer, gateway_id text, wire_name text, kind text, home_id text,
               room text, last_seen_at timestamptz)
STABLE SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE sql AS $$
    SELECT d.device_id, d.gateway_id, d.wire_name, d.kind, p.home_id, p.room, seen.measured_at
    FROM devices d
    LEFT JOIN placements p ON p.device_id = d.device_id AND p.removed_at IS NULL
    LEFT JOIN LATERAL (
        SELECT max(measured_at) AS measured_at FROM (
            (SELECT r.measured_at FROM room_readings r
             WHERE d.kind = 'room' AND r.device_id = d.device_id
             ORDER BY r.measured_at DESC LIMIT 1)
            UNION ALL
            (SELECT r.measured_at FROM boiler_readings r
             WHERE d.kind = 'boiler' AND r.device_id = d.device_id
             ORDER BY r.measured_at DESC LIMIT 1)
            UNION ALL
            (SELECT r.measured_at FROM weather_readings r
             WHERE d.kind = 'weather' AND r.device_id = d.device_id
             ORDER BY r.measured_at DESC LIMIT 1)
        ) newest
    ) seen ON true
    WHERE d.landlord_id = app_landlord_id() AND app_tenancy_id() IS NULL
    ORDER BY d.gateway_id, d.wire_name
$$;

-- When each home was last heard, for "unknown, never healthy".
CREATE FUNCTION homes_last_heard()
RETURNS TABLE (home_id text, kind text, last_seen_at timestamptz)
STABLE SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE sql AS $$
    SELECT p.home_id, d.kind, max(seen.measured_at)
    FROM placements p
    JOIN devices d USING (device_id)
    LEFT JOIN LATERAL (
        SELECT measured_at FROM (
            (SELECT r.measured_at FROM room_readings r
             WHERE d.kind = 'room' AND r.device_id = d.device_id
             ORDER BY r.measured_at DESC LIMIT 1)
            UNION ALL
            (SELECT r.measured_at FROM boiler_readings r
             WHERE d.kind = 'boiler' AND r.device_id = d.device_id
             ORDER BY r.measured_at DESC LIMIT 1)
        ) newest
    ) seen ON true
    WHERE p.landlord_id = app_landlord_id() AND p.removed_at IS NULL
      AND (app_home_id() IS NULL OR p.home_id = app_home_id())
      -- Who has moved out is not told whether the home they left is being heard.
      AND (app_tenancy_id() IS NULL OR EXISTS (
          SELECT FROM tenancies t
          WHERE t.landlord_id = p.landlord_id AND t.tenancy_id = app_tenancy_id()
            AND (t.ended_at IS NULL OR t.ended_at > now())))
    GROUP BY p.home_id, d.kind
$$;

REVOKE EXECUTE ON FUNCTION room_readings_of_home, boiler_readings_of_home,
    weather_readings_of_home, devices_last_seen, homes_last_heard FROM PUBLIC;
GRANT EXECUTE ON FUNCTION room_readings_of_home, boiler_readings_of_home,
    weather_readings_of_home, devices_last_seen, homes_last_heard TO homewell_api;
