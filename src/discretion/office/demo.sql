-- name: set_property
-- The demo's day; it turns at night audit like any other.
update hotel.property set business_date = %(today)s where property_id = %(property_id)s and business_date <> %(today)s

-- name: add_rooms
-- The rooms, in the states of this morning.
insert into hotel.room (property_id, number, floor, type, state)
select %(property_id)s, u.number, u.floor, u.type, u.state
  from unnest(%(numbers)s::text[], %(floors)s::text[], %(types)s::text[], %(states)s::text[]) as u (number, floor, type, state)
    on conflict (property_id, number) do nothing

-- name: add_staff
-- Everyone who works here.
insert into hotel.staff (property_id, staff_id, number, name, language)
select %(property_id)s, u.staff_id, u.number, u.name, 'zh'
  from unnest(%(ids)b::uuid[], %(numbers)s::text[], %(names)s::text[]) as u (staff_id, number, name)
    on conflict do nothing

-- name: add_roles
-- What they may choose as their duty.
insert into hotel.staff_role (property_id, staff_id, role, from_on)
select %(property_id)s, u.staff_id, u.role, %(from_on)s
  from unnest(%(ids)b::uuid[], %(roles)s::text[]) as u (staff_id, role)
 where not exists (select 1 from hotel.staff_role r
                    where r.property_id = %(property_id)s and r.staff_id = u.staff_id and r.role = u.role)

-- name: add_badges
-- Their badges.
insert into hotel.badge (property_id, number, staff_id)
select %(property_id)s, u.number, u.staff_id from unnest(%(ids)b::uuid[], %(numbers)s::text[]) as u (staff_id, number)
    on conflict (property_id, number) do nothing

-- name: add_trainings
-- Their privacy training.
insert into hotel.training (property_id, staff_id, course, version, completed_on, valid_until)
select %(property_id)s, u.staff_id, %(course)s, %(version)s, %(completed_on)s, %(valid_until)s
  from unnest(%(ids)b::uuid[]) as u (staff_id)
    on conflict do nothing

-- name: add_shifts
-- A shift around now for everyone who has none that goes on for three hours more.
insert into hotel.shift (property_id, shift_id, staff_id, duty, starts_at, ends_at)
select %(property_id)s, gen_random_uuid(), u.staff_id, u.duty, %(starts_at)s, %(ends_at)s
  from unnest(%(ids)b::uuid[], %(duties)s::text[]) as u (staff_id, duty)
 where not exists (select 1 from hotel.shift h
                    where h.property_id = %(property_id)s and h.staff_id = u.staff_id and h.ended_at is null
                      and h.starts_at <= %(now)s and h.ends_at > %(now)s + interval '3 hours')
    on conflict do nothing

-- name: add_presence
-- Badged in at the desk's reader, for everyone whose last event is not a fresh "in".
insert into hotel.presence (property_id, event_id, staff_id, direction, how, at)
select %(property_id)s, gen_random_uuid(), u.staff_id, 'in', 'badge_desk', %(at)s
  from unnest(%(ids)b::uuid[]) as u (staff_id)
 where not exists (select 1 from hotel.presence e
                    where e.property_id = %(property_id)s and e.staff_id = u.staff_id and e.direction = 'in'
                      and e.at > %(now)s - interval '6 hours')

-- name: add_segments
-- Which rooms the guests of the house have, and those of the past had.
insert into hotel.room_segment (property_id, stay_id, position, room_number, from_at, until_at)
select %(property_id)s, u.stay_id, 0, u.room, u.from_at, u.until_at
  from unnest(%(ids)b::uuid[], %(rooms)s::text[], %(from_at)s::timestamptz[], %(until_at)s::timestamptz[])
       as u (stay_id, room, from_at, until_at)
    on conflict (property_id, stay_id, position) do nothing

-- name: primary_guest
-- The first guest of a stay.
select o.guest_id from hotel.occupant o
 where o.property_id = %(property_id)s and o.stay_id = %(stay_id)s and o.is_primary and o.guest_id is not null
