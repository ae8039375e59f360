-- Runs once, when the database is made: Whisper's user owns its database and nothing else.
\set ON_ERROR_STOP on
\getenv password WHISPER_DATABASE_PASSWORD
CREATE ROLE whisper LOGIN PASSWORD :'password';
CREATE DATABASE whisper OWNER whisper ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT, TEMPORARY ON DATABASE whisper FROM PUBLIC;
