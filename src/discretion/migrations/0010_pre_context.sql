-- 0009: what was done to a case, append only; and that what is closed stays closed. A request or a case is the ground that a look-up stands on:
-- whoever could open it again, or give it to somebody who does not work here, could make that ground.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table hotel.case_act (             -- append only: opened, guest added, owner or due date changed, noted, closed; codes and words of staff
  property_id uuid not null, act_id uuid not null, case_id uuid not null,
  act text not null check (act in ('opened', 'guest_added', 'owner_changed', 'due_changed', 'noted', 'closed')),
  staff_id uuid not null, subject_id uuid,   -- the guest that was added, or the new owner
  words text not null default '' check (length(words) <= 500),
  at timestamptz not null default clock_timestamp(),
  primary key (property_id, act_id),
  foreign key (property_id, case_id) references hotel.case_file (property_id, case_id)
);
create index case_act_by_case on hotel.case_act (property_id, case_id, at);
create index case_file_open on hotel.case_file (property_id, opened_at) where closed_at is null;
create index service_request_by_assigned on hotel.service_request (property_id, assigned_to) where closed_at is null;

create trigger append_only before update or delete on hotel.case_act for each row execute function ledger.refuse();
alter table hotel.case_act enable always trigger append_only;
create trigger append_only_truncate before truncate on hotel.case_act for each statement execute function ledger.refuse();
alter table hotel.case_act enable always trigger append_only_truncate;

-- Nobody of another hotel is given a request or a case.
alter table hotel.service_request add foreign key (property_id, assigned_to) references hotel.staff (property_id, staff_id);
alter table hotel.case_file add foreign key (property_id, owner_id) references hotel.staff (property_id, staff_id);

create function hotel.closed_stays_closed() returns trigger language plpgsql as $$
begin
  if old.closed_at is not null then
    raise exception 'what is closed stays closed; open a new one' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger closed_stays_closed before update on hotel.case_file for each row execute function hotel.closed_stays_closed();
create trigger closed_stays_closed before update on hotel.service_request for each row execute function hotel.closed_stays_closed();
alter table hotel.case_file enable always trigger closed_stays_closed;
alter table hotel.service_request enable always trigger closed_stays_closed;

grant select on hotel.case_act to discretion_office;
grant insert (property_id, act_id, case_id, act, staff_id, subject_id, words) on hotel.case_act to discretion_office;
