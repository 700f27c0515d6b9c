-- name: property
-- The columns of a property.
p.property_id, p.code, p.name_zh, p.name_en, p.time_zone, p.business_date, p.night_audit_at, p.presence_by, p.generated

-- name: properties
-- Every property of this installation; the one query that is about no single property.
select {property} from hotel.property p order by p.code

-- name: property_of
-- One property.
select {property} from hotel.property p where p.property_id = %(property_id)s

-- name: property_and_locks
-- One property, and the people, sign-ins and terminals that a lock holds there now.
select {property},
       array(select l.target_id from hotel.lock l
              where l.property_id = %(property_id)s and l.kind <> 'guest' and l.released_at is null
                and (l.until_at is null or l.until_at > clock_timestamp())) as locked
  from hotel.property p where p.property_id = %(property_id)s

-- name: add
-- A new property; nothing when its id is there already.
insert into hotel.property
  (property_id, code, name_zh, name_en, time_zone, business_date, night_audit_at, presence_by, generated)
values (%(property_id)s, %(code)s, %(name_zh)s, %(name_en)s, %(time_zone)s, %(business_date)s, %(night_audit_at)s,
        %(presence_by)s, %(generated)s)
on conflict (property_id) do nothing

-- name: declare_presence
-- How it is known who is in the house.
update hotel.property set presence_by = %(presence_by)s
 where property_id = %(property_id)s and presence_by <> %(presence_by)s

-- name: roll
-- The next business date, if it is still the one that was seen.
update hotel.property set business_date = %(next)s where property_id = %(property_id)s and business_date = %(seen)s

-- name: clock
-- The property's date and time now, by the database's clock.
select p.business_date, p.night_audit_at, clock_timestamp() at time zone p.time_zone as local_now
  from hotel.property p where p.property_id = %(property_id)s
