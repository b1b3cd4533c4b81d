"""Tables and statements of the bus on PostgreSQL. Routing is done by the database, from its bindings now."""

import re

LOCK = 0x1A_B05
PUBLISHED = "ila_bus"

CREATE = """
CREATE TABLE IF NOT EXISTS bus_exchange (name text PRIMARY KEY, kind text NOT NULL);
CREATE TABLE IF NOT EXISTS bus_queue (
  name text PRIMARY KEY, delivery_limit integer, dead_exchange text, dead_key text);
CREATE TABLE IF NOT EXISTS bus_binding (
  exchange text NOT NULL, routing_key text NOT NULL,
  queue text NOT NULL REFERENCES bus_queue ON DELETE CASCADE,
  pattern text NOT NULL, PRIMARY KEY (exchange, routing_key, queue));
CREATE TABLE IF NOT EXISTS bus_message (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue text NOT NULL REFERENCES bus_queue ON DELETE CASCADE,
  exchange text NOT NULL, routing_key text NOT NULL, properties jsonb NOT NULL, body bytea NOT NULL,
  deliveries integer NOT NULL DEFAULT 0, leased_until timestamptz, owner integer
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX IF NOT EXISTS bus_message_queue ON bus_message (queue, id);
CREATE INDEX IF NOT EXISTS bus_message_leased ON bus_message (owner, leased_until) WHERE owner IS NOT NULL;
INSERT INTO bus_exchange VALUES ('', 'direct') ON CONFLICT DO NOTHING;
"""

_ROUTED = "b.exchange = m.exchange AND '.' || m.routing_key ~ b.pattern"
_MESSAGES = "unnest(%s::text[], %s::text[], %s::jsonb[], %s::bytea[]) WITH ORDINALITY"
PUBLISH = f"""
INSERT INTO bus_message (queue, exchange, routing_key, properties, body)
SELECT b.queue, m.exchange, m.routing_key, m.properties, m.body
FROM {_MESSAGES} AS m (exchange, routing_key, properties, body, place)
CROSS JOIN LATERAL (SELECT DISTINCT b.queue FROM bus_binding b WHERE {_ROUTED}) b
ORDER BY m.place RETURNING queue
"""  # noqa: S608 - fixed text
UNROUTED = f"""
SELECT m.routing_key FROM unnest(%s::text[], %s::text[]) AS m (exchange, routing_key)
WHERE NOT EXISTS (SELECT FROM bus_binding b WHERE {_ROUTED}) LIMIT 1
"""  # noqa: S608 - fixed text
MISSING_EXCHANGE = """
SELECT m.exchange FROM unnest(%s::text[]) AS m (exchange)
WHERE NOT EXISTS (SELECT FROM bus_exchange e WHERE e.name = m.exchange)
"""
WAKE = f"SELECT pg_notify('{PUBLISHED}', queue) FROM unnest(%s::text[]) AS queue"  # noqa: S608 - fixed text

DECLARE_QUEUE = """
INSERT INTO bus_queue VALUES (%s, %s, %s, %s) ON CONFLICT (name) DO UPDATE SET
delivery_limit = excluded.delivery_limit, dead_exchange = excluded.dead_exchange, dead_key = excluded.dead_key
"""
BIND = "INSERT INTO bus_binding VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"

LEASE = """
UPDATE bus_message m SET deliveries = m.deliveries + 1, owner = pg_backend_pid(),
  leased_until = clock_timestamp() + make_interval(secs => %(seconds)s)
FROM bus_queue q WHERE q.name = m.queue AND m.id = ANY (ARRAY(
  SELECT id FROM bus_message WHERE queue = %(queue)s AND owner IS NULL
  ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
RETURNING m.id, m.exchange, m.routing_key, m.properties, m.body, m.deliveries,
  m.deliveries > q.delivery_limit + 1
"""
RENEW = """
UPDATE bus_message SET leased_until = clock_timestamp() + make_interval(secs => %s)
WHERE owner = pg_backend_pid()
"""
RELEASE = """
UPDATE bus_message SET owner = NULL, leased_until = NULL WHERE owner = pg_backend_pid() AND id = ANY (%s)
"""
# A killed consumer's session ends with it, so its messages are free within a second; the lease
# covers what a session's number cannot tell: numbers are used again after a restart of the server.
RECLAIM = """
UPDATE bus_message m SET owner = NULL, leased_until = NULL WHERE m.id IN (
  SELECT id FROM bus_message WHERE owner IS NOT NULL AND (leased_until < clock_timestamp()
    OR owner NOT IN (SELECT pid FROM pg_stat_activity)) FOR UPDATE SKIP LOCKED)
"""
ACKNOWLEDGE = "DELETE FROM bus_message WHERE id = ANY (%s) AND owner = pg_backend_pid()"
BURY = """
WITH gone AS (DELETE FROM bus_message WHERE id = ANY (%s) AND owner = pg_backend_pid() RETURNING *)
INSERT INTO bus_message (queue, exchange, routing_key, properties, body)
SELECT b.queue, b.exchange, coalesce(q.dead_key, g.routing_key), jsonb_set(g.properties, '{headers}',
    coalesce(g.properties -> 'headers', '{}')
      || jsonb_build_object('x-first-death-reason', %s::text, 'x-first-death-queue', g.queue)), g.body
FROM gone g JOIN bus_queue q ON q.name = g.queue
JOIN bus_binding b ON b.exchange = q.dead_exchange AND '.' || coalesce(q.dead_key, g.routing_key) ~ b.pattern
"""


def topic_pattern(key: str) -> str:
    """Return the regular expression for '.' + a routing key that an AMQP topic pattern means.

    `*` stands for exactly one word, `#` for any number of them, none included.
    """
    words = {"*": r"\.[^.]*", "#": r"(\.[^.]*)*"}
    return "^" + "".join(words.get(word, r"\." + re.escape(word)) for word in key.split(".")) + "$"


def literal_pattern(key: str) -> str:
    """Return the regular expression for '.' + exactly this routing key."""
    return r"^\." + re.escape(key) + "$"
