-- name: count_of
-- How many rows of one table are about the guest; {what}, {table} and {found} are filled in from the register.
select {what} as what, count(*)::int as counted from {table} t where {found}

-- name: rows_of
-- What of the rows of one table goes into the guest's copy; {columns}, {table} and {found} are filled in from the register.
select {columns} from {table} t where {found} limit 20000

-- name: stays
-- The stays that the guest was part of.
select o.stay_id from hotel.occupant o where o.property_id = %(property_id)s and o.guest_id = %(guest_id)s

-- name: guest_id
-- Rows that name the guest.
t.property_id = %(property_id)s and t.guest_id = %(guest_id)s

-- name: guest_ids
-- Rows that name the guest among others.
t.property_id = %(property_id)s and %(guest_id)s::uuid = any (t.guest_ids)

-- name: target_id
-- Rows whose target is the guest.
t.property_id = %(property_id)s and t.target_id = %(guest_id)s

-- name: subject_id
-- Rows whose subject is the guest.
t.property_id = %(property_id)s and t.subject_id = %(guest_id)s

-- name: stay
-- Rows of the guest's stays.
t.property_id = %(property_id)s and t.stay_id in ({stays})

-- name: reservation
-- Rows of the reservations of the guest's stays.
t.property_id = %(property_id)s and t.reservation_id in (
  select s.reservation_id from hotel.stay s where s.property_id = %(property_id)s and s.stay_id in ({stays}))

-- name: case
-- Rows of cases that name the guest.
t.property_id = %(property_id)s and t.case_id in (
  select g.case_id from hotel.case_guest g where g.property_id = %(property_id)s and g.guest_id = %(guest_id)s)

-- name: request
-- Rows of requests for approval about the guest.
t.property_id = %(property_id)s and t.request_id in (
  select q.request_id from hotel.access_request q where q.property_id = %(property_id)s and q.guest_id = %(guest_id)s)
