-- What keeps the store in bounds: how far each landlord's retention has come, how many rejections a
-- gateway had in a day, arrivals folded while nobody takes them, chunks that nobody needs.

DO $$
BEGIN
    IF (SELECT count(*) FROM pg_roles
        WHERE rolname IN ('homewell_upkeep', 'homewell_eraser')) < 2 THEN
        RAISE EXCEPTION 'this version has two new roles, homewell_upkeep and homewell_eraser: let '
            'an administrator''s `homewell up` make them first';
    END IF;
END
$$;

-- Before when everything of a landlord has been deleted, by the limit that it has now: with another
-- limit, or none for a while, ingest took what was older.
CREATE TABLE retention_passes (
    landlord_id text PRIMARY KEY REFERENCES landlords,
    done_until  timestamptz NOT NULL
);
CREATE FUNCTION restart_retention() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM retention_passes WHERE landlord_id = NEW.landlord_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER retention_changed AFTER UPDATE OF keep_readings_for, is_recording ON landlords
    FOR EACH ROW WHEN (OLD.keep_readings_for IS DISTINCT FROM NEW.keep_readings_for
                       OR OLD.is_recording <> NEW.is_recording)
    EXECUTE FUNCTION restart_retention();

-- A day's rejections by gateway: those that stand in rejected_messages, and those that were too
-- many and are only counted. Gateways that nobody registered share the name ''.
CREATE TABLE rejected_days (
    gateway_id  text NOT NULL,
    day         date NOT NULL,
    landlord_id text REFERENCES landlords,
    kept        integer NOT NULL DEFAULT 0,
    not_kept    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (gateway_id, day)
);
CREATE INDEX ON rejected_days (landlord_id, day) WHERE not_kept > 0;

CREATE INDEX ON rejected_messages (received_at);
CREATE INDEX rejected_payloads ON rejected_messages (received_at)
    WHERE octet_length(payload) > 0;

-- Arrivals that were folded into one row for a block of devices; null as ingest writes them.
ALTER TABLE arrivals ADD COLUMN folded_block integer;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['retention_passes', 'rejected_days'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY own_landlord ON %I USING (landlord_id = app_landlord_id())',
                       name);
    END LOOP;
END
$$;
CREATE POLICY not_for_tenants ON rejected_days AS RESTRICTIVE USING (app_tenancy_id() IS NULL);

-- The upkeep works for every landlord at once.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM (VALUES
        ('homewell_upkeep', 'SELECT', ARRAY['landlords', 'devices']),
        ('homewell_upkeep', 'SELECT, INSERT, UPDATE', ARRAY['retention_passes']),
        ('homewell_upkeep', 'SELECT, DELETE', ARRAY['rejected_messages', 'rejected_days']),
        ('homewell_ingest', 'SELECT, INSERT, UPDATE', ARRAY['rejected_days']),
        ('homewell_observer', 'SELECT', ARRAY['rejected_days'])
    ) AS grants (role, rights, tables) LOOP
        FOR i IN 1 .. cardinality(one.tables) LOOP
            EXECUTE format('GRANT %s ON %I TO %I', one.rights, one.tables[i], one.role);
            EXECUTE format('CREATE POLICY %I ON %I TO %I USING (true) WITH CHECK (true)',
                           one.role, one.tables[i], one.role);
        END LOOP;
    END LOOP;
END
$$;
GRANT UPDATE (payload) ON rejected_messages TO homewell_upkeep;
GRANT SELECT, DELETE ON room_readings, boiler_readings, weather_readings TO homewell_upkeep;
-- Who takes a row FOR UPDATE must be allowed to update something of it.
GRANT SELECT, INSERT, DELETE, UPDATE (folded_block) ON arrivals TO homewell_upkeep;
GRANT SELECT, DELETE ON gate_changes TO homewell_upkeep;
GRANT SELECT, UPDATE ON gate_history TO homewell_upkeep;
GRANT SELECT ON rejected_days TO homewell_api;

-- The eraser acts for one landlord at a time: row security answers it as it answers the registrar.
GRANT SELECT ON landlords, homes, gateways, devices, placements, tenancies, alerts, repairs,
    consent_events TO homewell_eraser;
GRANT SELECT, DELETE ON rejected_messages, detector_states, home_judgements TO homewell_eraser;
GRANT SELECT, DELETE ON room_readings, boiler_readings TO homewell_eraser;
GRANT SELECT, UPDATE (device_ids, first_at, last_at) ON arrivals TO homewell_eraser;

-- The owner works for no landlord, yet has to know what every one of them keeps.
CREATE POLICY homewell_owner ON landlords FOR SELECT TO homewell_owner USING (true);
CREATE POLICY homewell_owner ON retention_passes TO homewell_owner USING (true);

-- How long any landlord keeps readings at most; null when one keeps them for ever.
CREATE FUNCTION longest_retention() RETURNS interval STABLE LANGUAGE sql
SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN bool_and(keep_readings_for IS NOT NULL AND NOT is_recording)
           THEN max(keep_readings_for) END
    FROM landlords
