-- name: member
-- The columns of a member of staff `t`, with roles and badges gathered.
t.staff_id, t.number, t.name, t.language, t.active,
coalesce((select jsonb_agg(jsonb_build_array(r.role, r.from_on, r.until_on) order by r.from_on, r.role)
            from hotel.staff_role r where r.property_id = %(property_id)s and r.staff_id = t.staff_id), '[]') as roles,
array(select b.number from hotel.badge b
       where b.property_id = %(property_id)s and b.staff_id = t.staff_id and b.active order by b.number) as badges

-- name: all_staff
-- Everyone who works or worked here, by number.
select {member} from hotel.staff t where t.property_id = %(property_id)s order by t.active desc, length(t.number), t.number
 limit 2000

-- name: one
-- One member of staff.
select {member} from hotel.staff t where t.property_id = %(property_id)s and t.staff_id = %(staff_id)s

-- name: by_number
-- One member of staff by the staff number.
select {member} from hotel.staff t where t.property_id = %(property_id)s and t.number = %(number)s

-- name: facts
-- Everyone with the facts that the guards read: on shift, present, trained, locked.
with at as materialized (
  select clock_timestamp() as now, (clock_timestamp() at time zone p.time_zone)::date as today
    from hotel.property p where p.property_id = %(property_id)s),
needed as materialized (
  select distinct r.property_id, r.staff_id, c.course from at
    join hotel.staff_role r on r.property_id = %(property_id)s and r.from_on <= at.today and (r.until_on is null or r.until_on >= at.today)
    join hotel.course_role c on c.property_id = %(property_id)s and c.role = r.role and c.ended_at is null)
select {member},
  coalesce((select jsonb_agg(jsonb_build_object('shift_id', replace(h.shift_id::text, '-', ''), 'duty', h.duty,
              'starts_at', h.starts_at, 'ends_at', h.ends_at) order by h.starts_at)
     from hotel.shift h where h.property_id = %(property_id)s and h.staff_id = t.staff_id and h.ended_at is null
      and coalesce(h.begun_at, h.starts_at) <= at.now and h.ends_at > at.now), '[]') as on_shift,
  e.direction, e.how, e.at as seen_at, at.now,
  (select max(h.ends_at) from hotel.shift h where h.property_id = %(property_id)s and h.staff_id = t.staff_id
      and coalesce(h.begun_at, h.starts_at) <= case e.how when 'attested' then e.at + interval '15 minutes' else at.now end
      and h.ended_at is null) as last_shift_ends_at,
  e.badge is null or exists (select 1 from hotel.badge b where b.property_id = %(property_id)s and b.number = e.badge
                                and b.staff_id = t.staff_id and b.active) as badge_counts,
  case when exists (select 1 from needed n where n.property_id = %(property_id)s and n.staff_id = t.staff_id)
       then (select case when count(*) = count(g.until_on) then min(g.until_on) end from needed n
               left join lateral (select max(x.valid_until) as until_on from hotel.training x
                                   where x.property_id = %(property_id)s and x.staff_id = t.staff_id and x.course = n.course) g on true
              where n.property_id = %(property_id)s and n.staff_id = t.staff_id)
       else (select max(g.valid_until) from hotel.training g
              where g.property_id = %(property_id)s and g.staff_id = t.staff_id) end as trained_until_on,
  exists (select 1 from hotel.lock l where l.property_id = %(property_id)s and l.target_id = t.staff_id
             and l.released_at is null and (l.until_at is null or l.until_at > at.now)) as locked
  from at
  join hotel.staff t on t.property_id = %(property_id)s
  left join lateral (select q.direction, q.how, q.at, q.badge from hotel.presence q
                      where q.property_id = %(property_id)s and q.staff_id = t.staff_id
                      order by q.at desc limit 1) e on true
 order by t.active desc, length(t.number), t.number
 limit 2000

-- name: add
-- A new member of staff; nothing when the id or the number is there already.
insert into hotel.staff (property_id, staff_id, number, name, language)
values (%(property_id)s, %(staff_id)s, %(number)s, %(name)s, %(language)s)
on conflict do nothing

-- name: set_active
-- Let a member of staff in, or no more.
update hotel.staff set active = %(active)s
 where property_id = %(property_id)s and staff_id = %(staff_id)s and active <> %(active)s

-- name: exists
-- Whether this is a member of staff here.
select 1 from hotel.staff where property_id = %(property_id)s and staff_id = %(staff_id)s

-- name: give_role
-- A role from a day on; the same again only moves its end.
insert into hotel.staff_role (property_id, staff_id, role, from_on, until_on)
values (%(property_id)s, %(staff_id)s, %(role)s, %(from_on)s, %(until_on)s)
on conflict (property_id, staff_id, role, from_on) do update set until_on = excluded.until_on
 where hotel.staff_role.until_on is distinct from excluded.until_on

-- name: end_role
-- The last day of a role that is held.
update hotel.staff_role set until_on = %(until_on)s
 where property_id = %(property_id)s and staff_id = %(staff_id)s and role = %(role)s and from_on <= %(until_on)s
   and (until_on is null or until_on > %(until_on)s)

-- name: badge_holder
-- Who has this badge.
select b.number, b.staff_id, b.active from hotel.badge b
 where b.property_id = %(property_id)s and b.number = %(number)s for update

-- name: assign_badge
-- A badge, new or handed on by somebody who gave it back.
insert into hotel.badge (property_id, number, staff_id) values (%(property_id)s, %(number)s, %(staff_id)s)
on conflict (property_id, number) do update set staff_id = excluded.staff_id, active = true
 where not hotel.badge.active

-- name: withdraw_badge
-- A badge that opens nothing any more.
update hotel.badge set active = false where property_id = %(property_id)s and number = %(number)s and active

-- name: today
-- The property's calendar day, from which roles run.
select (clock_timestamp() at time zone p.time_zone)::date as today from hotel.property p
 where p.property_id = %(property_id)s
