-- name: columns
-- A rule `r` with whoever set it.
r.rule_id, r.code, r.version, r.preset, r.home, r.basis, r.groups, r.whom, r.stays, r.event, r.keep_months, r.keep_days, r.gone_months,
r.gone_days, r.law_zh, r.law_en, r.note_zh, r.note_en, r.is_certain, coalesce(t.name, '') as set_by_name, r.reason, r.from_at, r.ended_at

-- name: in_force
-- The rules of a hotel that are in force, laws first.
select {columns}
  from hotel.retention_rule r left join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = r.set_by
 where r.property_id = %(property_id)s and r.ended_at is null
 order by r.basis desc, r.code

-- name: history
-- Every version of every rule, newest first.
select {columns}
  from hotel.retention_rule r left join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = r.set_by
 where r.property_id = %(property_id)s
 order by r.from_at desc, r.code limit 500

-- name: lock
-- The rules of a hotel, held for this transaction: two changes at once are one after the other.
select r.rule_id from hotel.retention_rule r where r.property_id = %(property_id)s and r.ended_at is null order by r.rule_id for update

-- name: add
-- One version of a rule, after the last of its code.
insert into hotel.retention_rule
  (property_id, rule_id, code, version, preset, home, basis, groups, whom, stays, event, keep_months, keep_days, gone_months, gone_days,
   law_zh, law_en, note_zh, note_en, is_certain, set_by, reason)
select %(property_id)s, %(rule_id)s, %(code)s,
       coalesce((select max(r.version) from hotel.retention_rule r where r.property_id = %(property_id)s and r.code = %(code)s), 0) + 1,
       %(preset)s, %(home)s, %(basis)s, %(groups)s, %(whom)s, %(stays)s, %(event)s, %(keep_months)s::int, %(keep_days)s::int,
       %(gone_months)s::int, %(gone_days)s::int, %(law_zh)s, %(law_en)s, %(note_zh)s, %(note_en)s, %(is_certain)s, %(staff_id)s::uuid, %(reason)s

-- name: adopt
-- The first version of many rules, in one statement: one captured change.
insert into hotel.retention_rule
  (property_id, rule_id, code, version, preset, home, basis, groups, whom, stays, event, keep_months, keep_days, gone_months, gone_days,
   law_zh, law_en, note_zh, note_en, is_certain)
select %(property_id)s, gen_random_uuid(), r.code, 1, r.preset, r.home, r.basis, r.groups, r.whom, r.stays, r.event, r.keep_months, r.keep_days,
       r.gone_months, r.gone_days, r.law_zh, r.law_en, r.note_zh, r.note_en, r.is_certain
  from jsonb_to_recordset(%(rules)s::jsonb) as r (
    code text, preset text, home text, basis text, groups int, whom text, stays text, event text, keep_months int, keep_days int,
    gone_months int, gone_days int, law_zh text, law_en text, note_zh text, note_en text, is_certain boolean)

-- name: end
-- These versions end now.
update hotel.retention_rule set ended_at = clock_timestamp(), ended_by = %(staff_id)s::uuid
 where property_id = %(property_id)s and rule_id = any (%(rule_ids)s::uuid[]) and ended_at is null

-- name: stays
-- The stays of one guest as rules see them, or one line of the record itself when there are none.
select case when o.state = 'cancelled' or s.state = 'cancelled' then 2 when s.state in ('in_house', 'checked_out') then 1
            when s.state = 'no_show' then 4 else 8 end as outcome,
       v.country, coalesce(s.checked_in_on, s.arrival) as arrival, coalesce(s.left_on, s.departure) as departure,
       case when s.state in ('in_house', 'checked_out') then coalesce(s.checked_in_on, s.arrival) else coalesce(v.booked_on, s.arrival) end as collection
  from hotel.occupant o
  join hotel.stay s on s.property_id = %(property_id)s and s.stay_id = o.stay_id
  join hotel.reservation v on v.property_id = %(property_id)s and v.reservation_id = s.reservation_id
 where o.property_id = %(property_id)s and o.guest_id = %(guest_id)s
union all
select 16, '', d.day, d.day, d.day
  from hotel.guest g
  join hotel.property h on h.property_id = %(property_id)s
  cross join lateral (select (g.created_at at time zone h.time_zone)::date as day) d
 where g.property_id = %(property_id)s and g.guest_id = %(guest_id)s
   and not exists (select 1 from hotel.occupant o where o.property_id = %(property_id)s and o.guest_id = %(guest_id)s)

-- name: today
-- The business date, and the groups of one guest that holds keep.
select h.business_date as today, hotel.held_groups(%(property_id)s, %(guest_id)s) as held
  from hotel.property h where h.property_id = %(property_id)s
