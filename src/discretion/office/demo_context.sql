-- name: in_house
-- Guests of the house by room, but for the mission's and whoever is protected.
select o.guest_id
  from hotel.stay s
  join hotel.occupant o on o.property_id = s.property_id and o.stay_id = s.stay_id and o.is_primary and o.guest_id is not null
 where s.property_id = %(property_id)s and s.state = 'in_house' and s.stay_id <> %(mission)s
   and not exists (select 1 from hotel.mark m where m.property_id = s.property_id and m.guest_id = o.guest_id)
 order by s.room_number limit 10

-- name: departed
-- Guests who left lately.
select o.guest_id
  from hotel.stay s
  join hotel.occupant o on o.property_id = s.property_id and o.stay_id = s.stay_id and o.is_primary and o.guest_id is not null
 where s.property_id = %(property_id)s and s.state = 'checked_out' and s.stay_id <> %(mission)s
   and not exists (select 1 from hotel.mark m where m.property_id = s.property_id and m.guest_id = o.guest_id)
 order by s.left_on desc, s.room_number limit 10

-- name: add_request
-- One open request.
insert into hotel.service_request (property_id, request_id, number, guest_id, stay_id, room_number, kind, channel, identity_check,
  words, opened_by, opened_at, assigned_to, assigned_at, assigned_by)
select %(property_id)s, %(request_id)s, %(number)s, %(guest_id)s, s.stay_id, s.room_number, %(kind)s, %(channel)s,
       %(identity_check)s, %(words)s, %(opened_by)s, %(opened_at)s, %(assigned_to)s,
       case when %(assigned_to)s::uuid is not null then %(opened_at)s::timestamptz end,
       case when %(assigned_to)s::uuid is not null then %(opened_by)s::uuid end
  from hotel.occupant o
  join hotel.stay s on s.property_id = %(property_id)s and s.stay_id = o.stay_id and s.state in ('in_house', 'checked_out')
 where o.property_id = %(property_id)s and o.guest_id = %(guest_id)s
 order by s.arrival desc limit 1
on conflict do nothing

-- name: add_case
-- One open case.
insert into hotel.case_file (property_id, case_id, number, purpose, summary, opened_by, opened_at, owner_id, due_at)
values (%(property_id)s, %(case_id)s, %(number)s, %(purpose)s, %(summary)s, %(opened_by)s, %(opened_at)s, %(owner_id)s, %(due_at)s)
on conflict do nothing

-- name: add_case_guest
-- Whom it names.
insert into hotel.case_guest (property_id, case_id, guest_id, added_by, added_at)
values (%(property_id)s, %(case_id)s, %(guest_id)s, %(added_by)s, %(added_at)s)

-- name: add_case_act
-- What was done to it.
insert into hotel.case_act (property_id, act_id, case_id, act, staff_id, subject_id, words)
values (%(property_id)s, %(act_id)s, %(case_id)s, %(act)s, %(staff_id)s, %(subject_id)s, %(words)s)

-- name: add_processor
-- Who else handles something for the hotel.
insert into hotel.processor (property_id, processor_id, name, kind, groups, reached, added_by)
values (%(property_id)s, %(processor_id)s, %(name)s, %(kind)s, %(groups)s, %(reached)s, %(added_by)s)
on conflict do nothing
