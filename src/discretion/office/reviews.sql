-- name: line
-- The columns of a line of the queue, with who looked.
r.review_id, r.number, r.at, r.staff_id, s.name, s.number as staff_number, r.duty, r.guest_id, r.kind, r.purpose, r.clear, r.masked, r.relation,
       r.reason_given, r.explained, r.why, r.due_at, r.state, r.escalated, r.verdict, r.said <> '' as is_said, r.due_at < clock_timestamp() as is_overdue

-- name: fits
-- What a query asks for; an empty list asks for nothing.
(%(staff)s::uuid[] = '{}' and %(duties)s::text[] = '{}' or r.staff_id = any (%(staff)s::uuid[]) or r.duty = any (%(duties)s::text[]))
   and not (r.staff_id = any (%(not_staff)s::uuid[]) or r.duty = any (%(not_duties)s::text[]))
   and (%(purposes)s::text[] = '{}' or r.purpose = any (%(purposes)s::text[])) and r.purpose <> all (%(not_purposes)s::text[])
   and (%(groups)s::int = 0 or (r.clear | r.masked) & %(groups)s::int <> 0) and (r.clear | r.masked) & %(not_groups)s::int = 0
   and (%(guests)s::uuid[] = '{}' or r.guest_id = any (%(guests)s::uuid[])) and r.guest_id <> all (%(not_guests)s::uuid[])
   and (%(signals)s::text[] = '{}' or %(signals)s::text[]
        && array[case r.relation when 'departed' then 'after_departure' when 'none' then 'no_stay' else '' end, case when r.clear <> 0 then 'in_full' else '' end])
   and not %(not_signals)s::text[]
        && array[case r.relation when 'departed' then 'after_departure' when 'none' then 'no_stay' else '' end, case when r.clear <> 0 then 'in_full' else '' end]
   and (%(from_at)s::timestamptz[] = '{}'
        or (select bool_or(r.at >= d.f and r.at < d.u) from unnest(%(from_at)s::timestamptz[], %(until_at)s::timestamptz[]) as d (f, u)))

-- name: queue
-- A page of what waits for a reviewer: overdue first, then emergencies, "other" and what a rule brings unexplained, the unexplained, what a rule
-- brings and something explains, the drawn.
with late as (
  select r.review_id, true as is_overdue, r.rank, r.due_at from hotel.lookup_review r
   where r.property_id = %(property_id)s and r.state in ('open', 'asked', 'answered') and r.due_at < %(now)s and {fits}
   order by r.rank, r.due_at, r.review_id limit %(most)s + %(skip)s),
rest as (
  select r.review_id, false as is_overdue, r.rank, r.due_at from hotel.lookup_review r
   where r.property_id = %(property_id)s and r.state in ('open', 'asked', 'answered') and r.due_at >= %(now)s and {fits}
   order by r.rank, r.due_at, r.review_id limit %(most)s + %(skip)s),
page as (
  select * from (select * from late union all select * from rest) as found
   order by found.is_overdue desc, found.rank, found.due_at, found.review_id limit %(most)s offset %(skip)s)
select {line} from page join hotel.lookup_review r on r.property_id = %(property_id)s and r.review_id = page.review_id
  join hotel.staff s on s.property_id = %(property_id)s and s.staff_id = r.staff_id
 order by page.is_overdue desc, r.rank, r.due_at, r.review_id

-- name: closed
-- A page of what is reviewed, newest first.
with page as (
  select r.review_id from hotel.lookup_review r where r.property_id = %(property_id)s and r.state = 'closed' and {fits}
   order by r.closed_at desc, r.review_id limit %(most)s offset %(skip)s)
select {line} from page join hotel.lookup_review r on r.property_id = %(property_id)s and r.review_id = page.review_id
  join hotel.staff s on s.property_id = %(property_id)s and s.staff_id = r.staff_id
 order by r.closed_at desc, r.review_id

-- name: fitting
-- How many of what waits fit a query; not more are counted than there are pages for.
select count(*) as count from (
  select 1 from hotel.lookup_review r
   where r.property_id = %(property_id)s and r.state in ('open', 'asked', 'answered') and {fits} limit %(counted)s) as found

