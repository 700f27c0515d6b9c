-- name: controller
-- Who the hotel is in law, as stated last.
select c.version, c.body::text as body, coalesce(s.name, '') as by_name, c.at from hotel.controller_record c
  left join hotel.staff s on s.property_id = %(property_id)s and s.staff_id = c.by_id
 where c.property_id = %(property_id)s order by c.version desc limit 1

-- name: state
-- The next version; nothing when another one was stated meanwhile.
insert into hotel.controller_record (property_id, version, body, by_id)
select %(property_id)s, %(seen)s::int + 1, %(body)s::jsonb, %(by_id)s
 where %(seen)s::int = coalesce((select max(c.version) from hotel.controller_record c where c.property_id = %(property_id)s), 0)
on conflict do nothing

-- name: waiting
-- What waits for the privacy officer: each matter with how many there are, how many are overdue, and when the next is due.
select 'rights' as matter, count(*)::int as count, count(*) filter (where c.due_at < clock_timestamp())::int as overdue, min(c.due_at) as next_at
  from hotel.case_file c where c.property_id = %(property_id)s and c.purpose = 'dsr' and c.closed_at is null
union all
select 'authority', count(*)::int, count(*) filter (where c.due_at < clock_timestamp())::int, min(c.due_at)
  from hotel.case_file c where c.property_id = %(property_id)s and c.purpose = 'lawful_request' and c.closed_at is null
union all
select 'answers', count(*)::int, 0, null
  from hotel.case_file c where c.property_id = %(property_id)s and c.purpose = 'lawful_request' and c.closed_at is not null
   and not exists (select 1 from hotel.authority_answer a where a.property_id = %(property_id)s and a.case_id = c.case_id)
union all
select 'confirmations', count(*)::int, count(*) filter (where t.on_day + 30 < (select hotel.today(%(property_id)s)))::int, null
  from hotel.rights_told t where t.property_id = %(property_id)s and t.act = 'told'
   and not exists (select 1 from hotel.rights_told f
                    where f.property_id = %(property_id)s and f.case_id = t.case_id and f.processor_id = t.processor_id and f.act = 'confirmed')
union all
select 'reviews', count(*)::int, count(*) filter (where r.due_at < clock_timestamp())::int, min(r.due_at)
  from hotel.lookup_review r where r.property_id = %(property_id)s and r.state in ('open', 'asked', 'answered')
union all
select 'approvals', count(*)::int, 0, min(q.ask_until_at)
  from hotel.access_request q where q.property_id = %(property_id)s and q.state = 'pending' and q.ask_until_at > clock_timestamp()
   and q.fact = 'ok_privacy'
union all
select 'releases', count(*)::int, 0, min(r.activate_at)
  from hotel.policy_release r where r.property_id = %(property_id)s and r.state = 'proposed'
union all
select 'plans', count(*)::int, count(*) filter (where n.for_day < (select hotel.today(%(property_id)s)))::int, null
  from hotel.retention_plan n where n.property_id = %(property_id)s and n.state <> 'done' and n.records > 0
union all
select 'holds', count(*)::int, count(*) filter (where h.until_at < clock_timestamp())::int, min(h.until_at)
  from hotel.legal_hold h where h.property_id = %(property_id)s and h.ended_at is null

-- name: unanswered
-- Closed requests of authorities of which nobody has said yet what was given.
select c.case_id, c.number, c.reference, c.closed_at from hotel.case_file c
 where c.property_id = %(property_id)s and c.purpose = 'lawful_request' and c.closed_at is not null
   and not exists (select 1 from hotel.authority_answer a where a.property_id = %(property_id)s and a.case_id = c.case_id)
 order by c.closed_at limit 50

-- name: answer
-- What an authority was given; once.
insert into hotel.authority_answer (property_id, case_id, answer, by_id)
select %(property_id)s, c.case_id, %(answer)s, %(by_id)s from hotel.case_file c
 where c.property_id = %(property_id)s and c.case_id = %(case_id)s and c.purpose = 'lawful_request' and c.closed_at is not null
on conflict do nothing

-- name: statements
-- The public statements, newest first.
select t.quarter, t.made_at from hotel.transparency_statement t where t.property_id = %(property_id)s order by t.quarter desc limit 40

-- name: look_ups
-- Look-ups of the last ninety days by purpose.
select d.purpose, sum(d.count)::int as count from hotel.lookup_day d
 where d.property_id = %(property_id)s and d.day > %(today)s::date - 90 group by d.purpose

-- name: numbers
-- Of the last ninety days: emergencies; reviews closed, and those that found nothing to justify the look-up; refused look-ups; rights requests;
-- erasures carried out.
select (select count(*)::int from hotel.emergency e where e.property_id = %(property_id)s and e.begun_at > clock_timestamp() - interval '90 days')
         as emergencies,
       (select count(*)::int from hotel.lookup_review r where r.property_id = %(property_id)s and r.state = 'closed'
           and r.closed_at > clock_timestamp() - interval '90 days') as reviews,
       (select count(*)::int from hotel.lookup_review r where r.property_id = %(property_id)s and r.state = 'closed' and r.verdict = 'unjustified'
           and r.closed_at > clock_timestamp() - interval '90 days') as unjustified,
       (select coalesce(sum(d.count), 0)::int from hotel.review_day d where d.property_id = %(property_id)s and d.reason = 'unexplained'
           and d.day > %(today)s::date - 90) as unexplained,
       (select coalesce(sum(d.count), 0)::int from hotel.review_day d where d.property_id = %(property_id)s and d.reason = 'refused'
           and d.day > %(today)s::date - 90) as refused,
       (select count(*)::int from hotel.case_file c where c.property_id = %(property_id)s and c.purpose = 'dsr'
           and c.opened_at > clock_timestamp() - interval '90 days') as rights,
       (select count(*)::int from hotel.erasure_order o where o.property_id = %(property_id)s
           and o.done_at > clock_timestamp() - interval '90 days') as erasures

-- name: versions
-- Every version of the assessment, newest first, with who signed it.
select a.version, a.at, coalesce(s.name, '') as by_name, g.at as signed_at, coalesce(n.name, '') as signed_by, g.digest
  from hotel.assessment a
  left join hotel.staff s on s.property_id = %(property_id)s and s.staff_id = a.by_id
  left join hotel.assessment_signature g on g.property_id = %(property_id)s and g.version = a.version
  left join hotel.staff n on n.property_id = %(property_id)s and n.staff_id = g.by_id
 where a.property_id = %(property_id)s order by a.version desc limit 100

-- name: version
-- One version as it was written.
select a.version, a.texts::text as texts, a.facts::text as facts from hotel.assessment a
 where a.property_id = %(property_id)s and a.version = %(version)s

-- name: write
-- The next version; nothing when another one was written meanwhile.
insert into hotel.assessment (property_id, version, texts, facts, by_id)
select %(property_id)s, %(seen)s::int + 1, %(texts)s::jsonb, %(facts)s::jsonb, %(by_id)s
 where %(seen)s::int = coalesce((select max(a.version) from hotel.assessment a where a.property_id = %(property_id)s), 0)
on conflict do nothing

-- name: sign
-- The privacy officer answers for the newest version.
insert into hotel.assessment_signature (property_id, version, by_id, as_role, digest)
select %(property_id)s, a.version, %(by_id)s, 'privacy', hotel.assessment_digest(%(property_id)s, a.version) from hotel.assessment a
 where a.property_id = %(property_id)s and a.version = %(version)s
   and a.version = (select max(m.version) from hotel.assessment m where m.property_id = %(property_id)s)
on conflict do nothing
