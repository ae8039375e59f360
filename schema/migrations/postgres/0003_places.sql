-- Documents that came from another database have their places from there: with an offset all later ones are behind them.

CREATE FUNCTION whisper_offset() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 0::bigint
$$;

CREATE OR REPLACE FUNCTION whisper_seq() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint := coalesce(nullif(current_setting('whisper.documents', true), ''), '0');
BEGIN
  IF n >= 16384 THEN
    RAISE EXCEPTION 'a commit has more than 16384 new documents' USING ERRCODE = '54000';
  END IF;
  PERFORM set_config('whisper.documents', (n + 1)::text, true);
  RETURN ((pg_current_xact_id()::text::bigint + whisper_offset()) << 14) | n;
END $$;

CREATE OR REPLACE FUNCTION whisper_settled() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + whisper_offset()) << 14
$$;
