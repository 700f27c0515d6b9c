-- name: order
-- What is to be erased of a guest; nothing when the order is there already.
insert into hotel.erasure_order (property_id, order_id, guest_id, groups, case_id, ordered_by, seconded_by)
values (%(property_id)s, %(order_id)s, %(guest_id)s, %(groups)s, %(case_id)s, %(ordered_by)s, %(seconded_by)s)
on conflict (property_id, order_id) do nothing

-- name: guest
-- Whether there is such a guest, and what was ordered of it that is not done: whole or in part.
select coalesce(bit_or(e.groups), 0) as waiting from hotel.guest g
  left join hotel.erasure_order e on e.property_id = %(property_id)s and e.guest_id = g.guest_id and e.done_at is null and e.stopped is null
   and e.order_id <> %(order_id)s
 where g.property_id = %(property_id)s and g.guest_id = %(guest_id)s group by g.guest_id

-- name: is_case
-- Whether this is an open case of the guest's rights that names them.
select 1 from hotel.case_file f join hotel.case_guest g on g.property_id = %(property_id)s and g.case_id = f.case_id and g.guest_id = %(guest_id)s
 where f.property_id = %(property_id)s and f.case_id = %(case_id)s and f.purpose = 'dsr' and f.closed_at is null

-- name: stopped
-- What stops the erasure of these groups now: 'held', 'open_stay', 'unknown', or nothing.
select hotel.erasure_stopped(%(property_id)s, %(guest_id)s, %(groups)s) as why

-- name: orders
-- Orders of a guest, newest first.
select e.order_id, e.guest_id, e.groups::int as groups, e.why, e.ordered_at, e.done_at, e.entry_idx, e.stopped, e.counts, e.swept_at
  from hotel.erasure_order e where e.property_id = %(property_id)s and e.guest_id = %(guest_id)s order by e.ordered_at desc limit 200

-- name: order_by_id
-- One order.
select e.order_id, e.guest_id, e.groups::int as groups, e.why, e.ordered_at, e.done_at, e.entry_idx, e.stopped, e.counts, e.swept_at
  from hotel.erasure_order e where e.property_id = %(property_id)s and e.order_id = %(order_id)s

-- name: to_do
-- Properties with something to carry out that no person has to (plans, links left of guests with many stays), or to sweep.
select p.property_id,
       array(select distinct e.plan_id from hotel.erasure_order e where e.property_id = p.property_id and e.done_at is null and e.stopped is null
                and e.plan_id is not null) as plans,
       exists (select 1 from hotel.erasure_order e where e.property_id = p.property_id and e.done_at is not null and e.links_at is null) as has_links,
       exists (select 1 from hotel.erasure_order e where e.property_id = p.property_id and e.done_at is not null and e.swept_at is null) as is_unswept
  from hotel.property p

-- name: plan
-- What an erasure for this case would touch: the case, and how many stays, requests, cases, approvals, reviews and marks.
select f.case_id,
       (select count(*) from hotel.occupant o where o.property_id = %(property_id)s and o.guest_id = %(guest_id)s) as stays,
       (select count(*) from hotel.service_request r where r.property_id = %(property_id)s and r.guest_id = %(guest_id)s) as requests,
       (select count(*) from hotel.case_guest c where c.property_id = %(property_id)s and c.guest_id = %(guest_id)s) as cases,
       (select count(*) from hotel.access_request q where q.property_id = %(property_id)s and q.guest_id = %(guest_id)s) as approvals,
       (select count(*) from hotel.lookup_review v where v.property_id = %(property_id)s and v.guest_id = %(guest_id)s) as reviews,
       (select count(*) from hotel.mark m where m.property_id = %(property_id)s and m.guest_id = %(guest_id)s) as marks
  from hotel.case_file f join hotel.case_guest g on g.property_id = %(property_id)s and g.case_id = f.case_id and g.guest_id = %(guest_id)s
 where f.property_id = %(property_id)s and f.number = %(number)s and f.purpose = 'dsr' and f.closed_at is null
