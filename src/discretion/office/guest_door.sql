-- name: looked
-- What the house knows beside the ledger of entries about one guest: reviews of look-ups with the sentence for the guest, approvals with the roles
-- that said yes, cases that name others too, emergency viewings, and which ledgers were closed. An entry is known by its place and the number of
-- the closed ledger it stands in, 0 for the one in use.
with closed as (select c.number, c.origin, c.closed_at from hotel.closed_ledgers(%(property_id)s) c)
select 'review' as what, r.entry_idx, coalesce(c.number, 0) as ledger, r.emergency_id as ref, r.state, r.verdict as code, r.guest_zh as zh, r.guest_en as en,
       '{}'::text[] as roles, r.closed_at as at
  from hotel.lookup_review r left join closed c on c.origin = r.origin
 where r.property_id = %(property_id)s and r.guest_id in (select hotel.joined_records(%(property_id)s, %(guest_id)s)) and r.state <> 'settling'
union all
select 'approval', null, 0, q.request_id, q.state, q.fact, '', '',
       array(select v.as_role from hotel.approval_vote v where v.property_id = %(property_id)s and v.request_id = q.request_id and v.vote order by v.at), q.decided_at
  from hotel.access_request q where q.property_id = %(property_id)s and q.guest_id in (select hotel.joined_records(%(property_id)s, %(guest_id)s))
union all
select 'shared_case', null, 0, f.case_id, '', f.purpose, '', '', '{}', f.opened_at
  from hotel.case_guest g join hotel.case_file f on f.property_id = %(property_id)s and f.case_id = g.case_id
 where g.property_id = %(property_id)s and g.guest_id in (select hotel.joined_records(%(property_id)s, %(guest_id)s))
   and exists (select 1 from hotel.case_guest o where o.property_id = %(property_id)s and o.case_id = g.case_id and o.guest_id not in (select hotel.joined_records(%(property_id)s, %(guest_id)s)))
union all
select 'withheld', null, 0, f.case_id, '', f.purpose, '', '', '{}', f.opened_at
  from hotel.case_guest g join hotel.case_file f on f.property_id = %(property_id)s and f.case_id = g.case_id
 where g.property_id = %(property_id)s and g.guest_id in (select hotel.joined_records(%(property_id)s, %(guest_id)s)) and f.withheld_until > %(today)s
union all
select 'question', e.entry_idx,
       coalesce(nullif(e.ledger, 0), (select min(c.number) filter (where c.closed_at > f.opened_at) from closed c), 0), e.case_id,
       case when f.closed_at is null then 'open' else 'closed' end, f.number, f.outcome, f.outcome, '{}', f.opened_at
  from hotel.entry_question e join hotel.case_file f on f.property_id = %(property_id)s and f.case_id = e.case_id
 where e.property_id = %(property_id)s and e.guest_id in (select hotel.joined_records(%(property_id)s, %(guest_id)s))
union all
select 'closed', null, c.number, null, '', '', '', '', '{}', c.closed_at from closed c

-- name: stays
-- A guest's stays that are not hidden from these pages, newest first.
select s.stay_id, r.number, s.state, s.arrival, s.departure, s.room_number
  from hotel.occupant o
  join hotel.stay s on s.property_id = %(property_id)s and s.stay_id = o.stay_id
  join hotel.reservation r on r.property_id = %(property_id)s and r.reservation_id = s.reservation_id
 where o.property_id = %(property_id)s and o.guest_id in (select hotel.joined_records(%(property_id)s, %(guest_id)s)) and o.state <> 'cancelled'
   and not exists (select 1 from hotel.hidden_stay h where h.property_id = %(property_id)s and h.guest_id in (select hotel.joined_records(%(property_id)s, %(guest_id)s)) and h.stay_id = s.stay_id)
 order by s.arrival desc, s.stay_id limit 300

-- name: tells
-- What a guest wants to be told unasked.
select s.tells from hotel.guest_setting s where s.property_id = %(property_id)s and s.guest_id = %(guest_id)s

