-- name: line
-- The columns of a swap `w`, with its shift and the names.
w.swap_id, w.shift_id, h.duty, h.starts_at, h.ends_at, w.from_id, f.name as from_name, w.for_id, coalesce(o.name, '') as for_name,
w.to_id, coalesce(t.name, '') as to_name, w.state
  from hotel.shift_swap w
  join hotel.shift h on h.property_id = %(property_id)s and h.shift_id = w.shift_id and h.ended_at is null
   and h.starts_at > clock_timestamp()
  join hotel.staff f on f.property_id = %(property_id)s and f.staff_id = w.from_id
  left join hotel.staff o on o.property_id = %(property_id)s and o.staff_id = w.for_id
  left join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = w.to_id

-- name: open
-- Every offer that is open or waits.
select {line}
 where w.property_id = %(property_id)s and w.state in ('offered', 'waiting') order by h.starts_at limit 500

-- name: concerning
-- The offers of one person, those to this person, and those to anybody for which this person holds the role on the day.
select {line}
  join hotel.property p on p.property_id = %(property_id)s
 where w.property_id = %(property_id)s and w.state in ('offered', 'waiting')
   and (w.from_id = %(staff_id)s or w.for_id = %(staff_id)s or w.to_id = %(staff_id)s
        or (w.state = 'offered' and w.for_id is null and exists (
              select 1 from hotel.staff_role r
               where r.property_id = %(property_id)s and r.staff_id = %(staff_id)s and r.role = h.duty
                 and r.from_on <= (h.starts_at at time zone p.time_zone)::date
                 and (r.until_on is null or r.until_on >= (h.starts_at at time zone p.time_zone)::date))))
 order by h.starts_at limit 500

-- name: own_shift
-- A shift of this person that has not begun.
select 1 from hotel.shift h
 where h.property_id = %(property_id)s and h.shift_id = %(shift_id)s and h.staff_id = %(from_id)s and h.ended_at is null
   and h.starts_at > clock_timestamp() and h.begun_at is null

-- name: offer
-- An offer; nothing when the shift is offered already.
insert into hotel.shift_swap (property_id, swap_id, shift_id, from_id, for_id)
values (%(property_id)s, %(swap_id)s, %(shift_id)s, %(from_id)s, %(for_id)s::uuid) on conflict do nothing

-- name: same_offer
-- Whether this very offer was made before.
select 1 from hotel.shift_swap w
 where w.property_id = %(property_id)s and w.swap_id = %(swap_id)s and w.shift_id = %(shift_id)s and w.from_id = %(from_id)s

-- name: held
-- A swap in a state, of a shift that has not begun; nobody else changes it meanwhile.
select w.shift_id, w.from_id, w.for_id, w.to_id from hotel.shift_swap w
  join hotel.shift h on h.property_id = %(property_id)s and h.shift_id = w.shift_id and h.staff_id = w.from_id and h.ended_at is null
   and h.starts_at > clock_timestamp() and h.begun_at is null
 where w.property_id = %(property_id)s and w.swap_id = %(swap_id)s and w.state = %(state)s
   for update of w

-- name: holds_role
-- Whether somebody who works here holds the role of a shift's duty on its day.
select 1 from hotel.shift h
  join hotel.property p on p.property_id = %(property_id)s
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = %(staff_id)s and t.active
  join hotel.staff_role r on r.property_id = %(property_id)s and r.staff_id = t.staff_id and r.role = h.duty
   and r.from_on <= (h.starts_at at time zone p.time_zone)::date
   and (r.until_on is null or r.until_on >= (h.starts_at at time zone p.time_zone)::date)
 where h.property_id = %(property_id)s and h.shift_id = %(shift_id)s limit 1

-- name: accept
-- Somebody takes it.
update hotel.shift_swap set to_id = %(staff_id)s, accepted_at = clock_timestamp(), state = %(state)s
 where property_id = %(property_id)s and swap_id = %(swap_id)s and state = 'offered'

-- name: decide
-- A duty manager has decided.
update hotel.shift_swap set decided_by = %(by_id)s, decided_at = clock_timestamp(), state = %(state)s
 where property_id = %(property_id)s and swap_id = %(swap_id)s and state = 'waiting'

-- name: withdraw
-- Whoever offered takes it back.
update hotel.shift_swap set state = 'withdrawn'
 where property_id = %(property_id)s and swap_id = %(swap_id)s and from_id = %(staff_id)s and state in ('offered', 'waiting')

-- name: overlap
-- Another shift of the same person at the same time.
select 1 from hotel.shift h join hotel.shift o on o.property_id = %(property_id)s and o.staff_id = %(to_id)s and o.ended_at is null
   and o.starts_at < h.ends_at and o.ends_at > h.starts_at
 where h.property_id = %(property_id)s and h.shift_id = %(shift_id)s limit 1

-- name: move
-- The shift is the colleague's now.
update hotel.shift set staff_id = %(to_id)s
 where property_id = %(property_id)s and shift_id = %(shift_id)s and staff_id = %(from_id)s and ended_at is null
   and starts_at > clock_timestamp()

-- name: tell
-- A notice to one person.
insert into hotel.notice (property_id, to_staff, kind, subject_id) values (%(property_id)s, %(staff_id)s, %(kind)s, %(swap_id)s)

-- name: tell_manager
-- A notice to the duty managers.
insert into hotel.notice (property_id, to_role, kind, subject_id) values (%(property_id)s, 'duty_manager', %(kind)s, %(swap_id)s)
