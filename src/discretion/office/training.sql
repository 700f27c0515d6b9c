-- name: trainings
-- Completed privacy trainings, those that end first on top.
select g.staff_id, t.number as staff_number, t.name, g.course, g.version, g.completed_on, g.valid_until, g.how
  from hotel.training g
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = g.staff_id
 where g.property_id = %(property_id)s
 order by g.valid_until, t.number, g.course
 limit 2000

-- name: put
-- Completions, new or valid until another day. One statement, so one captured change.
insert into hotel.training (property_id, staff_id, course, version, completed_on, valid_until, how, by_id)
select %(property_id)s, u.staff_id, u.course, u.version, u.completed_on, u.valid_until, %(how)s, %(by_id)s::uuid
  from unnest(%(staff_ids)s::uuid[], %(courses)s::text[], %(versions)s::text[], %(completed)s::date[], %(valid)s::date[])
       as u (staff_id, course, version, completed_on, valid_until)
on conflict (property_id, staff_id, course, version, completed_on) do update set valid_until = excluded.valid_until
 where hotel.training.valid_until <> excluded.valid_until and hotel.training.how <> 'test'
returning xmax = 0 as is_new

-- name: numbers
-- Staff numbers of those who work here, and the property's calendar day.
select t.staff_id, t.number, (clock_timestamp() at time zone p.time_zone)::date as today from hotel.property p
  left join hotel.staff t on t.property_id = %(property_id)s and t.active
 where p.property_id = %(property_id)s

-- name: report
-- Every active member of staff with each course they need or have completed: the newest completion, and how many tests it took.
with day as materialized (
  select (clock_timestamp() at time zone p.time_zone)::date as today from hotel.property p where p.property_id = %(property_id)s),
held as (
  select r.property_id, r.staff_id, r.role from hotel.staff_role r cross join day
   where r.property_id = %(property_id)s and r.from_on <= day.today and (r.until_on is null or r.until_on >= day.today)),
needed as (
  select distinct h.staff_id, c.course from held h
    join hotel.course_role c on c.property_id = %(property_id)s and c.role = h.role and c.ended_at is null),
pairs as (
  select n.staff_id, n.course from needed n
  union select g.staff_id, g.course from hotel.training g where g.property_id = %(property_id)s)
select t.number as staff_number, t.name, array(select distinct h.role from held h where h.property_id = %(property_id)s and h.staff_id = t.staff_id order by h.role) as roles,
       p.course, n.course is not null as required,
       case when g.valid_until is null then 'missing' when g.valid_until < day.today then 'ended'
            when g.valid_until <= day.today + 30 then 'ends_soon' else 'current' end as state,
       coalesce(g.version, '') as version, g.completed_on, g.valid_until, coalesce(g.how, '') as how,
       (select count(*) from hotel.course_attempt a
         where a.property_id = %(property_id)s and a.staff_id = p.staff_id and a.course = p.course and a.submitted_at is not null)::int as tests
  from pairs p cross join day
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = p.staff_id and t.active
  left join needed n on n.staff_id = p.staff_id and n.course = p.course
  left join lateral (select x.version, x.completed_on, x.valid_until, x.how from hotel.training x
                      where x.property_id = %(property_id)s and x.staff_id = p.staff_id and x.course = p.course
                      order by x.valid_until desc limit 1) g on true
 order by case when n.course is null then 4 when g.valid_until is null then 0 when g.valid_until < day.today then 1
               when g.valid_until <= day.today + 30 then 2 else 3 end, length(t.number), t.number, p.course
 limit 10000
