-- name: lock
-- One stay, held until the end of the transaction, with what an act must know of its reservation and property.
select s.stay_id, s.reservation_id, r.number, s.state, s.arrival, s.departure, s.actual_in_at, s.actual_out_at, s.left_on,
       s.checked_in_on, coalesce(s.room_number, '') as room_number, s.room_type_reserved, s.room_type_assigned,
       s.adults, s.children, s.babies, s.meal, s.rate, s.currency, s.expected_time, s.balance, s.version,
       p.business_date, clock_timestamp() as now_at
  from hotel.stay s
  join hotel.reservation r on r.property_id = %(property_id)s and r.reservation_id = s.reservation_id
  join hotel.property p on p.property_id = %(property_id)s
 where s.property_id = %(property_id)s and s.stay_id = %(stay_id)s
   for update of s

-- name: house
-- The property's business date and the database's clock.
select p.business_date, clock_timestamp() as now_at from hotel.property p where p.property_id = %(property_id)s

-- name: done
-- What an act of this id did, and the stay it did it to.
select a.stay_id, r.number, a.act, a.to_state as state, (a.details ->> 'version')::int as version,
       coalesce(a.details ->> 'room', '') as room_number, true as is_repeat
  from hotel.stay_act a
  join hotel.stay s on s.property_id = %(property_id)s and s.stay_id = a.stay_id
  join hotel.reservation r on r.property_id = %(property_id)s and r.reservation_id = s.reservation_id
 where a.property_id = %(property_id)s and a.act_id = %(act_id)s

-- name: last_details
-- What was noted at the last act of a kind on this stay.
select a.details from hotel.stay_act a
 where a.property_id = %(property_id)s and a.stay_id = %(stay_id)s and a.act = %(act)s
 order by a.at desc limit 1

-- name: occupants
-- The people of a stay, by position.
select o.position, o.guest_id, o.state, o.is_primary, o.relation, o.guardian_reached, o.age_category, o.arrival, o.departure
  from hotel.occupant o
 where o.property_id = %(property_id)s and o.stay_id = %(stay_id)s order by o.position

-- name: lock_rooms
-- Rooms held until the end of the transaction, in one order for everyone, so that nobody waits in a circle.
select r.number, r.state, r.type from hotel.room r
 where r.property_id = %(property_id)s and r.number = any (%(numbers)s) order by r.number for update

-- name: in_room
-- Who else is in the house in this room.
select s.stay_id from hotel.stay s
 where s.property_id = %(property_id)s and s.room_number = %(room_number)s and s.state = 'in_house'
   and s.stay_id <> %(stay_id)s

-- name: clashes
-- Who else has this room for one of these nights. A stay of one day counts as a night; a guest due out today clears it.
select s.stay_id from hotel.stay s
 where s.property_id = %(property_id)s and s.room_number = %(room_number)s and s.stay_id <> %(stay_id)s
   and s.state in ('confirmed', 'in_house')
   and s.arrival < greatest(%(departure)s::date, %(arrival)s::date + 1)
   and %(arrival)s::date < greatest(s.departure, case s.state when 'in_house' then %(business_date)s::date else s.arrival + 1 end)
 limit 1

-- name: add_reservation
-- A new reservation; nothing when its id or its number is there already.
insert into hotel.reservation (property_id, reservation_id, number, source, source_id, booked_on)
values (%(property_id)s, %(reservation_id)s, %(number)s, 'desk', %(source_id)s, %(booked_on)s)
on conflict do nothing

-- name: add_stay
-- A new stay.
insert into hotel.stay (property_id, stay_id, reservation_id, state, arrival, departure, actual_in_at, actual_out_at, left_on,
  checked_in_on, room_number, room_type_reserved, room_type_assigned, adults, children, babies, meal, rate, currency,
  expected_time, balance, version)
values (%(property_id)s, %(stay_id)s, %(reservation_id)s, %(state)s, %(arrival)s, %(departure)s, %(actual_in_at)s,
  %(actual_out_at)s, %(left_on)s, %(checked_in_on)s, nullif(%(room_number)s, ''), %(room_type_reserved)s,
  %(room_type_assigned)s, %(adults)s, %(children)s, %(babies)s, %(meal)s, %(rate)s, %(currency)s, %(expected_time)s,
  %(balance)s, %(version)s)

-- name: save_stay
-- The stay as the act left it.
update hotel.stay set state = %(state)s, arrival = %(arrival)s, departure = %(departure)s, actual_in_at = %(actual_in_at)s,
  actual_out_at = %(actual_out_at)s, left_on = %(left_on)s, checked_in_on = %(checked_in_on)s,
  room_number = nullif(%(room_number)s, ''), room_type_reserved = %(room_type_reserved)s,
  room_type_assigned = %(room_type_assigned)s, adults = %(adults)s, children = %(children)s, babies = %(babies)s,
  meal = %(meal)s, rate = %(rate)s, currency = %(currency)s, expected_time = %(expected_time)s, balance = %(balance)s,
  version = %(version)s
 where property_id = %(property_id)s and stay_id = %(stay_id)s

-- name: add_guests
-- The pseudonymous row of guests whom the desk has just inscribed; who is known stays as they are.
insert into hotel.guest (property_id, guest_id, source, source_id)
select %(property_id)s, u.id, 'desk', replace(u.id::text, '-', '') from unnest(%(guest_ids)s::uuid[]) as u (id)
on conflict do nothing

-- name: save_occupants
-- The people as the act left them, in one statement.
insert into hotel.occupant (property_id, stay_id, position, guest_id, state, is_primary, relation, guardian_reached,
  age_category, arrival, departure)
select %(property_id)s, %(stay_id)s, u.* from unnest(%(positions)s::smallint[], %(guest_ids)s::uuid[], %(states)s::text[],
  %(primaries)s::boolean[], %(relations)s::text[], %(guardians)s::boolean[], %(categories)s::text[], %(arrivals)s::date[],
  %(departures)s::date[]) as u
on conflict (property_id, stay_id, position) do update set guest_id = excluded.guest_id, state = excluded.state,
  is_primary = excluded.is_primary, relation = excluded.relation, guardian_reached = excluded.guardian_reached,
  age_category = excluded.age_category, arrival = excluded.arrival, departure = excluded.departure

-- name: drop_places
-- Places in the count that nobody was named for and that are counted no more.
delete from hotel.occupant
 where property_id = %(property_id)s and stay_id = %(stay_id)s and position = any (%(positions)s) and guest_id is null

-- name: close_segment
-- The time in a room ends.
update hotel.room_segment set until_at = %(at)s
 where property_id = %(property_id)s and stay_id = %(stay_id)s and until_at is null

-- name: open_segment
-- The time in a room begins.
insert into hotel.room_segment (property_id, stay_id, position, room_number, from_at)
select %(property_id)s, %(stay_id)s, coalesce(max(g.position) + 1, 0), %(room_number)s, %(at)s
  from hotel.room_segment g where g.property_id = %(property_id)s and g.stay_id = %(stay_id)s

-- name: set_room_state
-- The room as the act left it.
update hotel.room set state = %(state)s where property_id = %(property_id)s and number = %(number)s and state <> %(state)s

-- name: note_act
-- What was done, by whom, and what it was before.
insert into hotel.stay_act (property_id, act_id, stay_id, act, from_state, to_state, staff_id, at, business_date, details)
values (%(property_id)s, %(act_id)s, %(stay_id)s, %(act)s, %(from_state)s, %(to_state)s, %(staff_id)s, %(at)s,
        %(business_date)s, %(details)s)
