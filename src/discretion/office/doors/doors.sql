-- name: source
-- A source that reports now, its hotel, and the database's time. Locked against its end until this report is in.
select s.source_id, s.format, s.doors, p.code, clock_timestamp() as now
  from hotel.door_source s
  join hotel.property p on p.property_id = %(property_id)s
 where s.property_id = %(property_id)s and s.source_id = %(source_id)s and s.ended_at is null
   for share of s

-- name: hold_badges
-- These badges at every hotel, held in one order, so that two hotels that see the same badge tell one after the other.
select b.property_id, b.number, b.staff_id, b.active and t.active as counts
  from hotel.property p
  join hotel.badge b on b.property_id = p.property_id and b.number = any (%(numbers)s::text[])
  join hotel.staff t on t.property_id = b.property_id and t.staff_id = b.staff_id
 order by b.property_id, b.number
   for update of b

-- name: add_events
-- What a source reports; what it has reported before is left out.
insert into hotel.door_event (property_id, source_id, event_id, staff_id, door, direction, at, footage)
select %(property_id)s, %(source_id)s, u.event_id, u.staff_id, u.door, u.direction, least(u.at, clock_timestamp()), u.footage
  from unnest(%(event_ids)s::text[], %(staff)b::uuid[], %(doors)s::text[], %(directions)s::text[], %(ats)s::timestamptz[],
              %(footage)s::text[]) as u (event_id, staff_id, door, direction, at, footage)
    on conflict do nothing
returning event_id, at

-- name: add_presence
-- Who came and went by these events.
insert into hotel.presence (property_id, event_id, staff_id, direction, how, badge, at)
select %(property_id)s, gen_random_uuid(), u.staff_id, u.direction, 'door', u.badge, u.at
  from unnest(%(staff)b::uuid[], %(directions)s::text[], %(badges)s::text[], %(ats)s::timestamptz[])
       as u (staff_id, direction, badge, at)

-- name: here
-- The last presence of each of these people at this hotel.
select u.badge, u.staff_id, e.direction, e.how, e.at
  from unnest(%(staff)b::uuid[], %(badges)s::text[]) as u (staff_id, badge)
 cross join lateral (select q.direction, q.how, q.at from hotel.presence q
                      where q.property_id = %(property_id)s and q.staff_id = u.staff_id order by q.at desc limit 1) e

-- name: elsewhere
-- The last presence at other hotels of whoever has the same badge there, and how long one travels.
select b.number as badge, b.property_id, b.staff_id, p.code, e.direction, e.how, e.at,
       coalesce(v.minutes, %(minutes)s::int) as minutes
  from hotel.property p
  join hotel.badge b on b.property_id = p.property_id and b.number = any (%(badges)s::text[]) and b.active
 cross join lateral (select q.direction, q.how, q.at from hotel.presence q
                      where q.property_id = p.property_id and q.staff_id = b.staff_id and q.at > %(since)s
                      order by q.at desc limit 1) e
  left join hotel.travel_time v on v.property_id = %(property_id)s and v.to_property_id = p.property_id
 where p.property_id <> %(property_id)s

-- name: clear
-- These people are no longer known to be at these hotels.
insert into hotel.presence (property_id, event_id, staff_id, direction, how)
select u.property_id, gen_random_uuid(), u.staff_id, 'out', u.how
  from unnest(%(properties)b::uuid[], %(staff)b::uuid[], %(hows)s::text[]) as u (property_id, staff_id, how)

-- name: tell
-- The security of each of these hotels hears of it.
insert into hotel.notice (property_id, to_role, kind, subject_id, details)
select u.property_id, 'security', 'badge_at_two_hotels', u.staff_id, jsonb_build_object('other', u.other)
  from unnest(%(properties)b::uuid[], %(staff)b::uuid[], %(others)s::text[]) as u (property_id, staff_id, other)

-- name: sources
-- Who reports comings and goings here and who did, those who still do on top, with what came in a day.
select s.source_id, s.name, s.format, s.doors, s.from_at, s.ended_at,
       (select max(e.received_at) from hotel.door_event e where e.property_id = %(property_id)s and e.source_id = s.source_id) as last_at,
       (select count(*) from hotel.door_event e where e.property_id = %(property_id)s and e.source_id = s.source_id
           and e.received_at > clock_timestamp() - interval '24 hours')::int as events,
       (select count(*) from hotel.door_event e where e.property_id = %(property_id)s and e.source_id = s.source_id
           and e.received_at > clock_timestamp() - interval '24 hours' and e.staff_id is null)::int as unknown
  from hotel.door_source s
 where s.property_id = %(property_id)s
 order by (s.ended_at is not null), s.name, s.from_at desc
 limit 500

-- name: add_source
-- A source; nothing when one of this name reports already.
insert into hotel.door_source (property_id, source_id, name, format, doors)
values (%(property_id)s, %(source_id)s, %(name)s, %(format)s, %(doors)s::jsonb)
on conflict (property_id, name) where ended_at is null do nothing

-- name: source_by_name
-- The source of this name that reports now.
select s.source_id from hotel.door_source s
 where s.property_id = %(property_id)s and s.name = %(name)s and s.ended_at is null

-- name: end_source
-- The source reports no longer.
update hotel.door_source set ended_at = clock_timestamp()
 where property_id = %(property_id)s and name = %(name)s and ended_at is null
returning source_id

-- name: set_travel
-- How long one travels from this hotel to that one.
insert into hotel.travel_time (property_id, to_property_id, minutes) values (%(property_id)s, %(to_property_id)s, %(minutes)s)
on conflict (property_id, to_property_id) do update set minutes = excluded.minutes
 where hotel.travel_time.minutes <> excluded.minutes
