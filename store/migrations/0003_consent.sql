-- The consent ledger: lines are added, never changed. See core/ledger.py for the chain.

CREATE TABLE consent_events (
    landlord_id text NOT NULL,
    tenancy_id  text NOT NULL,
    revision    integer NOT NULL CHECK (revision > 0),
    purpose     text NOT NULL,
    choice      text NOT NULL,
    at          timestamptz NOT NULL,
    expires_at  timestamptz CHECK (expires_at > at),
    notice_version text NOT NULL,
    channel     text NOT NULL,
    actor       text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    previous    bytea NOT NULL CHECK (octet_length(previous) = 32),
    hash        bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (landlord_id, tenancy_id, revision),
    UNIQUE (landlord_id, tenancy_id, previous),
    FOREIGN KEY (landlord_id, tenancy_id) REFERENCES tenancies (landlord_id, tenancy_id)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'lines of % are never changed or removed; add a new one', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Every change that may alter what ingest is allowed to store, in commit order. Ingest holds the
-- shared lock while it commits, so a withdrawal comes wholly before or wholly after a batch.
CREATE TABLE gate_changes (
    version     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    landlord_id text NOT NULL,
    home_id     text,
    gateway_id  text
);

CREATE FUNCTION gate_lock_key() RETURNS bigint IMMUTABLE PARALLEL SAFE LANGUAGE sql
    RETURN 7133701809754865664;

CREATE FUNCTION record_gate_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    changed jsonb;
BEGIN
    PERFORM pg_advisory_xact_lock(gate_lock_key());
    FOR changed IN SELECT DISTINCT line FROM unnest(ARRAY[old_row, new_row]) AS line
                   WHERE line IS NOT NULL LOOP
        INSERT INTO gate_changes (landlord_id, home_id, gateway_id)
        SELECT changed ->> 'landlord_id',
               coalesce(changed ->> 'home_id', (
                   SELECT t.home_id FROM tenancies t
                   WHERE t.landlord_id = changed ->> 'landlord_id'
                     AND t.tenancy_id = changed ->> 'tenancy_id')),
               coalesce(changed ->> 'gateway_id', (
                   SELECT d.gateway_id FROM devices d
                   WHERE d.device_id = (changed ->> 'device_id')::integer));
    END LOOP;
    PERFORM pg_notify('homewell_gate', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER gate_changed AFTER INSERT ON consent_events
    FOR EACH ROW EXECUTE FUNCTION record_gate_change();
CREATE TRIGGER gate_changed AFTER INSERT OR UPDATE OR DELETE ON tenancies
    FOR EACH ROW EXECUTE FUNCTION record_gate_change();
CREATE TRIGGER gate_changed AFTER INSERT OR UPDATE OR DELETE ON placements
    FOR EACH ROW EXECUTE FUNCTION record_gate_change();
CREATE TRIGGER gate_changed AFTER INSERT OR UPDATE OR DELETE ON devices
    FOR EACH ROW EXECUTE FUNCTION record_gate_change();
CREATE TRIGGER gate_changed AFTER UPDATE OF basis ON landlords
    FOR EACH ROW WHEN (OLD.basis <> NEW.basis) EXECUTE FUNCTION record_gate_change();
