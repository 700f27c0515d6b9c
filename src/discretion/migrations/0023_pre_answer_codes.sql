-- 0023: the code that goes with a request for rights. Whoever has it and the request's number reads the answer and has the certificate of deletion,
-- also when the whole record is gone and nobody can come in as its guest any more. Only the code's SHA-256 is kept; a new code replaces it.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table hotel.rights_code (
  property_id uuid not null, case_id uuid not null, code_hash bytea not null check (octet_length(code_hash) = 32),
  made_by uuid, made_at timestamptz not null default clock_timestamp(),   -- made_by is null where the guest had it made
  primary key (property_id, case_id),
  foreign key (property_id, case_id) references hotel.rights_request (property_id, case_id)
);
grant select, insert on hotel.rights_code to discretion_office;
grant update (code_hash, made_by, made_at) on hotel.rights_code to discretion_office;
