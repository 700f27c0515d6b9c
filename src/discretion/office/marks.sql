-- name: of_guest
-- Every mark a guest has or had, newest first.
select m.mark_id, m.guest_id, m.kind, m.reason_code, m.author_id, m.second_id, m.from_at, m.until_at, m.ended_at
  from hotel.mark m
 where m.property_id = %(property_id)s and m.guest_id = %(guest_id)s
 order by m.from_at desc limit 200

-- name: guest
-- Whether there is such a guest.
select 1 from hotel.guest g where g.property_id = %(property_id)s and g.guest_id = %(guest_id)s

-- name: add
-- A mark; nothing when its id is there already.
insert into hotel.mark (property_id, mark_id, guest_id, kind, reason_code, author_id, second_id, until_at)
values (%(property_id)s, %(mark_id)s, %(guest_id)s, %(kind)s, %(reason_code)s, %(author_id)s, %(second_id)s, %(until_at)s)
on conflict do nothing

-- name: end_mark
-- The mark ends now.
update hotel.mark set ended_at = clock_timestamp()
 where property_id = %(property_id)s and mark_id = %(mark_id)s and ended_at is null

-- name: exists
-- Whether there is such a mark.
select 1 from hotel.mark m where m.property_id = %(property_id)s and m.mark_id = %(mark_id)s
