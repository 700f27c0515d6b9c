-- name: star
-- The first guest of the booking that the demo's mission is about.
select o.property_id, o.guest_id, r.number from hotel.reservation r
  join hotel.stay s on s.property_id = r.property_id and s.reservation_id = r.reservation_id
  join hotel.occupant o on o.property_id = s.property_id and o.stay_id = s.stay_id and o.is_primary and o.guest_id is not null
 where r.source = 'hotel_bookings' and split_part(r.source_id, ':', 2) = (%(line)s)::text limit 1
