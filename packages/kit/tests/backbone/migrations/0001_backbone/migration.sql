CREATE TABLE aggregate (type text, id text, version int NOT NULL, PRIMARY KEY (type, id));
CREATE TABLE outbox (
  id bigserial PRIMARY KEY,
  event_id uuid NOT NULL UNIQUE,
  aggregate_type text NOT NULL,
  aggregate_id text NOT NULL,
  version int NOT NULL,
  type text NOT NULL,
  payload bytea NOT NULL,
  headers jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  published_at timestamptz,
  UNIQUE (aggregate_type, aggregate_id, version)
);
CREATE INDEX outbox_unpublished ON outbox (id) WHERE published_at IS NULL;
CREATE TABLE inbox (consumer text, event_id uuid, processed_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (consumer, event_id));

-- The source of the tests, its copy elsewhere, and a count that a repeated effect would show in.
CREATE TABLE counter (id text PRIMARY KEY, value int NOT NULL);
CREATE TABLE copy (consumer text, id text, version int NOT NULL, value int, deleted boolean NOT NULL, PRIMARY KEY (consumer, id));
CREATE TABLE effect (consumer text, id text, times int NOT NULL, PRIMARY KEY (consumer, id));
