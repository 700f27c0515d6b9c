-- name: clocks
-- Every property with its business date, its hour of the night audit and its local time by the database's clock.
select p.property_id, p.business_date, p.night_audit_at, clock_timestamp() at time zone p.time_zone as local_now
  from hotel.property p order by p.property_id

-- name: remind_of_training
-- Notices to whoever has a training that ends, or lacks one; how many now.
select hotel.remind_of_training(%(property_id)s) as reminded

-- name: remind_of_rights
-- Notices of requests for rights that are due soon, or late; how many now.
select hotel.remind_of_rights(%(property_id)s) as reminded

-- name: drop_old_handovers
-- Notes to the next shift that nobody needs any more.
delete from hotel.handover where property_id = %(property_id)s and at <= clock_timestamp() - interval '30 days'

-- name: drop_old_door_events
-- Who went through which door, of so long ago that no review asks for it.
delete from hotel.door_event where property_id = %(property_id)s and received_at < clock_timestamp() - interval '90 days'

-- name: expire_approvals
-- What time has ended is marked so, and its asker told.
select hotel.expire_approvals(%(property_id)s) as expired
