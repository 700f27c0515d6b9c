-- name: mine
-- What this person, or whoever has this duty, should know; newest first.
select n.notice_id, n.kind, n.details, n.at, n.to_role, n.read_at from hotel.notice n
 where n.property_id = %(property_id)s and (n.to_staff = %(staff_id)s or n.to_role = %(duty)s)
 order by n.at desc, n.notice_id limit %(most)s

-- name: unread
-- How many of them nobody has read, at most a hundred.
select count(*) as count from (
  select 1 from hotel.notice n where n.property_id = %(property_id)s and n.to_staff = %(staff_id)s and n.read_at is null
  union all
  select 1 from hotel.notice n where n.property_id = %(property_id)s and n.to_role = %(duty)s and n.read_at is null
   limit 100) as found

-- name: read
-- These are read now, as far as they are for this person or this duty.
update hotel.notice set read_at = clock_timestamp(), read_by = %(staff_id)s
 where property_id = %(property_id)s and notice_id = any (%(notice_ids)s::uuid[]) and read_at is null
   and (to_staff = %(staff_id)s or to_role = %(duty)s)

-- name: unmailed
-- What is to be sent now, by whom it goes to: the person, or everyone who holds the role today. Nothing older than three days.
select n.notice_id, n.kind, n.details, n.mail_tries, s.language, c.email, p.name_zh, p.name_en
  from hotel.notice n
  join hotel.property p on p.property_id = n.property_id
  join hotel.staff_contact c on c.property_id = n.property_id
  join hotel.staff s on s.property_id = n.property_id and s.staff_id = c.staff_id and s.active
 where n.property_id = %(property_id)s and n.mailed_at is null and n.at > clock_timestamp() - interval '3 days'
   and (n.mail_after_at is null or n.mail_after_at <= clock_timestamp())
   and (c.staff_id = n.to_staff
        or exists (select 1 from hotel.staff_role r where r.property_id = n.property_id and r.staff_id = c.staff_id and r.role = n.to_role
                      and r.from_on <= p.business_date and (r.until_on is null or r.until_on >= p.business_date)))
 order by n.at, n.notice_id limit 200

-- name: mailed
-- These were sent.
update hotel.notice set mailed_at = clock_timestamp() where property_id = %(property_id)s and notice_id = any (%(notice_ids)s::uuid[])

-- name: not_mailed
-- These were not: later, each time twice as late, at most an hour.
update hotel.notice set mail_tries = mail_tries + 1,
       mail_after_at = clock_timestamp() + least(interval '1 hour', interval '30 seconds' * power(2, least(mail_tries, 10)))
 where property_id = %(property_id)s and notice_id = any (%(notice_ids)s::uuid[])

-- name: address
-- Where notices to this person are sent.
select c.email from hotel.staff_contact c where c.property_id = %(property_id)s and c.staff_id = %(staff_id)s

-- name: set_address
-- Where they are sent from now on.
insert into hotel.staff_contact (property_id, staff_id, email) values (%(property_id)s, %(staff_id)s, %(email)s)
    on conflict (property_id, staff_id) do update set email = excluded.email, changed_at = clock_timestamp()

-- name: drop_address
-- They are sent nowhere from now on.
delete from hotel.staff_contact where property_id = %(property_id)s and staff_id = %(staff_id)s
