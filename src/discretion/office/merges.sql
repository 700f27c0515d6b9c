-- name: linked
-- This record and every record joined with it now.
select hotel.joined_records(%(property_id)s, %(guest_id)s) as guest_id

-- name: sides
-- In which record each field group of a person lies, the named one first.
select s.record_id, s.groups from hotel.record_sides(%(property_id)s, %(guest_id)s) s
 order by s.record_id <> %(guest_id)s, s.record_id

-- name: link
-- The columns of a link `m` with the names of who did it.
m.merge_id, m.survivor_id, m.absorbed_id, m.absorbed_groups, m.why, coalesce(n.words, '') as words, m.asked_by, m.asked_at, m.joined_at,
coalesce(a.name, '') as asked_by_name, coalesce(j.name, '') as joined_by_name, m.ended_at, coalesce(m.why_ended, '') as why_ended,
coalesce(e.name, '') as ended_by_name
  from hotel.guest_merge m
  left join hotel.guest_merge_note n on n.property_id = m.property_id and n.merge_id = m.merge_id
  left join hotel.staff a on a.property_id = m.property_id and a.staff_id = m.asked_by
  left join hotel.staff j on j.property_id = m.property_id and j.staff_id = m.joined_by
  left join hotel.staff e on e.property_id = m.property_id and e.staff_id = m.ended_by

-- name: merge
-- One link.
select {link} where m.property_id = %(property_id)s and m.merge_id = %(merge_id)s

-- name: of_guest
-- The links that name a record now, joined or asked for.
select {link} where m.property_id = %(property_id)s and m.ended_at is null and %(guest_id)s in (m.survivor_id, m.absorbed_id)
 order by m.asked_at

-- name: waiting
-- What waits for a second person.
select {link} where m.property_id = %(property_id)s and m.ended_at is null and m.joined_at is null order by m.asked_at limit 100
