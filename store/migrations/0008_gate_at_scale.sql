-- The consent gate for a million devices: retention in it, its changes pruned, its questions fast,
-- and its lock held for a commit alone.

-- A change is recorded when its transaction commits, and the gate's lock is taken only then: while
-- thousands of homes are being registered, ingest goes on and a tenant's no is heard.
DROP TRIGGER gate_changed ON consent_events;
DROP TRIGGER gate_changed ON tenancies;
DROP TRIGGER gate_changed ON placements;
DROP TRIGGER gate_changed ON devices;
DROP TRIGGER gate_changed ON landlords;
CREATE CONSTRAINT TRIGGER gate_changed AFTER INSERT ON consent_events
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_gate_change();
CREATE CONSTRAINT TRIGGER gate_changed AFTER INSERT OR UPDATE OR DELETE ON tenancies
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_gate_change();
CREATE CONSTRAINT TRIGGER gate_changed AFTER INSERT OR UPDATE OR DELETE ON placements
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_gate_change();
CREATE CONSTRAINT TRIGGER gate_changed AFTER INSERT OR UPDATE OR DELETE ON devices
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_gate_change();
CREATE CONSTRAINT TRIGGER gate_changed AFTER UPDATE OF basis ON landlords
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.basis <> NEW.basis)
    EXECUTE FUNCTION record_gate_change();
-- No statement_timeout holds while a transaction commits.
ALTER FUNCTION record_gate_change() SET lock_timeout = '10s';

-- How long a landlord keeps readings is asked at ingest too.
CREATE CONSTRAINT TRIGGER gate_retention_changed
    AFTER UPDATE OF keep_readings_for, is_recording ON landlords
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.keep_readings_for IS DISTINCT FROM NEW.keep_readings_for
          OR OLD.is_recording <> NEW.is_recording)
    EXECUTE FUNCTION record_gate_change();

-- When a change was made, so that what nobody can still ask for is pruned.
ALTER TABLE gate_changes ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();

-- Which history of changes this is, for whoever remembers a version of it elsewhere, and how far
-- it has been pruned: what came after an older version cannot be told any more.
CREATE TABLE gate_history (
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    history    uuid NOT NULL DEFAULT gen_random_uuid(),
    pruned_to  bigint NOT NULL DEFAULT 0
);
INSERT INTO gate_history DEFAULT VALUES;
GRANT SELECT ON gate_history TO homewell_ingest;

-- The ledgers of a block of homes are asked for again and again.
CREATE INDEX ON tenancies (landlord_id, home_id);
