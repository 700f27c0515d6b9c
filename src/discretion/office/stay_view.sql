-- name: details
-- What a stay's page tells beyond its line.
select p.business_date, s.actual_in_at, s.actual_out_at, coalesce(m.state, '') as room_state, s.room_type_reserved, s.meal,
       s.rate, r.source, r.booked_on, r.market_segment, r.distribution_channel, r.agent, r.company, r.customer_type,
       r.deposit_type, r.special_requests, r.parking_spaces
  from hotel.stay s
  join hotel.reservation r on r.property_id = %(property_id)s and r.reservation_id = s.reservation_id
  join hotel.property p on p.property_id = %(property_id)s
  left join hotel.room m on m.property_id = %(property_id)s and m.number = s.room_number
 where s.property_id = %(property_id)s and s.stay_id = %(stay_id)s

-- name: occupants
-- The people of a stay, by position.
select o.position, o.guest_id, o.state, o.is_primary, o.relation, o.guardian_reached, o.age_category, o.arrival, o.departure
  from hotel.occupant o
 where o.property_id = %(property_id)s and o.stay_id = %(stay_id)s order by o.position limit 200

-- name: segments
-- The times in rooms, in order.
select g.position, g.room_number, g.from_at, g.until_at
  from hotel.room_segment g
 where g.property_id = %(property_id)s and g.stay_id = %(stay_id)s order by g.position limit 200

-- name: acts
-- What was done to a stay, newest first.
select a.act_id, a.act, coalesce(a.from_state, '') as from_state, coalesce(a.to_state, '') as to_state, a.staff_id,
       coalesce(t.name, '') as staff_name, a.at, a.business_date, a.details
  from hotel.stay_act a
  left join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = a.staff_id
 where a.property_id = %(property_id)s and a.stay_id = %(stay_id)s order by a.at desc limit 100
