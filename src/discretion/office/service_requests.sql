-- name: columns
-- A request `r` as its page shows it; its room is the guest's of now, while the stay goes on.
r.request_id, r.number, r.guest_id, coalesce(y.room_number, r.room_number, '') as room_number, r.kind, r.channel, r.identity_check, r.words,
r.opened_by, coalesce(o.name, '') as opened_by_name, r.opened_at, r.assigned_to, coalesce(a.name, '') as assigned_to_name,
r.assigned_at, r.closed_at, coalesce(c.name, '') as closed_by_name, r.outcome, p.is_protected

-- name: people
-- The staff of a request, its stay while the guest is in house, and whether the guest is incognito or sealed: such a request stands in no queue.
left join hotel.staff o on o.property_id = %(property_id)s and o.staff_id = r.opened_by
left join hotel.staff a on a.property_id = %(property_id)s and a.staff_id = r.assigned_to
left join hotel.staff c on c.property_id = %(property_id)s and c.staff_id = r.closed_by
left join hotel.stay y on y.property_id = %(property_id)s and y.stay_id = r.stay_id and y.state = 'in_house'
cross join lateral (
  select exists (select 1 from hotel.mark m
                  where m.property_id = %(property_id)s and m.guest_id = r.guest_id and m.kind in ('incognito', 'sealed')
                    and m.ended_at is null and (m.until_at is null or m.until_at > clock_timestamp())) as is_protected) p

-- name: seen
-- What this person may see: all, or the work of the duty, and whatever is theirs.
(%(sees_all)s::boolean or r.assigned_to = %(staff_id)s or r.opened_by = %(staff_id)s
 or (r.kind = any (%(kinds)s::text[]) and not p.is_protected))

-- name: on_shift
-- Whether the person of the parameter `assigned_to` is on shift now in one of these duties.
exists (select 1 from hotel.shift h
          join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = h.staff_id and t.active
         where h.property_id = %(property_id)s and h.staff_id = %(assigned_to)s::uuid and h.duty = any (%(duties)s::text[])
           and h.ended_at is null and h.starts_at <= clock_timestamp() and h.ends_at > clock_timestamp())

-- name: requests
-- The requests of one list, oldest first; the closed ones newest first.
select {columns}
  from hotel.service_request r {people}
 where r.property_id = %(property_id)s and {seen}
   and case %(which)s::text
         when 'mine' then r.closed_at is null and r.assigned_to = %(staff_id)s
         when 'queue' then r.closed_at is null and r.kind = any (%(kinds)s::text[])
         when 'closed' then r.closed_at > clock_timestamp() - interval '7 days'
         else r.closed_at is null end
   and (%(kind)s::text = '' or r.kind = %(kind)s) and (%(room_number)s::text = '' or coalesce(y.room_number, r.room_number) = %(room_number)s)
 order by r.closed_at desc nulls first, r.opened_at, r.number
 limit 200

-- name: by_number
-- One request.
select {columns}
  from hotel.service_request r {people}
 where r.property_id = %(property_id)s and r.number = %(number)s and {seen}

-- name: of_guest
-- The open requests of one guest.
select {columns}
  from hotel.service_request r {people}
 where r.property_id = %(property_id)s and r.guest_id = %(guest_id)s and r.closed_at is null and {seen}
 order by r.opened_at limit 50

-- name: lock
-- One request, held for this transaction.
select r.request_id from hotel.service_request r
 where r.property_id = %(property_id)s and r.number = %(number)s for update

-- name: assignable
-- Who is on shift now in one of these duties, those with the least to do first.
select t.staff_id, t.number, t.name, h.duty,
       (select count(*)::int from hotel.service_request r
         where r.property_id = %(property_id)s and r.assigned_to = t.staff_id and r.closed_at is null) as open_count
  from (select distinct h.staff_id, h.duty from hotel.shift h
         where h.property_id = %(property_id)s and h.duty = any (%(duties)s::text[]) and h.ended_at is null
           and h.starts_at <= clock_timestamp() and h.ends_at > clock_timestamp()) h
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = h.staff_id and t.active
 order by open_count, t.number, h.duty
 limit 200

-- name: open_by_person
-- How many open requests each person has.
select r.assigned_to as staff_id, count(*)::int as open_count
  from hotel.service_request r
 where r.property_id = %(property_id)s and r.closed_at is null and r.assigned_to is not null
 group by r.assigned_to

-- name: open
-- A request, with the stay that ties its guest closest to the house; nothing for no guest of this hotel, an assignee who is
-- not on shift for such work, and an id or number that is there already.
insert into hotel.service_request (property_id, request_id, number, guest_id, stay_id, room_number, kind, channel, identity_check,
  words, opened_by, assigned_to, assigned_at, assigned_by)
select %(property_id)s, %(request_id)s, %(number)s, g.guest_id, s.stay_id, s.room_number, %(kind)s, %(channel)s, %(identity_check)s,
       %(words)s, %(staff_id)s, %(assigned_to)s,
       case when %(assigned_to)s::uuid is not null then clock_timestamp() end,
       case when %(assigned_to)s::uuid is not null then %(staff_id)s::uuid end
  from hotel.guest g
  join hotel.property p on p.property_id = %(property_id)s
  left join lateral (
    select s.stay_id, s.room_number from hotel.occupant o
      join hotel.stay s on s.property_id = %(property_id)s and s.stay_id = o.stay_id
     where o.property_id = %(property_id)s and o.guest_id = g.guest_id and o.state <> 'cancelled'
       and s.state in ('in_house', 'confirmed', 'checked_out')
     order by s.state <> 'in_house', s.state <> 'confirmed' or p.business_date not between s.arrival and s.departure,
              s.state <> 'checked_out', s.arrival desc
     limit 1) s on true
 where g.property_id = %(property_id)s and g.guest_id = %(guest_id)s
   and (%(assigned_to)s::uuid is null or {on_shift})
on conflict do nothing

-- name: known
-- Why nothing was opened: the request of this id, whether the guest is one of this hotel, whether the assignee is on shift.
select coalesce(r.number, '') as number, r.guest_id as request_guest_id, {on_shift} as is_assignee_on_shift
  from hotel.guest g
  left join hotel.service_request r on r.property_id = %(property_id)s and r.request_id = %(request_id)s
 where g.property_id = %(property_id)s and g.guest_id = %(guest_id)s

-- name: assign
-- The request is somebody's, or with null nobody's; nothing when that person is not on shift for such work.
update hotel.service_request set assigned_to = %(assigned_to)s, assigned_by = %(staff_id)s, assigned_at = clock_timestamp()
 where property_id = %(property_id)s and request_id = %(request_id)s and closed_at is null
   and (%(assigned_to)s::uuid is null or {on_shift})

-- name: close
-- The request is done, or cancelled.
update hotel.service_request set closed_at = clock_timestamp(), closed_by = %(staff_id)s, outcome = %(outcome)s
 where property_id = %(property_id)s and request_id = %(request_id)s and closed_at is null
