-- name: not_hidden
-- Nobody in this stay is incognito or sealed: such a stay stands in no list and in no count.
not exists (select 1 from hotel.occupant o
              join hotel.mark m on m.property_id = o.property_id and m.guest_id = o.guest_id
             where o.property_id = %(property_id)s and o.stay_id = s.stay_id and m.kind in ('incognito', 'sealed')
               and m.ended_at is null and (m.until_at is null or m.until_at > clock_timestamp()))

-- name: line
-- The columns of a line, for stays `s` of reservations `r` at the property `h`.
s.stay_id, s.reservation_id, r.number, s.state, coalesce(s.room_number, '') as room_number,
coalesce(nullif(s.room_type_assigned, ''), s.room_type_reserved) as room_type, s.arrival, s.departure,
s.departure - s.arrival as nights, s.expected_time, s.adults, s.children, s.babies, who.guest_id, who.occupants,
who.named, s.checked_in_on, s.left_on, s.balance, s.currency, r.group_code, h.generated or who.generated as generated,
s.version, h.business_date

-- name: who
-- The people of the stay `s`: how many, how many with a record, and the primary one.
left join lateral (
  select count(*)::int as occupants, count(o.guest_id)::int as named,
         (array_agg(o.guest_id order by o.is_primary desc, o.position) filter (where o.guest_id is not null))[1] as guest_id,
         coalesce(bool_or(g.generated), false) as generated
    from hotel.occupant o
    left join hotel.guest g on g.property_id = %(property_id)s and g.guest_id = o.guest_id
   where o.property_id = %(property_id)s and o.stay_id = s.stay_id and o.state <> 'cancelled') who on true

-- name: of_reservation
-- The stay `s` with its reservation and property.
join hotel.reservation r on r.property_id = %(property_id)s and r.reservation_id = s.reservation_id
join hotel.property h on h.property_id = %(property_id)s

-- name: today
-- The business date, as one value known before a list is read, so that the index on dates serves.
(select p.business_date from hotel.property p where p.property_id = %(property_id)s)

-- name: day
-- The tiles of today, counted over the same stays as the lists behind them.
with h as (select p.* from hotel.property p where p.property_id = %(property_id)s),
near as (
  select s.* from hotel.stay s where s.property_id = %(property_id)s and s.state = 'confirmed' and s.arrival <= {today}
  union all
  select s.* from hotel.stay s where s.property_id = %(property_id)s and s.state = 'in_house'
  union all
  select s.* from hotel.stay s where s.property_id = %(property_id)s and s.state = 'checked_out' and s.left_on = {today}),
shown as (select s.* from near s where {not_hidden}),
rooms as (
  select r.number, r.state from h join hotel.room r on r.property_id = %(property_id)s and r.state not in ('OOO', 'OOS')
   where not exists (select 1 from near n where n.room_number = r.number and (n.state = 'in_house'
                        or (n.state = 'confirmed' and n.departure > h.business_date))))
select h.property_id, h.code, h.name_zh, h.name_en, h.time_zone, h.business_date, h.night_audit_at, h.presence_by, h.generated,
       clock_timestamp() as now_at, t.*, f.rooms_free, f.rooms_clean
  from h,
  lateral (
    select count(*) filter (where s.state = 'confirmed' or s.checked_in_on = h.business_date)::int as arrivals,
           count(*) filter (where s.checked_in_on = h.business_date)::int as arrived,
           count(*) filter (where s.state = 'confirmed' and s.room_number is null)::int as arrivals_without_room,
           count(*) filter (where s.state = 'in_house')::int as in_house_rooms,
           coalesce(sum(coalesce(w.people, 0)) filter (where s.state = 'in_house'), 0)::int as in_house_persons,
           count(*) filter (where (s.state = 'in_house' and s.departure <= h.business_date)
                                or s.state = 'checked_out')::int as departures,
           count(*) filter (where s.state = 'checked_out')::int as "left"
      from shown s
      left join lateral (
        select count(*) as people from hotel.occupant o
         where o.property_id = %(property_id)s and o.stay_id = s.stay_id and o.state not in ('cancelled', 'departed')
           and s.state = 'in_house') w on true) t,
  lateral (
    select count(*)::int as rooms_free, count(*) filter (where state in ('VC', 'VI'))::int as rooms_clean from rooms) f

