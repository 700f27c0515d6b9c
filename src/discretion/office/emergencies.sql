-- name: emergency
-- One emergency viewing, for its person and for those who are told of it.
select e.emergency_id, e.staff_id, t.name as staff_name, e.duty, e.guest_id, e.groups, e.situation, e.words, e.reference, e.begun_at, e.until_at,
       e.ended_at, e.note, e.note_at, e.ended_at is null and e.until_at > clock_timestamp() as is_open,
       coalesce((select s.room_number from hotel.occupant o join hotel.stay s on s.property_id = %(property_id)s and s.stay_id = o.stay_id
                  where o.property_id = %(property_id)s and o.guest_id = e.guest_id and s.state = 'in_house' limit 1), '') as room
  from hotel.emergency e join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = e.staff_id
 where e.property_id = %(property_id)s and e.emergency_id = %(emergency_id)s

-- name: emergencies
-- Emergency viewings of the last thirty days, open ones first.
select e.emergency_id, e.staff_id, t.name as staff_name, e.duty, e.guest_id, e.groups, e.situation, e.words, e.reference, e.begun_at, e.until_at,
       e.ended_at, e.note, e.note_at, e.ended_at is null and e.until_at > clock_timestamp() as is_open, '' as room
  from hotel.emergency e join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = e.staff_id
 where e.property_id = %(property_id)s and e.begun_at > clock_timestamp() - interval '30 days'
   and (%(is_told)s or e.staff_id = %(staff_id)s)
 order by is_open desc, e.begun_at desc
 limit 200

-- name: people_in_room
-- Who stays in a room now: ids and places in the stay, no names. For an emergency.
select o.guest_id, o.position::int, o.is_primary, o.age_category
  from hotel.stay s join hotel.occupant o on o.property_id = %(property_id)s and o.stay_id = s.stay_id and o.guest_id is not null
 where s.property_id = %(property_id)s and s.state = 'in_house' and s.room_number = %(room)s and o.state not in ('departed', 'cancelled')
 order by o.position
