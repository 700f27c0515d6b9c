-- name: counted_from
-- The first day whose look-ups were counted; none before anybody looked.
select min(day) from hotel.lookup_day where property_id = %(p)s

-- name: statements
-- The statements that are public, oldest first.
select quarter, body::text, made_at from hotel.transparency_statement where property_id = %(p)s order by quarter

-- name: keep
-- One quarter's statement, once.
insert into hotel.transparency_statement (property_id, quarter, body) values (%(p)s, %(quarter)s, %(body)s::jsonb) on conflict do nothing

-- name: contact
-- Where people write about their data, as the privacy officer has stated it last.
select coalesce(body ->> 'privacy_contact', '') from hotel.controller_record where property_id = %(p)s order by version desc limit 1

-- name: look_ups
-- Look-ups of some days by purpose, from the counts of the days.
select purpose, sum(count)::bigint from hotel.lookup_day
 where property_id = %(p)s and day between %(first)s and %(last)s group by purpose

-- name: reviews
-- Emergencies begun, and reviews closed: how many, how many found nothing to justify the look-up, how many days they took.
select (select count(*) from hotel.emergency e where e.property_id = %(p)s and e.begun_at >= %(from_at)s and e.begun_at < %(until_at)s),
       count(*), count(*) filter (where r.verdict = 'unjustified'), (avg(extract(epoch from r.closed_at - r.made_at)) / 86400)::float8
  from hotel.lookup_review r
 where r.property_id = %(p)s and r.state = 'closed' and r.closed_at >= %(from_at)s and r.closed_at < %(until_at)s

-- name: rights
-- Rights requests: received; answered by the day they were due and later; days until the answer, the middle one.
select count(*) filter (where c.opened_at >= %(from_at)s and c.opened_at < %(until_at)s),
       count(*) filter (where c.closed_at >= %(from_at)s and c.closed_at < %(until_at)s and (c.due_at is null or c.closed_at <= c.due_at)),
       count(*) filter (where c.closed_at >= %(from_at)s and c.closed_at < %(until_at)s and c.closed_at > c.due_at),
       (percentile_cont(0.5) within group (order by extract(epoch from c.closed_at - c.opened_at))
          filter (where c.closed_at >= %(from_at)s and c.closed_at < %(until_at)s) / 86400)::float8
  from hotel.case_file c
 where c.property_id = %(p)s and c.purpose = 'dsr' and c.opened_at < %(until_at)s and (c.closed_at is null or c.closed_at >= %(from_at)s)

-- name: authority
-- Requests of authorities: received, and what was answered to them within the days.
select (select count(*) from hotel.case_file c where c.property_id = %(p)s and c.purpose = 'lawful_request'
           and c.opened_at >= %(from_at)s and c.opened_at < %(until_at)s),
       count(*) filter (where a.answer <> 'refused'), count(*) filter (where a.answer = 'refused')
  from hotel.authority_answer a where a.property_id = %(p)s and a.at >= %(from_at)s and a.at < %(until_at)s

-- name: newest
-- The newest signed checkpoint with the lines of its witnesses, and the ledger's key: of those that a witness has cosigned, where there are any.
select c.note || coalesce((select string_agg(convert_to(s.line || E'\n', 'UTF8'), ''::bytea order by s.witness) from ledger.cosignature s
         where s.property_id = %(p)s and s.size = c.size), ''::bytea), h.vkey
  from ledger.checkpoint c join ledger.head h on h.property_id = c.property_id
 where c.property_id = %(p)s
   and c.size = coalesce((select max(s.size) from ledger.cosignature s where s.property_id = %(p)s),
                         (select max(n.size) from ledger.checkpoint n where n.property_id = %(p)s))
