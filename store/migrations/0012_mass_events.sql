-- Alerts of one detector that many homes of an area raised together, told as one thing. Counts and times
-- alone: which homes they are stands with the alerts, and stays as long as these.

CREATE TABLE mass_events (
    landlord_id text NOT NULL,
    group_id    text NOT NULL,
    area_id     text NOT NULL,
    detector    text NOT NULL,
    first_at    timestamptz NOT NULL,
    last_at     timestamptz NOT NULL CHECK (last_at >= first_at),
    homes       integer NOT NULL CHECK (homes > 0),
    homes_there integer NOT NULL CHECK (homes_there > 0),
    PRIMARY KEY (landlord_id, group_id),
    FOREIGN KEY (landlord_id, area_id) REFERENCES areas (landlord_id, area_id)
);

-- `decided_group` is the group for which a repair was left to an officer: when the alert is no longer
-- in it, that is decided anew.
ALTER TABLE alerts
    ADD COLUMN group_id text,
    ADD COLUMN decided_group text,
    ADD FOREIGN KEY (landlord_id, group_id) REFERENCES mass_events (landlord_id, group_id);
CREATE INDEX alerts_of_groups ON alerts (landlord_id, group_id) WHERE group_id IS NOT NULL;
CREATE INDEX alerts_by_detector ON alerts (landlord_id, detector, raised_at);
-- Homes of an area are judged together.
CREATE INDEX homes_of_areas ON homes (landlord_id, area_id);

ALTER TABLE mass_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE mass_events FORCE ROW LEVEL SECURITY;
CREATE POLICY own_landlord ON mass_events USING (landlord_id = app_landlord_id());
-- What other homes report is not a tenant's to see.
CREATE POLICY not_for_tenants ON mass_events AS RESTRICTIVE
    USING (app_tenancy_id() IS NULL OR pg_has_role(current_user, 'homewell_service', 'member'));
CREATE POLICY homewell_detectors ON mass_events TO homewell_detectors
    USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON mass_events TO homewell_detectors;
GRANT SELECT ON mass_events TO homewell_api;
GRANT UPDATE (decided_group) ON alerts TO homewell_api;
