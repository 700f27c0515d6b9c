-- name: where
-- How far the look-ups of a property are read, and its time zone.
select c.next_idx, p.time_zone, c.origin from hotel.property p left join hotel.review_cursor c on c.property_id = p.property_id
 where p.property_id = %(p)s

-- name: begin
-- A property whose look-ups were never read before.
insert into hotel.review_cursor (property_id) values (%(p)s::uuid) on conflict do nothing

-- name: move
-- The cursor, from where it was seen: nothing when another worker was first.
update hotel.review_cursor set next_idx = %(next)s where property_id = %(p)s and next_idx = %(seen)s and origin = %(origin)s

-- name: anew
-- The cursor at the beginning of the ledger that stands here now.
update hotel.review_cursor set next_idx = 0, origin = %(origin)s where property_id = %(p)s and origin = %(seen)s

-- name: emergencies_without
-- Emergencies that no review stands for yet, oldest first.
select uuid_send(e.emergency_id), e.begun_at, uuid_send(e.staff_id), e.duty, uuid_send(e.session_id), uuid_send(e.guest_id), e.groups, e.situation
  from hotel.emergency e
 where e.property_id = %(p)s
   and not exists (select 1 from hotel.lookup_review r where r.property_id = %(p)s and r.emergency_id = e.emergency_id)
 order by e.begun_at limit 200

-- name: settling
-- Look-ups that nothing explained when they were read, old enough to ask once more.
select r.entry_idx, r.at, uuid_send(r.staff_id), r.duty, uuid_send(r.guest_id), r.kind, r.purpose, r.relation, r.clear, r.masked, uuid_send(r.review_id)
  from hotel.lookup_review r
 where r.property_id = %(p)s and r.state = 'settling' and r.at <= clock_timestamp() - %(settle)s order by r.at limit 500

-- name: settled
-- What is still not explained is for a reviewer now.
update hotel.lookup_review set state = 'open' where property_id = %(p)s and review_id = any (%(ids)s::uuid[]) and state = 'settling'

-- name: dropped
-- What was explained meanwhile is for nobody.
delete from hotel.lookup_review where property_id = %(p)s and review_id = any (%(ids)s::uuid[]) and state = 'settling'

-- name: keep
-- Reviews; one whose entry or emergency stands already is left out.
insert into hotel.lookup_review (property_id, review_id, number, origin, entry_idx, emergency_id, request_id, at, staff_id, duty, session_id, guest_id, kind,
  purpose, clear, masked, relation, rules, obligations, reason_given, reference, has_reference, explained, subject_id, why, due_at, guest_due_at, state)
select %(p)s::uuid, n.review_id, n.number, n.origin, n.entry_idx, n.emergency_id, n.request_id, n.at, n.staff_id, n.duty, n.session_id, n.guest_id, n.kind,
       n.purpose, n.clear, n.masked, n.relation, n.rules, n.obligations, n.reason_given, n.reference, n.has_reference, n.explained, n.subject_id, n.why,
       n.due_at, n.guest_due_at, n.state
  from jsonb_to_recordset(%(rows)s::jsonb) as n (review_id uuid, number text, origin text, entry_idx bigint, emergency_id uuid, request_id uuid, at timestamptz,
       staff_id uuid, duty text, session_id uuid, guest_id uuid, kind text, purpose text, clear int, masked int, relation text, rules text[],
       obligations text[], reason_given text, reference text, has_reference boolean, explained text, subject_id uuid, why text, due_at timestamptz,
       guest_due_at timestamptz, state text)
    on conflict do nothing

-- name: tell
-- Notices to duties, in the transaction of what they tell of.
insert into hotel.notice (property_id, to_role, kind, subject_id, details)
select %(p)s::uuid, n.role, n.kind, n.subject_id, n.details
  from jsonb_to_recordset(%(rows)s::jsonb) as n (role text, kind text, subject_id uuid, details jsonb)

-- name: count
-- What was counted, added to the day's.
insert into hotel.review_day as d (property_id, day, reason, count)
select %(p)s::uuid, n.day, n.reason, n.count from jsonb_to_recordset(%(rows)s::jsonb) as n (day date, reason text, count bigint)
    on conflict (property_id, day, reason) do update set count = d.count + excluded.count

-- name: joined
-- These guests, each with every record that is joined with theirs now, their own among them.
select uuid_send(u.id), uuid_send(j.record_id)
  from unnest(%(guests)s::uuid[]) as u (id) cross join lateral hotel.joined_records(%(p)s, u.id) as j (record_id)

