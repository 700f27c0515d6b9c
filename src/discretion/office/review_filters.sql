-- name: mine
-- A reviewer's filters.
select f.name, f.query from hotel.review_filter f where f.property_id = %(property_id)s and f.staff_id = %(staff_id)s order by f.name

-- name: save
-- One filter more, or another query under a name that is there.
insert into hotel.review_filter (property_id, staff_id, name, query)
select t.property_id, t.staff_id, %(name)s, %(query)s from hotel.staff t
 where t.property_id = %(property_id)s and t.staff_id = %(staff_id)s
   and (select count(*) from hotel.review_filter f where f.property_id = %(property_id)s and f.staff_id = %(staff_id)s and f.name <> %(name)s) < %(most)s
on conflict (property_id, staff_id, name) do update set query = excluded.query, at = clock_timestamp()

-- name: drop
-- One filter less.
delete from hotel.review_filter where property_id = %(property_id)s and staff_id = %(staff_id)s and name = %(name)s
