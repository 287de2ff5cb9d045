-- What detectors saw, what people were told, what the landlord was asked to do.

CREATE TABLE alerts (
    alert_id    uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    landlord_id text NOT NULL,
    home_id     text NOT NULL,
    tenancy_id  text,
    detector    text NOT NULL,
    detector_version text NOT NULL,
    place       text NOT NULL,
    began_at    timestamptz NOT NULL,
    raised_at   timestamptz NOT NULL,
    cleared_at  timestamptz,
    cleared_why text CHECK (cleared_why IN ('recovered', 'not_confirmed', 'consent')),
    judged_at   timestamptz NOT NULL,
    severity    text NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'emergency')),
    severity_max text NOT NULL CHECK (severity_max IN ('low', 'medium', 'high', 'emergency')),
    confidence  real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    evidence    jsonb NOT NULL,
    sentence    text NOT NULL,
    causes      jsonb NOT NULL DEFAULT '[]',
    acknowledged_at timestamptz,
    acknowledged_by text,
    -- What was decided about a repair, by core.casework, and why in words.
    decision    text NOT NULL DEFAULT 'undecided'
        CHECK (decision IN ('undecided', 'not_needed', 'withheld', 'raised')),
    decision_reason text,
    decided_at  timestamptz,
    -- What the decision rested on: when either has changed, it is looked at again.
    decided_severity text CHECK (decided_severity IN ('low', 'medium', 'high', 'emergency')),
    decided_revision integer,
    -- The open alert whose repair covers this one too; while it is open no second one is asked for.
    decided_with uuid REFERENCES alerts,
    UNIQUE (landlord_id, alert_id),
    FOREIGN KEY (landlord_id, home_id) REFERENCES homes (landlord_id, home_id),
    FOREIGN KEY (landlord_id, tenancy_id) REFERENCES tenancies (landlord_id, tenancy_id)
);
CREATE UNIQUE INDEX one_active_alert ON alerts (landlord_id, home_id, detector, place)
    WHERE cleared_at IS NULL;
CREATE INDEX ON alerts (landlord_id, home_id, raised_at DESC);
CREATE INDEX alerts_to_decide ON alerts (raised_at) WHERE decision = 'undecided'
    OR (decision IN ('withheld', 'not_needed') AND cleared_at IS NULL);

-- One line whenever the judgement of an alert changed.
CREATE TABLE findings (
    finding_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    landlord_id text NOT NULL,
    alert_id    uuid NOT NULL,
    judged_at   timestamptz NOT NULL,
    severity    text NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'emergency')),
    confidence  real NOT NULL,
    evidence    jsonb NOT NULL,
    sentence    text NOT NULL,
    FOREIGN KEY (landlord_id, alert_id) REFERENCES alerts (landlord_id, alert_id)
);
CREATE INDEX ON findings (alert_id, judged_at);

-- What a detector carries from one sweep to the next: its state at the instant `at`, the start of the
-- next window. Of another version it is void.
CREATE TABLE detector_states (
    landlord_id text NOT NULL,
    home_id     text NOT NULL,
    place       text NOT NULL,
    detector    text NOT NULL,
    version     text NOT NULL,
    at          timestamptz NOT NULL,
    state       jsonb NOT NULL,
    PRIMARY KEY (landlord_id, home_id, place, detector),
    FOREIGN KEY (landlord_id, home_id) REFERENCES homes (landlord_id, home_id)
);

-- How far a home has been judged on its own clock, from where its next window begins (late data from
-- then on is still folded in), and the worst damp score of its rooms at the last judgement.
CREATE TABLE home_judgements (
    landlord_id text NOT NULL,
    home_id     text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('room', 'boiler')),
    window_from  timestamptz NOT NULL,
    judged_until timestamptz NOT NULL,
    damp_score   real CHECK (damp_score BETWEEN 0 AND 100),
    PRIMARY KEY (landlord_id, home_id, kind),
    FOREIGN KEY (landlord_id, home_id) REFERENCES homes (landlord_id, home_id)
);

CREATE TABLE repairs (
    repair_id   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    landlord_id text NOT NULL,
    home_id     text NOT NULL,
    tenancy_id  text NOT NULL,
    alert_id    uuid NOT NULL,
    status      text NOT NULL CHECK (status IN ('requested', 'sent', 'accepted', 'scheduled',
        'no_access', 'completed', 'declined', 'cancelled')),
    priority    text NOT NULL CHECK (priority IN ('emergency', 'urgent', 'routine')),
    trade       text NOT NULL,
    description text NOT NULL,
    requested_at timestamptz NOT NULL,
    requested_by text NOT NULL,
    -- The caller's own key, so that asking again for the same is answered with the same.
    request_key text,
    status_at   timestamptz NOT NULL,
    landlord_reference text,
    -- The flags as they stood when it was raised; delivery asks again.
    consent_flags jsonb NOT NULL,
    UNIQUE (landlord_id, repair_id),
    UNIQUE (landlord_id, request_key),
    FOREIGN KEY (landlord_id, home_id) REFERENCES homes (landlord_id, home_id),
    FOREIGN KEY (landlord_id, tenancy_id) REFERENCES tenancies (landlord_id, tenancy_id),
    FOREIGN KEY (landlord_id, alert_id) REFERENCES alerts (landlord_id, alert_id)
);
CREATE UNIQUE INDEX one_open_repair_per_alert ON repairs (alert_id)
    WHERE status NOT IN ('completed', 'declined', 'cancelled');
CREATE INDEX ON repairs (landlord_id, home_id, requested_at DESC);

CREATE TABLE repair_events (
    repair_event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    landlord_id text NOT NULL,
    repair_id   uuid NOT NULL,
    at          timestamptz NOT NULL,
    status      text NOT NULL,
    actor       text NOT NULL,
    note        text,
    FOREIGN KEY (landlord_id, repair_id) REFERENCES repairs (landlord_id, repair_id)
);
CREATE INDEX ON repair_events (repair_id, at);

-- What has to leave us, written in the transaction that decided it; a worker delivers.
CREATE TABLE outbox (
    outbox_id   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    landlord_id text NOT NULL,
    repair_id   uuid NOT NULL,
    event_type  text NOT NULL,
    idempotency_key text NOT NULL UNIQUE,
    created_at  timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    attempts    integer NOT NULL DEFAULT 0,
    last_error  text,
    delivered_at timestamptz,
    given_up_at timestamptz,
    FOREIGN KEY (landlord_id, repair_id) REFERENCES repairs (landlord_id, repair_id)
);
CREATE INDEX ON outbox (next_attempt_at) WHERE delivered_at IS NULL AND given_up_at IS NULL;

-- What a tenant is told.
CREATE TABLE notices (
    notice_id   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    landlord_id text NOT NULL,
    tenancy_id  text NOT NULL,
    at          timestamptz NOT NULL,
    channel     text NOT NULL CHECK (channel IN ('letter', 'email', 'sms', 'phone')),
    subject     text NOT NULL,
    body        text NOT NULL,
    repair_id   uuid,
    read_at     timestamptz,
    FOREIGN KEY (landlord_id, tenancy_id) REFERENCES tenancies (landlord_id, tenancy_id),
    FOREIGN KEY (landlord_id, repair_id) REFERENCES repairs (landlord_id, repair_id)
);
CREATE INDEX ON notices (landlord_id, tenancy_id, at DESC);
