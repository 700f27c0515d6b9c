-- name: put_course
-- A course, new or with another name or length.
insert into hotel.course (property_id, course, name_zh, name_en, months)
values (%(property_id)s, %(course)s, %(name_zh)s, %(name_en)s, %(months)s)
on conflict (property_id, course) do update
   set name_zh = excluded.name_zh, name_en = excluded.name_en, months = excluded.months
 where (hotel.course.name_zh, hotel.course.name_en, hotel.course.months) is distinct from (excluded.name_zh, excluded.name_en, excluded.months)

-- name: put_version
-- A version; nothing when it is there already.
insert into hotel.course_version (property_id, course, version, content)
values (%(property_id)s, %(course)s, %(version)s, %(content)s::jsonb)
on conflict do nothing

-- name: same_version
-- Whether the version that is there has this very text.
select 1 from hotel.course_version v
 where v.property_id = %(property_id)s and v.course = %(course)s and v.version = %(version)s and v.content = %(content)s::jsonb

-- name: course
-- Whether there is such a course.
select 1 from hotel.course c where c.property_id = %(property_id)s and c.course = %(course)s

-- name: require
-- Duties that need a course from now on; those that do already are left.
insert into hotel.course_role (property_id, course, role)
select %(property_id)s, %(course)s, u.role from unnest(%(roles)s::text[]) as u (role)
on conflict (property_id, course, role) where ended_at is null do nothing

-- name: release
-- A duty needs a course no more.
update hotel.course_role set ended_at = clock_timestamp()
 where property_id = %(property_id)s and course = %(course)s and role = %(role)s and ended_at is null

-- name: courses
-- Every course with its newest version and the duties that need it.
select c.course, c.name_zh, c.name_en, c.months,
       (select v.version from hotel.course_version v where v.property_id = %(property_id)s and v.course = c.course
         order by v.made_at desc limit 1) as version,
       array(select r.role from hotel.course_role r
              where r.property_id = %(property_id)s and r.course = c.course and r.ended_at is null order by r.role) as roles
  from hotel.course c where c.property_id = %(property_id)s order by c.course

-- name: own
-- Every course as it concerns one person.
with day as materialized (
  select (clock_timestamp() at time zone p.time_zone)::date as today from hotel.property p where p.property_id = %(property_id)s)
select x.* from (
select c.course, c.name_zh, c.name_en, c.months,
       (select v.version from hotel.course_version v where v.property_id = %(property_id)s and v.course = c.course
         order by v.made_at desc limit 1) as version,
       array(select distinct r.role from hotel.course_role r
              join hotel.staff_role h on h.property_id = %(property_id)s and h.staff_id = %(staff_id)s and h.role = r.role
               and h.from_on <= day.today and (h.until_on is null or h.until_on >= day.today)
              where r.property_id = %(property_id)s and r.course = c.course and r.ended_at is null order by r.role) as needed_for,
       (select max(g.valid_until) from hotel.training g
         where g.property_id = %(property_id)s and g.staff_id = %(staff_id)s and g.course = c.course) as valid_until,
       day.today
  from hotel.course c cross join day where c.property_id = %(property_id)s
       ) x
 order by cardinality(x.needed_for) = 0, x.course

-- name: content
-- What is read and asked in a version, the newest when none is named.
select v.content from hotel.course_version v
 where v.property_id = %(property_id)s and v.course = %(course)s and (%(version)s = '' or v.version = %(version)s)
 order by v.made_at desc limit 1

-- name: attempts_today
-- How many tests of a course somebody began within a day, and the months a completion counts.
select c.months, (clock_timestamp() at time zone p.time_zone)::date as today,
       (select count(*) from hotel.course_attempt a
         where a.property_id = %(property_id)s and a.staff_id = %(staff_id)s and a.course = %(course)s
           and a.begun_at > clock_timestamp() - interval '1 day') as attempts
  from hotel.course c join hotel.property p on p.property_id = %(property_id)s
 where c.property_id = %(property_id)s and c.course = %(course)s

-- name: begin
-- A test in the order that was drawn for it.
insert into hotel.course_attempt (property_id, attempt_id, staff_id, course, version, drawn, questions)
values (%(property_id)s, %(attempt_id)s, %(staff_id)s, %(course)s, %(version)s, %(drawn)s::jsonb, %(questions)s)

-- name: attempt
-- A test of this person; whether it can still be answered.
select a.course, a.version, a.drawn, a.passed, a.correct,
       a.submitted_at is null and a.begun_at > clock_timestamp() - interval '2 hours' as is_open
  from hotel.course_attempt a
 where a.property_id = %(property_id)s and a.staff_id = %(staff_id)s and a.attempt_id = %(attempt_id)s

-- name: answer
-- The one answer to a test; nothing when it was given, or came too late.
update hotel.course_attempt set submitted_at = clock_timestamp(), correct = %(correct)s, passed = %(passed)s
 where property_id = %(property_id)s and staff_id = %(staff_id)s and attempt_id = %(attempt_id)s and submitted_at is null
   and begun_at > clock_timestamp() - interval '2 hours'

-- name: complete
-- A completion that rests on a test; one that was there for this course, version and day counts as long as the longer of both.
insert into hotel.training (property_id, staff_id, course, version, completed_on, valid_until, how, attempt_id)
values (%(property_id)s, %(staff_id)s, %(course)s, %(version)s, %(today)s::date,
        (%(today)s::date + make_interval(months => %(months)s) - interval '1 day')::date, 'test', %(attempt_id)s)
on conflict (property_id, staff_id, course, version, completed_on) do update set valid_until = excluded.valid_until
 where hotel.training.valid_until < excluded.valid_until
