//! Parts of a table in PostgreSQL: ranges of the time in the documents' ids.
//!
//! A part is a partition `events_p7`. Ids that are in no range, those of a clock that is far ahead for one, are in the rest, the
//! partition `events_rest`, so every document finds its place. An id is in one part only, so the part's own index keeps it unique.

use crate::{Collection, Parts};

/// The functions that make parts, tell of them and drop them. The job `retention` calls them, through the store.
///
/// They have the rights of their caller: a role that doesn't own the tables makes no parts, and is told of none. They wait 0.2 s for a lock at most, and
/// then fail with 55P03: others stand behind them meanwhile.
pub(super) const FUNCTIONS: [&str; 6] = [
    // The least id of a UUID of version 7 from this time on.
    "CREATE FUNCTION whisper_part_bound(at bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT substr(hex, 1, 8) || '-' || substr(hex, 9, 4) FROM lpad(to_hex(at), 12, '0') AS hex
$$",
    // The parts in their order, with the times at which they end; the rest isn't one.
    "CREATE FUNCTION whisper_part_list(parent text) RETURNS TABLE (part text, number bigint, ends bigint) LANGUAGE sql STABLE AS $$
  SELECT relname::text, substr(relname, length(parent) + 3)::bigint AS number,
    ('x' || lpad(replace(substring(pg_get_expr(relpartbound, pg_class.oid) FROM 'TO \\(''([0-9a-f-]+)''\\)'), '-', ''), 16, '0'))::bit(64)::bigint
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = quote_ident(parent)::regclass AND relname ~ ('^' || parent || '_p[0-9]+$')
  ORDER BY 2
$$",
    // Makes parts of this length until the last one ends no sooner than that. Documents of a new part that are in the rest move there. Gives
    // how many it made, or -1 where the rest is too large to look through while others wait, and where the caller doesn't own the table.
    "CREATE FUNCTION whisper_part_ahead(parent text, until bigint, length bigint, most bigint DEFAULT 16777216) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  rest text := parent || '_rest'; part text; begins bigint; ends bigint; number bigint; made bigint := 0;
BEGIN
  PERFORM set_config('lock_timeout', '200ms', true);
  IF NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = quote_ident(parent)::regclass), 'USAGE') THEN
    RETURN -1;
  END IF;
  SELECT list.number, list.ends INTO number, begins FROM whisper_part_list(parent) AS list ORDER BY list.number DESC LIMIT 1;
  IF begins >= until THEN
    RETURN 0;
  END IF;
  IF pg_relation_size(quote_ident(rest)::regclass) > most THEN
    RETURN -1;
  END IF;
  -- Everybody finds the parts as soon as they have the table, so they have to wait before that: one that writes would be refused by the rest, and one
  -- that reads would look for the documents that move where they were.
  EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', parent);
  IF number <> (SELECT max(list.number) FROM whisper_part_list(parent) AS list) THEN
    RETURN 0;
  END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE NOWAIT', rest);
  WHILE begins < until LOOP
    number := number + 1; made := made + 1; part := parent || '_p' || number;
    -- After a long pause one part takes all of it, up to the last of those that are wanted.
    ends := greatest(begins + length, until - length * 3);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS, PRIMARY KEY (\"_seq\"), CONSTRAINT %I UNIQUE (\"_id\"))', part, parent, part || '__id');
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE \"_id\" >= %L AND \"_id\" < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
      rest, whisper_part_bound(begins), whisper_part_bound(ends), part);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, whisper_part_bound(begins), whisper_part_bound(ends));
    begins := ends;
  END LOOP;
  RETURN made;
END $$",
    // Makes the first parts of an empty table: one for all ids until the day after tomorrow, by the server's clock, those ahead, and the rest. A
    // table `events_p0` that is there already is the first part; its documents with later ids move to the rest.
    "CREATE FUNCTION whisper_part_begin(parent text, days bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  first text := parent || '_p0'; rest text := parent || '_rest'; patience text := current_setting('lock_timeout');
  ends bigint := (floor(extract(epoch FROM clock_timestamp()) / 86400)::bigint + 2) * 86400000; bound text := whisper_part_bound(ends);
  make text := 'CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS, PRIMARY KEY (\"_seq\"), CONSTRAINT %I UNIQUE (\"_id\"))';
BEGIN
  EXECUTE format(make, rest, parent, rest || '__id');
  IF to_regclass(quote_ident(first)) IS NULL THEN
    EXECUTE format(make, first, parent, first || '__id');
  ELSE
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE \"_id\" >= %L RETURNING *) INSERT INTO %I SELECT * FROM moved', first, bound, rest);
  END IF;
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', parent, first, bound);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I DEFAULT', parent, rest);
  PERFORM whisper_part_ahead(parent, ends + 2 * days * 86400000, days * 86400000);
  PERFORM set_config('lock_timeout', patience, true);
END $$",
    // The parts that end no later than that, as a list: the name, the last place in the order of commits, and about how many documents. The
    // newest part is never one of them: the next one begins where it ends.
    "CREATE FUNCTION whisper_part_past(parent text, until bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  past record; newest bigint; told jsonb := '[]';
BEGIN
  IF NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = quote_ident(parent)::regclass), 'USAGE') THEN
    RETURN '[]';
  END IF;
  FOR past IN
    SELECT list.part, greatest(reltuples, 0)::bigint AS documents FROM whisper_part_list(parent) AS list
    JOIN pg_class ON pg_class.oid = quote_ident(list.part)::regclass
    WHERE list.ends <= until AND list.number < (SELECT max(others.number) FROM whisper_part_list(parent) AS others) ORDER BY list.number
  LOOP
    EXECUTE format('SELECT max(\"_seq\") FROM %I', past.part) INTO newest;
    told := told || jsonb_build_array(jsonb_build_array(past.part, newest, past.documents));
  END LOOP;
  RETURN told::text;
END $$",
    // Drops a part, but for the newest, if its last document is still this one; says whether it did.
    "CREATE FUNCTION whisper_part_drop(parent text, part text, last bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  newest bigint;
BEGIN
  PERFORM set_config('lock_timeout', '200ms', true);
  EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', parent);
  IF NOT EXISTS (
    SELECT FROM whisper_part_list(parent) AS list
    WHERE list.part = whisper_part_drop.part AND list.number < (SELECT max(others.number) FROM whisper_part_list(parent) AS others)
  ) THEN
    RETURN false;
  END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE NOWAIT', part);
  EXECUTE format('SELECT max(\"_seq\") FROM %I', part) INTO newest;
  IF newest IS DISTINCT FROM last THEN
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE %I', part);
  RETURN true;
END $$",
];

/// The statement that makes a table's first parts, by the server's clock: one for all ids up to the day after the next, then those ahead.
pub(super) fn begin(collection: &Collection, parts: Parts) -> String {
    format!(
        "SELECT whisper_part_begin('{}', {})",
        collection.id, parts.days
    )
}