-- name: counts
-- How many wait, are overdue, and wait for what.
select count(*) as waiting, count(*) filter (where r.due_at < clock_timestamp()) as overdue, count(*) filter (where r.rank = 1) as emergencies,
       count(*) filter (where r.rank in (2, 4)) as ruled, count(*) filter (where r.rank = 3) as unexplained, count(*) filter (where r.rank = 5) as drawn
  from hotel.lookup_review r where r.property_id = %(property_id)s and r.state in ('open', 'asked', 'answered')

-- name: week
-- The look-ups of the last seven days, how many of them nothing explained, and how many reviews were closed in that time.
select (select count(*) from hotel.lookup_review r where r.property_id = %(property_id)s and r.state = 'closed'
           and r.closed_at > clock_timestamp() - interval '7 days') as reviewed,
       coalesce(sum(d.count), 0)::bigint as look_ups, coalesce(sum(d.count) filter (where d.reason = 'unexplained'), 0)::bigint as unexplained
  from hotel.review_day d
 where d.property_id = %(property_id)s and d.reason <> 'refused'
   and d.day > (select p.business_date - 7 from hotel.property p where p.property_id = %(property_id)s)

-- name: by_number
-- One review in full.
select {line}, r.entry_idx, r.emergency_id, r.request_id, r.session_id, r.rules, r.obligations, r.reference, r.has_reference, r.subject_id, r.made_at,
       r.guest_due_at, r.said, r.said_at, r.asked_by, r.asked_at, r.verdict_by, r.closed_at, r.guest_zh, r.guest_en, r.note, r.case_id, c.number as case_number
  from hotel.lookup_review r
  join hotel.staff s on s.property_id = r.property_id and s.staff_id = r.staff_id
  left join hotel.case_file c on c.property_id = r.property_id and c.case_id = r.case_id
 where r.property_id = %(property_id)s and r.number = %(number)s and r.state <> 'settling'

-- name: own
-- This person's look-ups of the last seven days that nothing explained, for a reason "other" without a reference, and what a reviewer asks about;
-- newest first.
select {line} from hotel.lookup_review r join hotel.staff s on s.property_id = r.property_id and s.staff_id = r.staff_id
 where r.property_id = %(property_id)s and r.staff_id = %(staff_id)s and r.at > clock_timestamp() - interval '7 days'
   and r.state <> 'settling' and (r.why = 'unexplained' or (r.why = 'other' and not r.has_reference) or r.asked_at is not null)
 order by r.at desc limit 200

-- name: stays
-- Where the guest stands in the house, by reservation and room; nothing of a guest whose presence is not to be confirmed.
select v.number, coalesce(t.room_number, '') as room_number, t.state, t.arrival, t.departure
  from hotel.occupant o
  join hotel.stay t on t.property_id = o.property_id and t.stay_id = o.stay_id
  join hotel.reservation v on v.property_id = t.property_id and v.reservation_id = t.reservation_id
 where o.property_id = %(property_id)s and o.guest_id = %(guest_id)s
   and not exists (select 1 from hotel.mark m where m.property_id = %(property_id)s and m.guest_id = %(guest_id)s and m.kind in ('incognito', 'sealed')
                     and m.ended_at is null and (m.until_at is null or m.until_at > clock_timestamp()))
 order by (t.state = 'in_house') desc, t.arrival desc limit 3

-- name: shift_then
-- The shift of this person at that time.
select h.starts_at, h.ends_at, h.duty from hotel.shift h
 where h.property_id = %(property_id)s and h.staff_id = %(staff_id)s and h.starts_at <= %(at)s and least(h.ends_at, coalesce(h.ended_at, h.ends_at)) >= %(at)s
 order by h.starts_at desc limit 1

-- name: presence_then
-- Comings and goings of this person around that time: the last before, and what followed within the hour.
select e.at, e.direction, e.how from hotel.presence e
 where e.property_id = %(property_id)s and e.staff_id = %(staff_id)s and e.at between %(at)s - interval '14 hours' and %(at)s + interval '1 hour'
 order by e.at desc limit 6

-- name: footage_then
-- What doors reported of this person around that time with a word where its footage is; no picture is kept here.
select e.at, e.door, e.direction, e.footage from hotel.door_event e
 where e.property_id = %(property_id)s and e.staff_id = %(staff_id)s and e.footage <> ''
   and e.at between %(at)s - interval '14 hours' and %(at)s + interval '1 hour'
 order by e.at desc limit 6

