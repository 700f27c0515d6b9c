-- name: make_record
-- What was applied here; plain bookkeeping of one database, not a property's data.
create schema if not exists migrations

-- name: make_record_table
create table if not exists migrations.applied (
  name text primary key,
  sha256 bytea not null check (octet_length(sha256) = 32),
  at timestamptz not null default clock_timestamp()
)

-- name: take_lock
-- One starter at a time; the lock ends with the connection.
select pg_advisory_lock(hashtext('discretion migrations'))

-- name: become_owner
set role discretion_owner

-- name: has_record
select to_regclass('migrations.applied') is not null

-- name: applied
select name, sha256 from migrations.applied order by name

-- name: limit_waiting
-- A migration may tighten these; without them one forgotten lock would stop the hotel.
set local lock_timeout = '10s'; set local statement_timeout = '10min'

-- name: enter
insert into migrations.applied (name, sha256) values (%(name)s, %(sha256)s)
