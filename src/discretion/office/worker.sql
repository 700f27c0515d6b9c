-- name: clocks
-- Every property with its business date, its hour of the night audit and its local time by the database's clock.
select p.property_id, p.business_date, p.night_audit_at, clock_timestamp() at time zone p.time_zone as local_now
  from hotel.property p order by p.property_id