-- name: requests_then
-- Service requests of the guest that stood at that time, and whether they were this person's.
select q.number, q.kind, q.opened_at, q.assigned_to = %(staff_id)s or q.opened_by = %(staff_id)s as is_own from hotel.service_request q
 where q.property_id = %(property_id)s and q.guest_id = %(guest_id)s and q.opened_at <= %(at)s + interval '10 minutes'
   and (q.closed_at is null or q.closed_at >= %(at)s - interval '15 minutes')
 order by q.opened_at desc limit 5

-- name: cases_then
-- Cases that named the guest at that time.
select c.number, c.purpose, c.opened_at from hotel.case_guest g join hotel.case_file c on c.property_id = g.property_id and c.case_id = g.case_id
 where g.property_id = %(property_id)s and g.guest_id = %(guest_id)s and greatest(c.opened_at, g.added_at) <= %(at)s
   and (c.closed_at is null or c.closed_at >= %(at)s)
 order by c.opened_at desc limit 5

-- name: acts_then
-- What this person did to a stay of the guest within the hour before and after.
select a.at, a.act from hotel.occupant o join hotel.stay_act a on a.property_id = o.property_id and a.stay_id = o.stay_id
 where o.property_id = %(property_id)s and o.guest_id = %(guest_id)s and a.staff_id = %(staff_id)s
   and a.at between %(at)s - interval '1 hour' and %(at)s + interval '1 hour'
 order by a.at limit 10

-- name: votes
-- Who approved the look-up.
select v.approver_id, coalesce(s.name, '') as name, v.as_role, v.vote, v.seconds, v.at, v.for_id from hotel.approval_vote v
  left join hotel.staff s on s.property_id = v.property_id and s.staff_id = v.approver_id
 where v.property_id = %(property_id)s and v.request_id = %(request_id)s order by v.at

-- name: emergency
-- The emergency behind a review: what was said of it, and how long it lasted.
select e.situation, e.words, e.reference, e.begun_at, e.ended_at, e.until_at, e.note from hotel.emergency e
 where e.property_id = %(property_id)s and e.emergency_id = %(emergency_id)s

-- name: verdicts
-- What was found so far, oldest first.
select v.by_id, coalesce(s.name, '') as name, v.as_role, v.verdict, v.at from hotel.review_verdict v
  left join hotel.staff s on s.property_id = v.property_id and s.staff_id = v.by_id
 where v.property_id = %(property_id)s and v.review_id = %(review_id)s order by v.at

-- name: find
-- One verdict; refused by its trigger where it is not this person's to give. Nothing when it was given already.
insert into hotel.review_verdict (property_id, verdict_id, review_id, by_id, as_role, verdict)
values (%(property_id)s, %(verdict_id)s, %(review_id)s, %(by_id)s, %(as_role)s, %(verdict)s) on conflict do nothing

-- name: ask
-- The person is asked what it was for.
update hotel.lookup_review set state = 'asked', asked_by = %(by_id)s, asked_at = clock_timestamp()
 where property_id = %(property_id)s and review_id = %(review_id)s and state in ('open', 'asked', 'answered')

-- name: close
-- The review is closed by its verdict.
update hotel.lookup_review set state = 'closed', verdict = %(verdict)s, verdict_by = %(by_id)s, closed_at = clock_timestamp(), guest_zh = %(guest_zh)s,
       guest_en = %(guest_en)s, note = %(note)s, case_id = %(case_id)s
 where property_id = %(property_id)s and review_id = %(review_id)s and state in ('open', 'asked', 'answered')

-- name: open_case
-- A security case about a look-up that nobody could justify.
insert into hotel.case_file (property_id, case_id, number, purpose, summary, reference, opened_by)
values (%(property_id)s, %(case_id)s, %(case_number)s, 'security_incident', %(summary)s, %(number)s, %(by_id)s)

-- name: name_guest
-- The case names the guest.
insert into hotel.case_guest (property_id, case_id, guest_id, added_by) values (%(property_id)s, %(case_id)s, %(guest_id)s, %(by_id)s)

-- name: say
-- What the person says of their own look-up, once.
update hotel.lookup_review set said = %(said)s, said_at = clock_timestamp(), state = case state when 'asked' then 'answered' else state end
 where property_id = %(property_id)s and review_id = %(review_id)s and staff_id = %(staff_id)s and said = ''
   and state in ('open', 'asked', 'answered')

-- name: tell_person
-- A notice to one person.
insert into hotel.notice (property_id, to_staff, kind, subject_id, details)
values (%(property_id)s, %(to_staff)s, %(kind)s, %(review_id)s, jsonb_build_object('number', %(number)s::text))

