-- The tables that a send writes to, with their indexes, for pgbench: the bundle's own rows stay as they are.
DROP SCHEMA IF EXISTS pgbench CASCADE;
CREATE SCHEMA pgbench;
CREATE TABLE pgbench."messages" (LIKE "messages" INCLUDING ALL);
CREATE TABLE pgbench."conversations" (LIKE "conversations" INCLUDING ALL);
CREATE TABLE pgbench."messageQueue" (LIKE "messageQueue" INCLUDING ALL);
CREATE TABLE pgbench."userActivity" (LIKE "userActivity" INCLUDING ALL);
CREATE TABLE pgbench."events" (LIKE "events" INCLUDING ALL);
-- The parts have the index of places, not the table that is made of them.
ALTER TABLE pgbench."userActivity" ADD PRIMARY KEY ("_seq");
ALTER TABLE pgbench."events" ADD PRIMARY KEY ("_seq");
CREATE TABLE pgbench."rateLimits" (LIKE "rateLimits" INCLUDING ALL);
-- A conversation and a counter for each client, as each connection of the load has them.
INSERT INTO pgbench."conversations" ("_id", "type", "creatorId", "participantIds", "adminIds", "moderatorIds", "isPinned", "isMuted", "isArchived", "tags")
  SELECT 'c' || n, 'group', 'u' || n, '[]', '[]', '[]', '[]', '[]', '[]', '[]' FROM generate_series(0, 1023) AS n;
INSERT INTO pgbench."rateLimits" ("_id", "bucket", "windowStart", "count", "expiresAt")
  SELECT 'r' || n, 'message:u' || n, 0, 0, 60000 FROM generate_series(0, 1023) AS n;
