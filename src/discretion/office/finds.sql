-- name: keep
-- The result of a search, under a random number.
insert into hotel.find_result (property_id, find_id, session_id, purpose, guest_ids, hits)
values (%(property_id)s, %(find_id)s, %(session_id)s, %(purpose)s, %(guest_ids)s, %(hits)s)

-- name: read
-- A result that the same sign-in kept not longer ago than it is valid.
select f.find_id, f.purpose, f.guest_ids, f.hits, f.at
  from hotel.find_result f
 where f.property_id = %(property_id)s and f.find_id = %(find_id)s and f.session_id = %(session_id)s
   and f.at > clock_timestamp() - %(valid)s::interval

-- name: delete_old
-- Results that nobody can read any more.
delete from hotel.find_result where property_id = %(property_id)s and at <= clock_timestamp() - %(valid)s::interval