-- name: escalate
-- What is overdue goes to the privacy officer, a day later to the general manager; what the privacy officer did, to the latter at once.
with late as (
  select r.review_id, case when r.escalated = 1 or r.duty = 'privacy' then 2 else 1 end as step from hotel.lookup_review r
   where r.property_id = %(property_id)s and r.state in ('open', 'asked', 'answered') and r.due_at < clock_timestamp()
     and (r.escalated = 0 or (r.escalated = 1 and r.escalated_at < clock_timestamp() - interval '24 hours'))),
moved as (
  update hotel.lookup_review r set escalated = l.step, escalated_at = clock_timestamp() from late l
   where r.property_id = %(property_id)s and r.review_id = l.review_id returning l.step)
insert into hotel.notice (property_id, to_role, kind, details)
select %(property_id)s, case m.step when 1 then 'privacy' else 'general_manager' end, 'review_overdue', jsonb_build_object('count', count(*))
  from moved m group by m.step

-- name: tell_own
-- From ten in the evening on, once a day: everyone is told how many of their look-ups of the day nothing explains.
with due as (
  update hotel.review_cursor c set told_on = (clock_timestamp() at time zone p.time_zone)::date from hotel.property p
   where c.property_id = %(property_id)s and p.property_id = %(property_id)s and (clock_timestamp() at time zone p.time_zone)::time >= time '22:00'
     and (c.told_on is null or c.told_on < (clock_timestamp() at time zone p.time_zone)::date)
  returning c.property_id)
insert into hotel.notice (property_id, to_staff, kind, details)
select r.property_id, r.staff_id, 'own_look_ups', jsonb_build_object('count', count(*))
  from due join hotel.lookup_review r on r.property_id = due.property_id
 where r.property_id = %(property_id)s and r.why = 'unexplained' and r.state <> 'settling'
   and r.at > clock_timestamp() - interval '24 hours 40 minutes'
   and r.at <= clock_timestamp() - interval '40 minutes'
 group by r.property_id, r.staff_id

-- name: pairs
-- Of whom more than three in five approvals came from one and the same person; at least five approvals.
with votes as (
  select q.requester_id, v.approver_id from hotel.approval_vote v
    join hotel.access_request q on q.property_id = v.property_id and q.request_id = v.request_id
   where v.property_id = %(property_id)s and v.vote and v.at >= %(from_at)s and v.at < %(until_at)s),
pairs as (select requester_id, approver_id, count(*) as approved from votes group by 1, 2)
select p.requester_id, p.approver_id, p.approved, t.total
  from pairs p join (select requester_id, sum(approved)::bigint as total from pairs group by 1) t on t.requester_id = p.requester_id
   and t.total >= 5 and p.approved * 5 > t.total * 3
 order by p.approved desc, p.requester_id, p.approver_id limit 200

-- name: quick
-- Who approves without having read: half of at least five votes took less than ten seconds.
select v.approver_id, count(*) as votes, percentile_disc(0.5) within group (order by v.seconds)::int as median_seconds from hotel.approval_vote v
 where v.property_id = %(property_id)s and v.vote and v.at >= %(from_at)s and v.at < %(until_at)s
 group by v.approver_id having count(*) >= 5 and percentile_disc(0.5) within group (order by v.seconds) < 10
 order by median_seconds, v.approver_id limit 200

-- name: report_due
-- A property whose last month is not reported on yet: the month's first day and the one after its last, and the zone; taken once.
update hotel.review_cursor c set reported_on = date_trunc('month', clock_timestamp() at time zone p.time_zone)::date
  from hotel.property p
 where c.property_id = %(property_id)s and p.property_id = %(property_id)s
   and (c.reported_on is null or c.reported_on < date_trunc('month', clock_timestamp() at time zone p.time_zone)::date)
returning (date_trunc('month', clock_timestamp() at time zone p.time_zone) - interval '1 month') at time zone p.time_zone as from_at,
          date_trunc('month', clock_timestamp() at time zone p.time_zone) at time zone p.time_zone as until_at

-- name: report
-- Whom the month's report goes to.
insert into hotel.notice (property_id, to_role, kind, details)
select %(property_id)s, r, 'approval_pairs', jsonb_build_object('pairs', %(pairs)s::int, 'quick', %(quick)s::int)
  from unnest(array['privacy', 'general_manager']) r
