-- name: columns
-- A case `c` as a line.
c.case_id, c.number, c.purpose, c.summary, c.reference, c.opened_at, coalesce(b.name, '') as opened_by_name, c.owner_id,
coalesce(w.name, '') as owner_name, c.due_at, c.withheld_until, c.closed_at, coalesce(e.name, '') as closed_by_name, c.outcome,
(select count(*)::int from hotel.case_guest n where n.property_id = %(property_id)s and n.case_id = c.case_id) as guests,
clock_timestamp() as now_at,
c.purpose = 'dsr' and not exists (
  select 1 from hotel.entry_question y where y.property_id = %(property_id)s and y.case_id = c.case_id) as is_right

-- name: people
-- The staff of a case.
left join hotel.staff b on b.property_id = %(property_id)s and b.staff_id = c.opened_by
left join hotel.staff w on w.property_id = %(property_id)s and w.staff_id = c.owner_id
left join hotel.staff e on e.property_id = %(property_id)s and e.staff_id = c.closed_by

-- name: seen
-- What this person may see: the cases of the purposes that the duty works on.
c.purpose = any (%(purposes)s::text[])

-- name: cases
-- The cases of one list: open ones by their due date, own ones first; closed ones newest first.
select {columns}
  from hotel.case_file c {people}
 where c.property_id = %(property_id)s and {seen}
   and case %(which)s::text when 'closed' then c.closed_at > clock_timestamp() - interval '90 days' else c.closed_at is null end
 order by c.closed_at desc nulls first, c.owner_id is distinct from %(staff_id)s, c.due_at nulls last, c.number
 limit 200

-- name: by_number
-- One case.
select {columns}
  from hotel.case_file c {people}
 where c.property_id = %(property_id)s and c.number = %(number)s and {seen}

-- name: of_guest
-- The open cases that name a guest.
select {columns}
  from hotel.case_file c {people}
  join hotel.case_guest g on g.property_id = %(property_id)s and g.case_id = c.case_id and g.guest_id = %(guest_id)s
 where c.property_id = %(property_id)s and c.closed_at is null and {seen}
 order by c.opened_at limit 50

-- name: lock
-- One case, held for this transaction.
select c.case_id from hotel.case_file c where c.property_id = %(property_id)s and c.number = %(number)s for update

-- name: known
-- The case of an id.
select c.number from hotel.case_file c where c.property_id = %(property_id)s and c.case_id = %(case_id)s

-- name: guests
-- Whom a case names, and whether they are incognito or sealed.
select g.guest_id, coalesce(t.name, '') as added_by_name, g.added_at,
       exists (select 1 from hotel.mark m
                where m.property_id = %(property_id)s and m.guest_id = g.guest_id and m.kind in ('incognito', 'sealed')
                  and m.ended_at is null and (m.until_at is null or m.until_at > clock_timestamp())) as is_protected
  from hotel.case_guest g
  left join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = g.added_by
 where g.property_id = %(property_id)s and g.case_id = %(case_id)s
 order by g.added_at, g.guest_id limit 50

-- name: stays
-- The stays of the guests that a case names, newest first; none of somebody incognito or sealed.
select g.guest_id, s.stay_id, r.number, s.state, coalesce(s.room_number, '') as room_number, s.arrival, s.departure
  from hotel.case_guest g
  join hotel.occupant o on o.property_id = %(property_id)s and o.guest_id = g.guest_id and o.state <> 'cancelled'
  join hotel.stay s on s.property_id = %(property_id)s and s.stay_id = o.stay_id
  join hotel.reservation r on r.property_id = %(property_id)s and r.reservation_id = s.reservation_id
 where g.property_id = %(property_id)s and g.case_id = %(case_id)s
   and not exists (select 1 from hotel.mark m
                    where m.property_id = %(property_id)s and m.guest_id = g.guest_id and m.kind in ('incognito', 'sealed')
                      and m.ended_at is null and (m.until_at is null or m.until_at > clock_timestamp()))
 order by s.arrival desc, r.number limit 100

-- name: acts
-- What was done to a case, newest first.
select a.act, coalesce(t.name, '') as staff_name, coalesce(w.name, '') as subject_name, a.words, a.at
  from hotel.case_act a
  left join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = a.staff_id
  left join hotel.staff w on w.property_id = %(property_id)s and w.staff_id = a.subject_id and a.act = 'owner_changed'
 where a.property_id = %(property_id)s and a.case_id = %(case_id)s
 order by a.at desc limit 200

-- name: owners
-- Who has one of these roles today.
select distinct t.staff_id, t.number, t.name
  from hotel.staff t
  join hotel.property p on p.property_id = %(property_id)s
  join hotel.staff_role o on o.property_id = %(property_id)s and o.staff_id = t.staff_id and o.role = any (%(roles)s::text[])
   and (clock_timestamp() at time zone p.time_zone)::date between o.from_on and coalesce(o.until_on, 'infinity')
 where t.property_id = %(property_id)s and t.active
 order by t.number, t.staff_id limit 500

-- name: guest
-- Whether there is such a guest.
select 1 from hotel.guest g where g.property_id = %(property_id)s and g.guest_id = %(guest_id)s

-- name: primary_guest
-- The primary guest of a reservation, by its exact number.
select o.guest_id
  from hotel.reservation r
  join hotel.stay s on s.property_id = %(property_id)s and s.reservation_id = r.reservation_id
  join hotel.occupant o on o.property_id = %(property_id)s and o.stay_id = s.stay_id and o.guest_id is not null and o.state <> 'cancelled'
 where r.property_id = %(property_id)s and r.number = any (%(numbers)s::text[])
 order by o.is_primary desc, s.arrival desc, o.position limit 1

-- name: open
-- A case, due when its purpose says; nothing when its id or number is there already.
insert into hotel.case_file (property_id, case_id, number, purpose, summary, reference, opened_by, owner_id, due_at)
values (%(property_id)s, %(case_id)s, %(number)s, %(purpose)s, %(summary)s, %(reference)s, %(staff_id)s, %(staff_id)s,
        clock_timestamp() + %(due_within)s::interval)
on conflict do nothing

-- name: add_guest
-- One more guest; nothing when the case names them already.
insert into hotel.case_guest (property_id, case_id, guest_id, added_by)
values (%(property_id)s, %(case_id)s, %(guest_id)s, %(staff_id)s)
on conflict do nothing

-- name: set_owner
-- Whose case it is.
update hotel.case_file set owner_id = %(owner_id)s where property_id = %(property_id)s and case_id = %(case_id)s

-- name: set_withheld
-- Until when the law keeps the look-ups of this case from their guests.
update hotel.case_file set withheld_until = %(until_on)s where property_id = %(property_id)s and case_id = %(case_id)s

-- name: set_due
-- When it is due.
update hotel.case_file set due_at = %(due_at)s where property_id = %(property_id)s and case_id = %(case_id)s

-- name: close
-- The case is over.
update hotel.case_file set closed_at = clock_timestamp(), closed_by = %(staff_id)s, outcome = %(outcome)s
 where property_id = %(property_id)s and case_id = %(case_id)s and closed_at is null

-- name: done
-- The case that an act of this id was done to.
select a.case_id from hotel.case_act a where a.property_id = %(property_id)s and a.act_id = %(act_id)s

-- name: note
-- What was done to a case, once.
insert into hotel.case_act (property_id, act_id, case_id, act, staff_id, subject_id, words)
values (%(property_id)s, %(act_id)s, %(case_id)s, %(act)s, %(staff_id)s, %(subject_id)s, %(words)s)
