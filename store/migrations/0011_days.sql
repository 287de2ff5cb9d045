-- What the detectors carry on: days that are over as the numbers they came to, and how far homes are
-- judged. The states of single detectors are among the numbers of a day now.

-- The order in which numbers stand in a row, once for all rows that share it. Numbers of another version
-- of the detectors are not read. One process writes these tables.
CREATE TABLE number_names (
    names_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version  text NOT NULL,
    names    text[] NOT NULL
);

-- A UTC day of a room or a boiler that is over; `numbers` holds four-byte floats, least byte first.
CREATE TABLE home_days (
    landlord_id text NOT NULL,
    home_id     text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('room', 'boiler')),
    place       text NOT NULL,
    day         date NOT NULL,
    names_id    integer NOT NULL REFERENCES number_names,
    numbers     bytea NOT NULL,
    PRIMARY KEY (landlord_id, home_id, kind, place, day),
    FOREIGN KEY (landlord_id, home_id) REFERENCES homes (landlord_id, home_id)
);

-- `window_from` is now a home's first day. It was heard until `heard_until` and is judged by whole days
-- until `days_until`, of those that are over `days_due` is the end; boilers by minutes until `fast_until`
-- of `fast_due`. Verdicts given until `silent_until`, where that is set, are told to nobody. `standing` is what the detectors
-- of minutes count on from `fast_until`; null has it counted again from the readings before.
ALTER TABLE home_judgements
    ADD COLUMN version     text NOT NULL DEFAULT '',
    ADD COLUMN tenancy_id  text,
    ADD COLUMN heard_until timestamptz,
    ADD COLUMN days_until  timestamptz,
    ADD COLUMN days_due    timestamptz,
    ADD COLUMN silent_until timestamptz,
    ADD COLUMN fast_until  timestamptz,
    ADD COLUMN fast_due    timestamptz,
    ADD COLUMN standing       bytea,
    ADD COLUMN standing_names integer REFERENCES number_names;
-- What was judged in windows is judged by days from its first day on, and told of from where it stood. The
-- owner works for no landlord: for this once it sees the rows of all.
ALTER TABLE home_judgements NO FORCE ROW LEVEL SECURITY;
UPDATE home_judgements
SET heard_until = judged_until, silent_until = judged_until,
    days_until = date_trunc('day', window_from, 'UTC'),
    days_due = date_trunc('day', window_from, 'UTC'),
    fast_until = date_trunc('day', window_from, 'UTC'),
    fast_due = date_trunc('day', window_from, 'UTC');
ALTER TABLE home_judgements FORCE ROW LEVEL SECURITY;
ALTER TABLE home_judgements
    ALTER COLUMN version DROP DEFAULT,
    ALTER COLUMN heard_until SET NOT NULL,
    ALTER COLUMN days_until SET NOT NULL,
    ALTER COLUMN days_due SET NOT NULL,
    ALTER COLUMN fast_until SET NOT NULL,
    ALTER COLUMN fast_due SET NOT NULL;
CREATE INDEX home_judgements_days_due ON home_judgements (days_until) WHERE days_until < days_due;
CREATE INDEX home_judgements_fast_due ON home_judgements (fast_until) WHERE fast_until < fast_due;

DROP TABLE detector_states;

ALTER TABLE home_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE home_days FORCE ROW LEVEL SECURITY;
CREATE POLICY own_landlord ON home_days USING (landlord_id = app_landlord_id());
CREATE POLICY own_home ON home_days AS RESTRICTIVE
    USING (app_home_id() IS NULL OR home_id = app_home_id()
           OR pg_has_role(current_user, 'homewell_service', 'member'));
CREATE POLICY homewell_detectors ON home_days TO homewell_detectors
    USING (true) WITH CHECK (true);
CREATE POLICY homewell_upkeep ON home_days TO homewell_upkeep USING (true);

GRANT SELECT, INSERT ON number_names TO homewell_detectors;
GRANT SELECT, INSERT, UPDATE, DELETE ON home_days TO homewell_detectors;
GRANT SELECT, DELETE ON home_days TO homewell_upkeep, homewell_eraser;
