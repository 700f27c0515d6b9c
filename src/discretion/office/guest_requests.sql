-- name: requests
-- What a guest asked for, newest first.
select r.request_id, r.number, r.kind, r.channel, r.words, r.opened_at, r.assigned_at, r.closed_at, r.outcome
  from hotel.service_request r
 where r.property_id = %(property_id)s and r.guest_id = %(guest_id)s
   and not exists (select 1 from hotel.hidden_stay h where h.property_id = %(property_id)s and h.guest_id = %(guest_id)s and h.stay_id = r.stay_id)
 order by r.opened_at desc limit 50

-- name: open_count
-- How many of them are open.
select count(*) as count from hotel.service_request r
 where r.property_id = %(property_id)s and r.guest_id = %(guest_id)s and r.closed_at is null

-- name: open
-- A request by the guest, with the stay that runs or comes next; nothing where there is none.
insert into hotel.service_request (property_id, request_id, number, guest_id, stay_id, room_number, kind, channel, words)
select %(property_id)s, %(request_id)s, %(number)s, %(guest_id)s, s.stay_id, s.room_number, %(kind)s, 'portal', %(words)s
  from hotel.occupant o join hotel.stay s on s.property_id = %(property_id)s and s.stay_id = o.stay_id
 where o.property_id = %(property_id)s and o.guest_id = %(guest_id)s and o.state not in ('cancelled', 'departed')
   and s.state in ('in_house', 'confirmed')
 order by s.state <> 'in_house', s.arrival limit 1
on conflict do nothing

-- name: take_back
-- The guest no longer wants it.
update hotel.service_request set closed_at = clock_timestamp(), outcome = 'cancelled'
 where property_id = %(property_id)s and guest_id = %(guest_id)s and request_id = %(request_id)s and closed_at is null