-- name: arrivals
-- Arrivals of a day: with %(on)s null those of the business date and the overdue, the arrived ones after the others.
select {line}, count(*) over ()::int as total
  from hotel.stay s {of_reservation} {who}
 where s.property_id = %(property_id)s
   and ((%(show)s <> 'arrived' and s.state = 'confirmed'
         and s.arrival between coalesce(%(on)s::date, '-infinity') and coalesce(%(on)s::date, {today}))
     or (%(show)s <> 'due' and s.state = 'in_house' and s.checked_in_on = coalesce(%(on)s::date, {today}))
     or (%(show)s <> 'due' and s.state = 'checked_out' and s.left_on >= coalesce(%(on)s::date, {today})
         and s.checked_in_on = coalesce(%(on)s::date, {today})))
   and {not_hidden}
 order by s.state <> 'confirmed', s.expected_time nulls last, r.number, s.stay_id
 limit %(limit)s offset %(offset)s

-- name: in_house
-- Everyone in the house, by room.
select {line}, count(*) over ()::int as total
  from hotel.stay s {of_reservation} {who}
 where s.property_id = %(property_id)s and s.state = 'in_house' and {not_hidden}
 order by length(s.room_number), s.room_number, s.stay_id
 limit %(limit)s offset %(offset)s

-- name: departures
-- Due out, overdue and left today, by room; those still here first.
select {line}, count(*) over ()::int as total
  from hotel.stay s {of_reservation} {who}
 where s.property_id = %(property_id)s
   and ((%(show)s <> 'left' and s.state = 'in_house' and s.departure <= {today})
     or (%(show)s <> 'due' and s.state = 'checked_out' and s.left_on = {today}))
   and {not_hidden}
 order by s.state <> 'in_house', length(s.room_number), s.room_number, s.stay_id
 limit %(limit)s offset %(offset)s

-- name: at_room
-- Who is in a room, or due in with it. Marked guests too: whoever names the room knows of it.
select {line}, 0 as total
  from hotel.stay s {of_reservation} {who}
 where s.property_id = %(property_id)s and s.room_number = %(room_number)s
   and (s.state = 'in_house' or (s.state = 'confirmed' and s.arrival <= {today} and s.departure >= {today}))
 order by s.state <> 'in_house', s.arrival, s.stay_id
 limit %(limit)s

-- name: by_number
-- The stays of one reservation, by its exact number.
select {line}, 0 as total
  from hotel.stay s {of_reservation} {who}
 where s.property_id = %(property_id)s and r.number = any (%(numbers)s)
 order by s.arrival desc, s.stay_id
 limit %(limit)s

-- name: of_guest
-- The stays of one guest, newest first; of joined records the stays of all.
select {line}, 0 as total
  from hotel.stay s {of_reservation} {who}
 where s.property_id = %(property_id)s
   and s.stay_id in (select o.stay_id from hotel.occupant o
                      where o.property_id = %(property_id)s and o.state <> 'cancelled'
                        and o.guest_id in (select hotel.joined_records(%(property_id)s, %(guest_id)s)))
 order by s.arrival desc, s.stay_id
 limit %(limit)s

-- name: one
-- One stay.
select {line}, 0 as total
  from hotel.stay s {of_reservation} {who}
 where s.property_id = %(property_id)s and s.stay_id = %(stay_id)s

-- name: no_show_candidates
-- Confirmed stays whose arrival has passed, oldest first.
select {line}, 0 as total
  from hotel.stay s {of_reservation} {who}
 where s.property_id = %(property_id)s and s.state = 'confirmed' and s.arrival < {today} and {not_hidden}
 order by s.arrival, r.number, s.stay_id
 limit %(limit)s
