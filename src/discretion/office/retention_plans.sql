-- name: day
-- The business date.
select h.business_date as day from hotel.property h where h.property_id = %(property_id)s

-- name: due
-- What falls due by the rules in force, counted by what is alike; the digest says of whom.
with d as materialized (select * from hotel.retention_due(%(property_id)s, %(day)s::date))
select d.due, d.passed, d.waits, d.clash, d.held, d.why_not, count(*)::int as guests,
       (select encode(sha256(coalesce(string_agg(uuid_send(x.guest_id) || int4send(x.due), '' order by x.guest_id)
                                      filter (where x.due <> 0 and x.why_not = ''), '')), 'hex') from d x) as digest
  from d group by d.due, d.passed, d.waits, d.clash, d.held, d.why_not
union all
select 0, 0, 0, 0, 0, '', 0, encode(sha256(''), 'hex') where not exists (select from d)

-- name: due_by
-- How many records would fall due under other rules.
select count(*) filter (where d.due <> 0 and d.why_not = '')::int as guests
  from hotel.due_by(%(property_id)s, %(day)s::date, %(is_law)s::boolean[], %(groups)s::int[], %(homes)s::text[], %(guests)s::text[], %(stays)s::int[],
                    %(events)s::text[], %(keep_months)s::int[], %(keep_days)s::int[], %(gone_months)s::int[], %(gone_days)s::int[]) d

-- name: make
-- A plan; nothing when tonight's is there already.
insert into hotel.retention_plan (property_id, plan_id, for_day, how, made_by, digest, records, counts)
values (%(property_id)s, %(plan_id)s, %(day)s, %(how)s, %(staff_id)s::uuid, decode(%(digest)s, 'hex'), %(records)s, %(counts)s::jsonb)
on conflict do nothing

-- name: run
-- Orders what a plan found: how many, -1 for one that is stale, -2 for none that waits.
select hotel.run_retention(%(property_id)s, %(plan_id)s, %(staff_id)s::uuid) as ordered

-- name: progress
-- How far a plan's orders are; one that is through is marked so.
select p.done, p.stopped, p.waiting from hotel.retention_progress(%(property_id)s, %(plan_id)s) p

-- name: plan
-- One plan.
select p.plan_id, p.for_day, p.how, p.made_at, coalesce(m.name, '') as made_by_name, p.records, p.counts::text as raw_counts, p.state, p.run_at,
       coalesce(r.name, '') as run_by_name, p.done_at
  from hotel.retention_plan p
  left join hotel.staff m on m.property_id = %(property_id)s and m.staff_id = p.made_by
  left join hotel.staff r on r.property_id = %(property_id)s and r.staff_id = p.run_by
 where p.property_id = %(property_id)s and (%(plan_id)s::uuid is null or p.plan_id = %(plan_id)s::uuid)
 order by p.made_at desc limit 30

-- name: running
-- The plans of a hotel whose orders the keeper has not carried out yet.
select p.plan_id from hotel.retention_plan p where p.property_id = %(property_id)s and p.state = 'running' order by p.run_at

-- name: tonight
-- Whether the plan of a night is there.
select 1 from hotel.retention_plan p where p.property_id = %(property_id)s and p.for_day = %(day)s::date and p.how = 'night'

-- name: is_night
-- Whether the night audit of this business date is due, and the hotel had a rule before it: rules given to it today wait for the next night, and a
-- date that was turned by hand before its hour waits for the hour.
select 1 from hotel.retention_rule r
  join hotel.property h on h.property_id = %(property_id)s
  cross join lateral (select (h.business_date + h.night_audit_at) at time zone h.time_zone as at) night
 where r.property_id = %(property_id)s and r.from_at < night.at and night.at <= clock_timestamp() limit 1

-- name: rule_codes
-- The rules in force in the order in which a group is ascribed to one, with their groups.
select r.code, r.groups from hotel.retention_rule r
 where r.property_id = %(property_id)s and r.ended_at is null order by r.basis desc, r.code
