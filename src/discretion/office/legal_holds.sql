-- name: columns
-- A hold `h` with its people; how many guests it is about.
h.hold_id, h.number, h.guest_id, coalesce(c.number, '') as case_number, h.first_day, h.last_day, h.groups, h.reason, h.reference,
h.proposed_by, b.name as proposed_by_name, h.proposed_at, h.seconded_by, coalesce(s.name, '') as seconded_by_name, h.seconded_at, h.until_at,
h.ended_at, coalesce(e.name, '') as ended_by_name, h.end_reason, clock_timestamp() as now_at

-- name: people
-- The people and the case of a hold.
join hotel.staff b on b.property_id = %(property_id)s and b.staff_id = h.proposed_by
left join hotel.staff s on s.property_id = %(property_id)s and s.staff_id = h.seconded_by
left join hotel.staff e on e.property_id = %(property_id)s and e.staff_id = h.ended_by
left join hotel.case_file c on c.property_id = %(property_id)s and c.case_id = h.case_id

-- name: holds
-- Holds: those that wait or are in force, oldest first, then the others, newest first.
select {columns}
  from hotel.legal_hold h {people}
 where h.property_id = %(property_id)s
 order by h.ended_at is null and h.until_at > clock_timestamp() desc, h.seconded_at nulls first, h.proposed_at desc limit 200

-- name: by_number
-- One hold, held for this transaction.
select {columns}
  from hotel.legal_hold h {people}
 where h.property_id = %(property_id)s and h.number = %(number)s for update of h

-- name: known
-- The number of a hold by its id.
select h.number from hotel.legal_hold h where h.property_id = %(property_id)s and h.hold_id = %(hold_id)s

-- name: may
-- Whether somebody may propose, second and end holds.
select hotel.may_hold(%(property_id)s, %(staff_id)s) as may

-- name: guest
-- Whether there is such a guest.
select 1 from hotel.guest g where g.property_id = %(property_id)s and g.guest_id = %(guest_id)s

-- name: case
-- The case of a number.
select c.case_id from hotel.case_file c where c.property_id = %(property_id)s and c.number = %(case_number)s

-- name: propose
-- A hold that does nothing yet; nothing when its id or number is there already.
insert into hotel.legal_hold (property_id, hold_id, number, guest_id, case_id, first_day, last_day, groups, reason, reference, proposed_by, until_at)
values (%(property_id)s, %(hold_id)s, %(number)s, %(guest_id)s::uuid, %(case_id)s::uuid, %(first_day)s::date, %(last_day)s::date, %(groups)s,
        %(reason)s, %(reference)s, %(staff_id)s, %(until_at)s)
on conflict do nothing

-- name: second
-- It holds from now on.
update hotel.legal_hold set seconded_by = %(staff_id)s, seconded_at = clock_timestamp()
 where property_id = %(property_id)s and hold_id = %(hold_id)s and seconded_by is null and ended_at is null

-- name: end
-- It holds no more, or its proposal is turned down.
update hotel.legal_hold set ended_at = clock_timestamp(), ended_by = %(staff_id)s, end_reason = %(reason)s
 where property_id = %(property_id)s and hold_id = %(hold_id)s and ended_at is null

-- name: guests
-- How many guests holds are about now.
select count(*)::int as guests from hotel.holds_in_force(%(property_id)s)
