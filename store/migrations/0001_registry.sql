-- Who owns which homes, who lives in them and which devices stand where.
-- Ids are the landlord's own; they are unique within the landlord. A gateway id is unique
-- everywhere: it is the gateway's name at the broker.

CREATE TABLE landlords (
    landlord_id text PRIMARY KEY CHECK (landlord_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    name        text NOT NULL,
    basis       text NOT NULL CHECK (basis IN ('public_task', 'legitimate_interests', 'consent')),
    jurisdiction text NOT NULL DEFAULT 'england'
        CHECK (jurisdiction IN ('england', 'scotland', 'wales', 'northern_ireland')),
    -- A recording's landlord lives in the recording's own time.
    is_recording boolean NOT NULL DEFAULT false,
    keep_readings_for interval CHECK (keep_readings_for > interval '0')
);

CREATE TABLE landlord_webhooks (
    landlord_id text PRIMARY KEY REFERENCES landlords,
    url         text NOT NULL CHECK (url ~ '^https?://'),
    secret      text NOT NULL
);

CREATE TABLE gateways (
    gateway_id  text PRIMARY KEY CHECK (gateway_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    landlord_id text NOT NULL REFERENCES landlords,
    UNIQUE (landlord_id, gateway_id)
);

CREATE TABLE devices (
    device_id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    landlord_id text NOT NULL,
    gateway_id  text NOT NULL,
    wire_name   text NOT NULL CHECK (wire_name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    kind        text NOT NULL CHECK (kind IN ('room', 'boiler', 'weather')),
    UNIQUE (gateway_id, wire_name),
    UNIQUE (landlord_id, device_id),
    FOREIGN KEY (landlord_id, gateway_id) REFERENCES gateways (landlord_id, gateway_id)
);

CREATE TABLE areas (
    landlord_id text NOT NULL REFERENCES landlords,
    area_id     text NOT NULL,
    name        text NOT NULL,
    weather_device_id integer,
    PRIMARY KEY (landlord_id, area_id),
    FOREIGN KEY (landlord_id, weather_device_id) REFERENCES devices (landlord_id, device_id)
);

CREATE TABLE homes (
    landlord_id text NOT NULL REFERENCES landlords,
    home_id     text NOT NULL CHECK (home_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    area_id     text NOT NULL,
    uprn        text CHECK (uprn ~ '^[1-9][0-9]{0,11}$'),
    property_ref text,
    address     text,
    f_rsi       real CHECK (f_rsi > 0 AND f_rsi <= 1),
    PRIMARY KEY (landlord_id, home_id),
    FOREIGN KEY (landlord_id, area_id) REFERENCES areas (landlord_id, area_id)
);

CREATE TABLE placements (
    device_id   integer NOT NULL,
    landlord_id text NOT NULL,
    home_id     text NOT NULL,
    room        text NOT NULL CHECK (room <> ''),
    placed_at   timestamptz NOT NULL,
    removed_at  timestamptz CHECK (removed_at > placed_at),
    PRIMARY KEY (device_id, placed_at),
    FOREIGN KEY (landlord_id, device_id) REFERENCES devices (landlord_id, device_id),
    FOREIGN KEY (landlord_id, home_id) REFERENCES homes (landlord_id, home_id),
    CONSTRAINT a_device_is_in_one_place_at_a_time
        EXCLUDE USING gist (device_id WITH =, tstzrange(placed_at, removed_at) WITH &&)
);
CREATE INDEX ON placements (landlord_id, home_id);

CREATE TABLE tenancies (
    landlord_id text NOT NULL,
    tenancy_id  text NOT NULL CHECK (tenancy_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    home_id     text NOT NULL,
    began_at    timestamptz NOT NULL,
    ended_at    timestamptz CHECK (ended_at > began_at),
    PRIMARY KEY (landlord_id, tenancy_id),
    FOREIGN KEY (landlord_id, home_id) REFERENCES homes (landlord_id, home_id),
    CONSTRAINT a_home_has_one_tenancy_at_a_time
        EXCLUDE USING gist (landlord_id WITH =, home_id WITH =,
                            tstzrange(began_at, ended_at) WITH &&)
);

CREATE TABLE tenants (
    landlord_id text NOT NULL,
    tenant_id   text NOT NULL CHECK (tenant_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    tenancy_id  text NOT NULL,
    PRIMARY KEY (landlord_id, tenant_id),
    FOREIGN KEY (landlord_id, tenancy_id) REFERENCES tenancies (landlord_id, tenancy_id)
);