-- name: set_tells
-- Keep what a guest wants to be told.
insert into hotel.guest_setting (property_id, guest_id, tells) values (%(property_id)s, %(guest_id)s, %(tells)s)
on conflict (property_id, guest_id) do update set tells = excluded.tells, changed_at = clock_timestamp()

-- name: hide_stay
-- Take a stay of the guest's own off these pages.
insert into hotel.hidden_stay (property_id, guest_id, stay_id)
select o.property_id, o.guest_id, o.stay_id from hotel.occupant o
 where o.property_id = %(property_id)s and o.guest_id in (select hotel.joined_records(%(property_id)s, %(guest_id)s)) and o.stay_id = %(stay_id)s
 limit 1
on conflict do nothing

-- name: hidden_count
-- How many stays a guest has taken off these pages.
select count(*) as count from hotel.hidden_stay h where h.property_id = %(property_id)s and h.guest_id in (select hotel.joined_records(%(property_id)s, %(guest_id)s))

-- name: show_stays
-- Put every stay back, as the guest asked for in person.
delete from hotel.hidden_stay where property_id = %(property_id)s and guest_id in (select hotel.joined_records(%(property_id)s, %(guest_id)s))

-- name: questions_open
-- How many questions of a guest are open.
select count(*) as count from hotel.entry_question e join hotel.case_file f on f.property_id = %(property_id)s and f.case_id = e.case_id
 where e.property_id = %(property_id)s and e.guest_id = %(guest_id)s and f.closed_at is null

-- name: open_question
-- A case out of a guest's question.
insert into hotel.case_file (property_id, case_id, number, purpose, summary, channel, due_at)
values (%(property_id)s, %(case_id)s, %(number)s, 'dsr', %(words)s, 'portal', clock_timestamp() + interval '15 days')

-- name: name_guest
-- Whom the case names: the guest who asks.
insert into hotel.case_guest (property_id, case_id, guest_id, added_by) values (%(property_id)s, %(case_id)s, %(guest_id)s, null)

-- name: opened
-- That it was opened, by the guest.
insert into hotel.case_act (property_id, act_id, case_id, act, staff_id, words)
values (%(property_id)s, %(act_id)s, %(case_id)s, 'opened', null, %(words)s)

-- name: bind_question
-- Which entry it asks about.
insert into hotel.entry_question (property_id, case_id, guest_id, ledger, entry_idx)
values (%(property_id)s, %(case_id)s, %(guest_id)s, %(ledger)s, %(entry_idx)s)

-- name: tell_of_question
-- Whom it waits for.
insert into hotel.notice (property_id, notice_id, to_role, kind, details)
values (%(property_id)s, %(notice_id)s, 'privacy', 'guest_question', jsonb_build_object('number', %(number)s::text))

-- name: tell_guest
-- A post that waits, unless one of its kind does already.
insert into hotel.guest_post (property_id, post_id, guest_id, code)
select %(property_id)s, %(post_id)s, %(guest_id)s, %(code)s
 where not exists (select 1 from hotel.guest_post p where p.property_id = %(property_id)s and p.guest_id = %(guest_id)s and p.code = %(code)s and p.posted_at is null)
   and not exists (select 1 from hotel.guest_setting s where s.property_id = %(property_id)s and s.guest_id = %(guest_id)s and s.tells = 'nothing')

-- name: posts_waiting
-- What is to be posted now.
select p.property_id, p.post_id, p.guest_id, p.code from hotel.guest_post p
 where p.posted_at is null and p.after_at <= clock_timestamp() and p.tries < 8 order by p.after_at limit 100

-- name: posted
-- That these went out.
update hotel.guest_post set posted_at = clock_timestamp() where property_id = %(property_id)s and post_id = any (%(post_ids)s)

-- name: not_posted
-- That these did not: tried again later, each time twice as late.
update hotel.guest_post set tries = tries + 1, after_at = clock_timestamp() + interval '1 minute' * power(2, tries)
 where property_id = %(property_id)s and post_id = any (%(post_ids)s)
