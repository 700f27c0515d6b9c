-- name: requests
-- Open service requests that are this person's to do.
select q.request_id, q.number, q.kind, coalesce(q.room_number, '') as room_number, q.opened_at from hotel.service_request q
 where q.property_id = %(property_id)s and q.assigned_to = %(staff_id)s and q.closed_at is null order by q.opened_at limit 200

-- name: cases
-- Open cases that this person owns.
select c.case_id, c.number, c.purpose, c.due_at from hotel.case_file c
 where c.property_id = %(property_id)s and c.owner_id = %(staff_id)s and c.closed_at is null order by c.due_at nulls last, c.opened_at limit 200

-- name: approvals
-- Requests for approval of this person that are not decided, and approvals not used up.
select q.request_id, q.purpose, q.state, coalesce(q.grant_until_at, q.ask_until_at) as until_at from hotel.access_request q
 where q.property_id = %(property_id)s and q.requester_id = %(staff_id)s
   and ((q.state = 'pending' and q.ask_until_at > clock_timestamp()) or (q.state = 'approved' and q.grant_until_at > clock_timestamp()))
 order by q.asked_at limit 200

-- name: emergencies
-- Emergency viewings of this person within two days that are open, or whose closing note is missing.
select e.emergency_id, e.situation, e.begun_at, e.ended_at is null and e.until_at > clock_timestamp() as is_open from hotel.emergency e
 where e.property_id = %(property_id)s and e.staff_id = %(staff_id)s and e.note_at is null
   and e.begun_at > clock_timestamp() - interval '48 hours' order by e.begun_at limit 200

-- name: next_people
-- Who is on shift now or within four hours, but this person.
select distinct t.staff_id, t.number, t.name from hotel.shift h
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = h.staff_id and t.active
 where h.property_id = %(property_id)s and h.staff_id <> %(staff_id)s and h.ended_at is null and h.ends_at > clock_timestamp()
   and h.starts_at < clock_timestamp() + interval '4 hours' order by t.number limit 500

-- name: colleague
-- Whether somebody works here.
select 1 from hotel.staff t where t.property_id = %(property_id)s and t.staff_id = %(staff_id)s and t.active

-- name: known
-- Whether this handover happened before.
select 1 from hotel.handover n where n.property_id = %(property_id)s and n.handover_id = %(handover_id)s

-- name: leave_note
-- A note to one person, or to whoever works next in a duty.
insert into hotel.handover (property_id, handover_id, from_id, shift_id, duty, to_duty, to_id, words)
select %(property_id)s, %(handover_id)s, %(from_id)s,
       (select h.shift_id from hotel.shift h where h.property_id = %(property_id)s and h.staff_id = %(from_id)s and h.duty = %(duty)s
           and h.starts_at <= clock_timestamp() order by h.starts_at desc limit 1),
       %(duty)s, %(to_duty)s, %(to_id)s::uuid, %(words)s

-- name: give_requests
-- Open requests of this person go to a colleague.
update hotel.service_request set assigned_to = %(requests_to)s, assigned_at = clock_timestamp(), assigned_by = %(from_id)s
 where property_id = %(property_id)s and request_id = any (%(request_ids)s::uuid[]) and assigned_to = %(from_id)s and closed_at is null

-- name: give_cases
-- Open cases of this person go to a colleague whose role works on cases of that purpose; each has the act that says so.
with given as (
  update hotel.case_file c set owner_id = %(cases_to)s
   where c.property_id = %(property_id)s and c.case_id = any (%(case_ids)s::uuid[]) and c.owner_id = %(from_id)s and c.closed_at is null
     and exists (select 1 from unnest(%(purposes)s::text[], %(roles)s::text[]) as k (purpose, role)
                   join hotel.staff_role o on o.property_id = %(property_id)s and o.staff_id = %(cases_to)s and o.role = k.role
                   join hotel.property p on p.property_id = o.property_id
                    and (clock_timestamp() at time zone p.time_zone)::date between o.from_on and coalesce(o.until_on, 'infinity')
                  where o.property_id = %(property_id)s and k.purpose = c.purpose)
  returning c.case_id)
insert into hotel.case_act (property_id, act_id, case_id, act, staff_id, subject_id)
select %(property_id)s, gen_random_uuid(), given.case_id, 'owner_changed', %(from_id)s, %(cases_to)s from given

-- name: end_shift
-- The shift of this duty that runs now is over.
update hotel.shift set ended_at = clock_timestamp(), ended_by = %(from_id)s
 where property_id = %(property_id)s and staff_id = %(from_id)s and duty = %(duty)s and ended_at is null
   and coalesce(begun_at, starts_at) <= clock_timestamp() and ends_at > clock_timestamp()

-- name: notes
-- Notes of the last three days to this person, or to the duty they work in; never their own.
select n.handover_id, t.name as from_name, n.duty, n.words, n.at, n.read_at is not null as is_read from hotel.handover n
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = n.from_id
 where n.property_id = %(property_id)s and n.from_id <> %(staff_id)s and n.at > clock_timestamp() - interval '3 days'
   and (n.to_id = %(staff_id)s or (%(duty)s <> '' and n.to_duty = %(duty)s)) and (n.read_at is null or not %(unread_only)s)
 order by n.read_at is not null, n.at desc limit 50

-- name: read
-- The note has been read.
update hotel.handover set read_at = clock_timestamp(), read_by = %(staff_id)s
 where property_id = %(property_id)s and handover_id = %(handover_id)s and read_at is null and from_id <> %(staff_id)s
   and (to_id = %(staff_id)s or (%(duty)s <> '' and to_duty = %(duty)s))

-- name: mine
-- Whether the note is to this person.
select 1 from hotel.handover n
 where n.property_id = %(property_id)s and n.handover_id = %(handover_id)s and n.from_id <> %(staff_id)s
   and (n.to_id = %(staff_id)s or (%(duty)s <> '' and n.to_duty = %(duty)s))
