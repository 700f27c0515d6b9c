-- name: event
-- A presence event of this id, with whose it is.
select e.event_id, e.staff_id, t.name, e.direction, e.at, true as is_repeat
  from hotel.presence e
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = e.staff_id
 where e.property_id = %(property_id)s and e.event_id = %(event_id)s

-- name: presence_by
-- How presence is known at this property.
select p.presence_by, p.code from hotel.property p where p.property_id = %(property_id)s

-- name: badge_holder
-- Who has this badge, held for this transaction so that two taps are told one after the other.
select t.staff_id, t.name from hotel.badge b
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = b.staff_id and t.active
 where b.property_id = %(property_id)s and b.number = %(number)s and b.active
   for update of b

-- name: last
-- Whether the person is in by the last event, and whether that event is so fresh that the reader read twice.
select e.event_id, e.direction, e.at, e.at > clock_timestamp() - %(valid)s::interval as is_valid,
       e.at > clock_timestamp() - %(twice)s::interval as is_twice
  from hotel.presence e
 where e.property_id = %(property_id)s and e.staff_id = %(staff_id)s
 order by e.at desc limit 1

-- name: add
-- A person comes or goes, by a badge at the desk.
insert into hotel.presence (property_id, event_id, staff_id, direction, how, badge)
values (%(property_id)s, %(event_id)s, %(staff_id)s, %(direction)s, 'badge_desk', %(badge)s)
on conflict do nothing
returning at

-- name: outside
-- Somebody who was in is not: their sign-in is used from outside the hotel's network. Security hears of it; nothing where they are out already.
with gone as (
  insert into hotel.presence (property_id, event_id, staff_id, direction, how)
  select %(property_id)s, gen_random_uuid(), t.staff_id, 'out', 'outside'
    from (select t.property_id, t.staff_id from hotel.staff t where t.property_id = %(property_id)s and t.staff_id = %(staff_id)s for no key update) t
    join lateral (select e.direction from hotel.presence e where e.property_id = %(property_id)s and e.staff_id = t.staff_id
                   order by e.at desc limit 1) last on last.direction = 'in'
  returning staff_id)
insert into hotel.notice (property_id, to_role, kind, subject_id, details)
select %(property_id)s, 'security', 'session_outside', g.staff_id, '{}' from gone g

-- name: report
-- What people vouched for instead of a reader, badges seen at two hotels and sign-ins from outside, newest first.
select e.at, e.how, e.direction, t.number, t.name, coalesce(w.number, '') as by_number, coalesce(w.name, '') as by_name
  from hotel.presence e
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = e.staff_id
  left join hotel.staff w on w.property_id = %(property_id)s and w.staff_id = e.attested_by
 where e.property_id = %(property_id)s and e.how in ('attested', 'conflict', 'outside') and e.at >= %(from_at)s and e.at < %(until_at)s
 order by e.at desc
 limit 1000