$$;

-- Drops the chunks of a table that are wholly older than what every landlord keeps. No landlord is
-- added or changed meanwhile. Returns the names of what went.
CREATE FUNCTION drop_chunks_past_every_limit(hypertable regclass) RETURNS SETOF text
SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE plpgsql AS $$
DECLARE
    longest interval;
BEGIN
    LOCK TABLE landlords IN SHARE MODE;
    longest := longest_retention();
    IF longest IS NOT NULL THEN
        -- An hour less than ingest still takes: a batch under way may be judged by an older clock.
        RETURN QUERY SELECT drop_chunks(hypertable, now() - longest - interval '1 hour');
    END IF;
END
$$;

-- Drops empty chunks of a table that are over for a day, at most so many; returns how many. A chunk
-- that an insert waits for meanwhile is looked at again once nobody else can touch it.
CREATE FUNCTION drop_empty_chunks(hypertable text, most integer) RETURNS integer
SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE plpgsql AS $$
DECLARE
    chunk record;
    held boolean;
    dropped integer := 0;
BEGIN
    FOR chunk IN
        SELECT format('%I.%I', c.chunk_schema, c.chunk_name)::regclass AS name,
               c.range_start, c.range_end
        FROM timescaledb_information.chunks c
        WHERE c.hypertable_schema = 'public' AND c.hypertable_name = hypertable
          AND c.range_end < now() - interval '1 day'
        ORDER BY c.range_start
    LOOP
        EXIT WHEN dropped >= most;
        -- One that autovacuum has yet to clear would be read to its end; it is small afterwards.
        CONTINUE WHEN pg_relation_size(chunk.name) > 32 * 1024 * 1024;
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', chunk.name) INTO held;
        CONTINUE WHEN held;
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', chunk.name);
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', chunk.name) INTO held;
        CONTINUE WHEN held;
        PERFORM drop_chunks(hypertable::regclass, older_than => chunk.range_end,
                            newer_than => chunk.range_start);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;

-- What TimescaleDB's Community edition does by itself: compression of what is older than
-- `compress_after`, device by device, and dropping what no landlord keeps. Fails on the Apache
-- edition. `time_column` is the one that the table is cut by.
CREATE FUNCTION keep_policies(hypertable regclass, time_column text, compress_after interval)
RETURNS void SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE plpgsql AS $$
DECLARE
    longest interval;
    standing interval := (
        SELECT (j.config ->> 'drop_after')::interval FROM timescaledb_information.jobs j
        WHERE j.proc_name = 'policy_retention' AND j.hypertable_schema = 'public'
          AND format('%I', j.hypertable_name)::regclass = hypertable);
BEGIN
    IF NOT EXISTS (
        SELECT FROM timescaledb_information.jobs j
        WHERE j.proc_name IN ('policy_compression', 'policy_columnstore')
          AND j.hypertable_schema = 'public'
          AND format('%I', j.hypertable_name)::regclass = hypertable) THEN
        EXECUTE format('ALTER TABLE %s SET (timescaledb.compress, '
                       'timescaledb.compress_segmentby = ''device_id'', '
                       'timescaledb.compress_orderby = %L)', hypertable, time_column);
        PERFORM add_compression_policy(hypertable, compress_after => keep_policies.compress_after);
    END IF;
    LOCK TABLE landlords IN SHARE MODE;
    longest := longest_retention();
    IF standing IS DISTINCT FROM longest THEN
        PERFORM remove_retention_policy(hypertable, if_exists => true);
        IF longest IS NOT NULL THEN
            PERFORM add_retention_policy(hypertable, drop_after => longest);
        END IF;
    END IF;
END
$$;

-- The server's policy holds a copy of the longest limit. It goes in the transaction in which a landlord
-- keeps more, before any reading comes in that it would take; the upkeep sets it anew.
CREATE FUNCTION lift_retention_policies() RETURNS trigger
SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE plpgsql AS $$
DECLARE
    longest interval := longest_retention();
    hypertable regclass;
BEGIN
    FOR hypertable IN
        SELECT format('%I.%I', j.hypertable_schema, j.hypertable_name)::regclass
        FROM timescaledb_information.jobs j
        WHERE j.proc_name = 'policy_retention' AND j.hypertable_schema = 'public'
          AND (longest IS NULL OR (j.config ->> 'drop_after')::interval < longest)
    LOOP
        PERFORM remove_retention_policy(hypertable);
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER retention_may_be_longer
    AFTER INSERT OR UPDATE OF keep_readings_for, is_recording ON landlords
    FOR EACH STATEMENT EXECUTE FUNCTION lift_retention_policies();

REVOKE EXECUTE ON FUNCTION longest_retention, drop_chunks_past_every_limit, drop_empty_chunks,
    keep_policies FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_chunks_past_every_limit, drop_empty_chunks, keep_policies
    TO homewell_upkeep;