-- name: count_purposes
-- Look-ups by purpose, added to the day's.
insert into hotel.lookup_day as d (property_id, day, purpose, count)
select %(p)s::uuid, n.day, n.purpose, n.count from jsonb_to_recordset(%(rows)s::jsonb) as n (day date, purpose text, count bigint)
    on conflict (property_id, day, purpose) do update set count = d.count + excluded.count

-- name: stays
-- The stays of these guests.
select uuid_send(o.guest_id), uuid_send(s.stay_id), s.state, s.arrival, s.departure, s.left_on
  from hotel.occupant o join hotel.stay s on s.property_id = o.property_id and s.stay_id = o.stay_id
 where o.property_id = %(p)s and o.guest_id = any (%(guests)s::uuid[]) and o.state <> 'cancelled'

-- name: standing_out
-- Which of these guests people are curious about by themselves.
select distinct uuid_send(m.guest_id) from hotel.mark m
 where m.property_id = %(p)s and m.guest_id = any (%(guests)s::uuid[]) and m.kind in ('incognito', 'sealed', 'vip')
   and (m.ended_at is null or m.ended_at > %(first)s) and (m.until_at is null or m.until_at > %(first)s)

-- name: shifts
-- The shifts of these people around that time.
select uuid_send(h.staff_id), h.duty, uuid_send(h.shift_id), h.starts_at, least(h.ends_at, coalesce(h.ended_at, h.ends_at)) from hotel.shift h
 where h.property_id = %(p)s and h.staff_id = any (%(staff)s::uuid[]) and h.starts_at <= %(last)s and h.ends_at >= %(first)s

-- name: emergencies
-- Emergency viewing by these people of these guests.
select uuid_send(e.staff_id), uuid_send(e.guest_id), uuid_send(e.emergency_id), e.begun_at, coalesce(e.ended_at, e.until_at), 'emergency', e.groups
  from hotel.emergency e
 where e.property_id = %(p)s and e.staff_id = any (%(staff)s::uuid[]) and e.guest_id = any (%(guests)s::uuid[])
   and e.begun_at <= %(last)s and e.until_at >= %(first)s

-- name: approvals
-- What was approved for these people and guests, while it could be used.
select uuid_send(q.requester_id), uuid_send(q.guest_id), uuid_send(q.request_id), q.decided_at, coalesce(q.ended_at, q.grant_until_at), q.purpose, q.groups
  from hotel.access_request q
 where q.property_id = %(p)s and q.requester_id = any (%(staff)s::uuid[]) and q.guest_id = any (%(guests)s::uuid[])
   and q.grant_until_at is not null and q.decided_at <= %(last)s and q.grant_until_at >= %(first)s

-- name: requests
-- Service requests of these guests: by whom they are assigned to, and by whom took them.
select uuid_send(s.assigned_to), uuid_send(s.guest_id), uuid_send(s.request_id), coalesce(s.assigned_at, s.opened_at), s.closed_at, '', 255
  from hotel.service_request s
 where s.property_id = %(p)s and s.guest_id = any (%(guests)s::uuid[]) and s.assigned_to = any (%(staff)s::uuid[]) and s.opened_at <= %(last)s
   and (s.closed_at is null or s.closed_at >= %(first)s)
union all
select uuid_send(s.opened_by), uuid_send(s.guest_id), uuid_send(s.request_id), s.opened_at - interval '10 minutes', s.opened_at + interval '10 minutes', '', 255
  from hotel.service_request s
 where s.property_id = %(p)s and s.guest_id = any (%(guests)s::uuid[]) and s.opened_by = any (%(staff)s::uuid[])
   and s.opened_at between %(first)s and %(last)s

-- name: cases
-- The cases that name these guests.
select uuid_send(g.guest_id), uuid_send(g.guest_id), uuid_send(c.case_id), greatest(c.opened_at, g.added_at), c.closed_at, c.purpose, 255
  from hotel.case_guest g join hotel.case_file c on c.property_id = g.property_id and c.case_id = g.case_id
 where g.property_id = %(p)s and g.guest_id = any (%(guests)s::uuid[]) and c.opened_at <= %(last)s
   and (c.closed_at is null or c.closed_at >= %(first)s)

-- name: acts
-- What these people did to stays of these guests.
select uuid_send(a.staff_id), uuid_send(o.guest_id), uuid_send(a.stay_id), a.at, a.at, a.act, 255
  from hotel.occupant o join hotel.stay_act a on a.property_id = o.property_id and a.stay_id = o.stay_id
 where o.property_id = %(p)s and o.guest_id = any (%(guests)s::uuid[]) and a.staff_id = any (%(staff)s::uuid[])
   and a.at between %(first)s and %(last)s
