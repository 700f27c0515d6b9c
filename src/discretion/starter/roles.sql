-- name: make_owner
-- The owner of the schema cannot log in; migrations take its part. Made by the administrator once.
do $$
begin
  create role discretion_owner nologin;
exception when duplicate_object then null;
end $$

-- name: make_login
-- A role of one program: it can log in and nothing more. {role} is one of a fixed list.
do $$
begin
  create role {role} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls noinherit connection limit {connections};
exception when duplicate_object then null;
end $$

-- name: set_password
-- The verifier is computed here, so that the password itself never reaches the server or its log.
alter role {role} login password {verifier}

-- name: join_owner
-- The administrator may act as the owner; a superuser may anyway.
do $$
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then
    grant discretion_owner to current_user;
  end if;
end $$

-- name: role_defaults
-- Waiting for ever is a fault; point look-ups need no compiler and no second plan.
alter role {role} set idle_in_transaction_session_timeout = '60s'

-- name: role_without_compiler
alter role {role} set jit = off

-- name: missing_roles
-- Which of our roles does the server lack?
select name from unnest(%(names)s::text[]) as name where not exists (select from pg_roles where rolname = name) order by name

-- name: excessive_roles
-- Which of our roles may more than a program should?
select rolname from pg_roles
 where rolname = any (%(names)s::text[]) and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)
    or rolname = 'discretion_owner' and rolcanlogin
 order by rolname

-- name: database_exists
select exists (select from pg_database where datname = %(name)s)

-- name: make_database
-- One collation everywhere: by code point, so that no upgrade of the system's locales can break an index.
create database {database} owner discretion_owner template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'

-- name: close_database
-- Nobody connects but our roles, nobody makes tables but migrations.
revoke all on database {database} from public

-- name: admit_programs
grant connect on database {database} to discretion_keeper, discretion_office, discretion_worker, discretion_auditor

-- name: close_public_schema
revoke all on schema public from public

-- name: set_time_zone
alter database {database} set timezone = 'UTC'
