-- name: columns
-- A request `q` of a case `c` as a line.
q.case_id, c.number, q.guest_id, q.kind, q.groups::int as groups, q.why, q.asked_by, q.channel, q.language, q.receiver, q.state, q.clock,
q.received_at, q.due_at, q.identity_how, q.identity_at, q.proposed_by, coalesce(b.name, '') as proposed_by_name, q.proposed_at,
q.seconded_by, coalesce(s.name, '') as seconded_by_name, q.seconded_at, q.carried_at, q.order_id, q.mark_id, q.answered_at, q.ended_at,
coalesce(w.name, '') as owner_name, c.closed_at is not null as is_case_closed, clock_timestamp() as now_at

-- name: people
-- The staff of a request.
  join hotel.case_file c on c.property_id = %(property_id)s and c.case_id = q.case_id
  left join hotel.staff b on b.property_id = %(property_id)s and b.staff_id = q.proposed_by
  left join hotel.staff s on s.property_id = %(property_id)s and s.staff_id = q.seconded_by
  left join hotel.staff w on w.property_id = %(property_id)s and w.staff_id = c.owner_id

-- name: requests
-- The requests of one list: open ones by their day, ended ones newest first.
select {columns}
  from hotel.rights_request q {people}
 where q.property_id = %(property_id)s
   and case %(which)s::text when 'ended' then q.ended_at > clock_timestamp() - interval '400 days'
            when 'waiting' then q.ended_at is null and q.proposed_at is not null and q.seconded_at is null and q.carried_at is null
            else q.ended_at is null end
 order by q.ended_at desc nulls first, q.due_at, c.number limit 300

-- name: unsorted
-- Open cases of rights of which nobody has said yet which right it is.
select c.case_id, c.number, c.summary, c.opened_at, c.due_at
  from hotel.case_file c
 where c.property_id = %(property_id)s and c.purpose = 'dsr' and c.closed_at is null
   and not exists (select 1 from hotel.rights_request q where q.property_id = %(property_id)s and q.case_id = c.case_id)
   and not exists (select 1 from hotel.entry_question y where y.property_id = %(property_id)s and y.case_id = c.case_id)
 order by c.opened_at limit 100

-- name: by_number
-- One request.
select {columns}
  from hotel.rights_request q {people}
 where q.property_id = %(property_id)s and c.number = %(number)s

-- name: of_guest
-- The requests of one guest, newest first.
select {columns}
  from hotel.rights_request q {people}
 where q.property_id = %(property_id)s and q.guest_id = %(guest_id)s
 order by q.received_at desc limit 100

-- name: lines
-- What was found of the guest, and what is done about it.
select l.position::int as position, l.what, l.groups::int as groups, l.counted, coalesce(l.disposition, '') as disposition, l.reason, l.until_on,
       l.basis_zh, l.basis_en, l.done_at, l.done_entry
  from hotel.rights_line l
 where l.property_id = %(property_id)s and l.case_id = %(case_id)s order by l.position

-- name: acts
-- What was done to a request, newest first.
select a.act, coalesce(t.name, '') as staff_name, a.detail, a.at
  from hotel.rights_act a
  left join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = a.staff_id
 where a.property_id = %(property_id)s and a.case_id = %(case_id)s order by a.at desc limit 200

-- name: letters
-- The answers, newest first.
select t.letter_id, t.at, t.text_zh, t.text_en from hotel.rights_letter t
 where t.property_id = %(property_id)s and t.case_id = %(case_id)s order by t.at desc limit 20

-- name: concerned
-- Whom a request concerns beside the hotel, and whether they were told and confirmed.
select k.processor_id, k.name, k.kind, k.groups::int as groups, r.reached,
       (select (q.carried_at at time zone h.time_zone)::date from hotel.rights_request q join hotel.property h on h.property_id = %(property_id)s
         where q.property_id = %(property_id)s and q.case_id = k.case_id) as first_day,
       t.on_day as told_on, coalesce(t.how, '') as how, f.on_day as confirmed_on, coalesce(f.reference, '') as reference
  from hotel.rights_concern k
  join hotel.processor r on r.property_id = %(property_id)s and r.processor_id = k.processor_id
  left join hotel.rights_told t on t.property_id = %(property_id)s and t.case_id = k.case_id and t.processor_id = k.processor_id and t.act = 'told'
  left join hotel.rights_told f on f.property_id = %(property_id)s and f.case_id = k.case_id and f.processor_id = k.processor_id and f.act = 'confirmed'
 where k.property_id = %(property_id)s and k.case_id = %(case_id)s order by k.kind, k.name

-- name: need_second
-- Whether what is decided takes a second person.
select hotel.rights_need_second(%(property_id)s, %(case_id)s) as is_needed

-- name: lock
-- One request and its case, held for this transaction.
select q.case_id
  from hotel.rights_request q
  join hotel.case_file c on c.property_id = %(property_id)s and c.case_id = q.case_id and c.number = %(number)s
 where q.property_id = %(property_id)s for update of q

-- name: done
-- The request that an act of this id was done to.
select a.case_id, a.act from hotel.rights_act a where a.property_id = %(property_id)s and a.act_id = %(act_id)s

-- name: act
-- What was done to a request, once.
insert into hotel.rights_act (property_id, act_id, case_id, act, staff_id, detail)
values (%(property_id)s, %(act_id)s, %(case_id)s, %(act)s, %(staff_id)s, %(detail)s)

-- name: case_to_sort
-- An open case of rights without its kind yet, and the one guest it names.
select c.case_id, c.number, (array_agg(g.guest_id))[1] as guest_id, count(*)::int as guests
  from hotel.case_file c
  join hotel.case_guest g on g.property_id = %(property_id)s and g.case_id = c.case_id
 where c.property_id = %(property_id)s and c.number = %(number)s and c.purpose = 'dsr' and c.closed_at is null
   and not exists (select 1 from hotel.rights_request q where q.property_id = %(property_id)s and q.case_id = c.case_id)
   and not exists (select 1 from hotel.entry_question y where y.property_id = %(property_id)s and y.case_id = c.case_id)
 group by c.case_id, c.number

-- name: open_portal_case
-- A case that a guest opens on their own pages; nothing when its id or number is there already.
insert into hotel.case_file (property_id, case_id, number, purpose, summary, channel, due_at)
values (%(property_id)s, %(case_id)s, %(number)s, 'dsr', %(summary)s, 'portal', %(due_at)s)
on conflict do nothing

-- name: add_portal_guest
-- The guest who opened it.
insert into hotel.case_guest (property_id, case_id, guest_id) values (%(property_id)s, %(case_id)s, %(guest_id)s)

-- name: open_desk_case
-- A case that the house opens for a guest who asked; nothing when its id or number is there already.
insert into hotel.case_file (property_id, case_id, number, purpose, summary, opened_by, owner_id, due_at)
values (%(property_id)s, %(case_id)s, %(number)s, 'dsr', %(summary)s, %(staff_id)s, %(staff_id)s, %(due_at)s)
on conflict do nothing

-- name: add_desk_guest
-- Whom it is about.
insert into hotel.case_guest (property_id, case_id, guest_id, added_by) values (%(property_id)s, %(case_id)s, %(guest_id)s, %(staff_id)s)

-- name: note_case
-- That the case was opened, in the case's own list.
insert into hotel.case_act (property_id, act_id, case_id, act, staff_id) values (%(property_id)s, %(case_id)s, %(case_id)s, 'opened', %(staff_id)s)

-- name: known
-- The request of an id.
select c.number, q.guest_id from hotel.case_file c
  join hotel.rights_request q on q.property_id = %(property_id)s and q.case_id = c.case_id
 where c.property_id = %(property_id)s and c.case_id = %(case_id)s

-- name: receive
-- The request itself.
insert into hotel.rights_request (property_id, case_id, guest_id, kind, groups, why, asked_by, channel, language, receiver, state, clock, due_at)
values (%(property_id)s, %(case_id)s, %(guest_id)s, %(kind)s, %(groups)s, %(why)s, %(asked_by)s, %(channel)s, %(language)s, %(receiver)s, 'received',
        %(clock)s, %(due_at)s)

-- name: open_of_kind
-- How many requests of this kind the guest has open.
select count(*)::int as count from hotel.rights_request q
 where q.property_id = %(property_id)s and q.guest_id = %(guest_id)s and q.kind = %(kind)s and q.ended_at is null and q.answered_at is null

-- name: due
-- The case is due when the request is.
update hotel.case_file set due_at = %(due_at)s where property_id = %(property_id)s and case_id = %(case_id)s

-- name: identified
-- Who asks is known, and how.
update hotel.rights_request set state = 'checked', identity_how = %(how)s, identity_by = %(staff_id)s, identity_at = clock_timestamp()
 where property_id = %(property_id)s and case_id = %(case_id)s

-- name: take_up
-- The work begins.
update hotel.rights_request set state = 'in_work' where property_id = %(property_id)s and case_id = %(case_id)s

-- name: own_case
-- Whoever takes up the work answers for the case from now on, unless somebody does; and that it is so, in the case's own list.
with owned as (
  update hotel.case_file set owner_id = %(staff_id)s
   where property_id = %(property_id)s and case_id = %(case_id)s and owner_id is null and closed_at is null returning case_id)
insert into hotel.case_act (property_id, act_id, case_id, act, staff_id, subject_id)
select %(property_id)s, gen_random_uuid(), owned.case_id, 'owner_changed', %(staff_id)s, %(staff_id)s from owned

-- name: prolong
-- Another last day.
update hotel.rights_request set due_at = %(due_at)s where property_id = %(property_id)s and case_id = %(case_id)s

-- name: withdraw
-- The guest wants it no longer.
update hotel.rights_request set state = 'withdrawn', ended_at = clock_timestamp() where property_id = %(property_id)s and case_id = %(case_id)s

-- name: add_lines
-- What was found of the guest.
insert into hotel.rights_line (property_id, case_id, position, what, groups, counted)
select %(property_id)s, %(case_id)s, u.position::smallint, u.what, u.groups::smallint, u.counted
  from unnest(%(positions)s::int[], %(whats)s::text[], %(groups)s::int[], %(counts)s::int[]) as u (position, what, groups, counted)

-- name: decide
-- What is done about some lines, and why.
update hotel.rights_line l
   set disposition = u.disposition, reason = u.reason, until_on = u.until_on, basis_zh = u.basis_zh, basis_en = u.basis_en
  from unnest(%(positions)s::int[], %(dispositions)s::text[], %(reasons)s::text[], %(untils)s::date[], %(zh)s::text[], %(en)s::text[])
       as u (position, disposition, reason, until_on, basis_zh, basis_en)
 where l.property_id = %(property_id)s and l.case_id = %(case_id)s and l.position = u.position
   and (l.disposition, l.reason, l.until_on, l.basis_zh, l.basis_en) is distinct from (u.disposition, u.reason, u.until_on, u.basis_zh, u.basis_en)

-- name: propose
-- What is decided waits for a second person.
update hotel.rights_request set proposed_by = %(staff_id)s, proposed_at = clock_timestamp() where property_id = %(property_id)s and case_id = %(case_id)s

-- name: second
-- The second person's yes.
update hotel.rights_request set seconded_by = %(staff_id)s, seconded_at = clock_timestamp() where property_id = %(property_id)s and case_id = %(case_id)s

-- name: send_back
-- It is to be decided anew.
update hotel.rights_request set proposed_by = null, proposed_at = null, seconded_by = null, seconded_at = null
 where property_id = %(property_id)s and case_id = %(case_id)s

-- name: carry_out
-- What is decided is done from now on.
update hotel.rights_request set carried_by = %(staff_id)s, carried_at = clock_timestamp(), order_id = %(order_id)s, mark_id = %(mark_id)s
 where property_id = %(property_id)s and case_id = %(case_id)s

-- name: restriction
-- The mark under which the guest's record is stored and no more.
insert into hotel.mark (property_id, mark_id, guest_id, kind, reason_code, author_id)
values (%(property_id)s, %(mark_id)s, %(guest_id)s, 'restriction', 'rights_request', %(staff_id)s)

-- name: lift
-- The record is used again from now on.
update hotel.mark set ended_at = clock_timestamp() where property_id = %(property_id)s and mark_id = %(mark_id)s and ended_at is null

-- name: settle
-- Lines of these dispositions are done: the database looks whether they are.
update hotel.rights_line set done_at = clock_timestamp(), done_entry = %(entry)s
 where property_id = %(property_id)s and case_id = %(case_id)s and disposition = %(disposition)s and done_at is null

-- name: settle_one
-- One line is done.
update hotel.rights_line set done_at = clock_timestamp(), done_entry = %(entry)s
 where property_id = %(property_id)s and case_id = %(case_id)s and position = %(position)s and done_at is null

-- name: letter
-- The answer.
insert into hotel.rights_letter (property_id, letter_id, case_id, made_by, facts, text_zh, text_en)
values (%(property_id)s, %(letter_id)s, %(case_id)s, %(staff_id)s, %(facts)s::jsonb, %(text_zh)s, %(text_en)s)

-- name: answered
-- The answer is given.
update hotel.rights_request set state = 'answered', answered_by = %(staff_id)s, answered_at = clock_timestamp()
 where property_id = %(property_id)s and case_id = %(case_id)s

-- name: closed
-- It is over.
update hotel.rights_request set state = 'closed', ended_at = clock_timestamp() where property_id = %(property_id)s and case_id = %(case_id)s

-- name: close_case
-- The case is over with it.
update hotel.case_file set closed_at = clock_timestamp(), closed_by = %(staff_id)s, outcome = %(outcome)s
 where property_id = %(property_id)s and case_id = %(case_id)s and closed_at is null

-- name: note_closed
-- That it was, in the case's own list.
insert into hotel.case_act (property_id, act_id, case_id, act, staff_id, words) values (%(property_id)s, gen_random_uuid(), %(case_id)s, 'closed', %(staff_id)s, %(outcome)s)

-- name: keep_code
-- The code of a request, in the place of the one before.
insert into hotel.rights_code (property_id, case_id, code_hash, made_by) values (%(property_id)s, %(case_id)s, decode(%(code_hash)s, 'hex'), %(staff_id)s)
on conflict (property_id, case_id) do update set code_hash = excluded.code_hash, made_by = excluded.made_by, made_at = clock_timestamp()

-- name: code_hash
-- What is kept of the code that goes with a number, while it holds.
select k.code_hash from hotel.case_file c
  join hotel.rights_request q on q.property_id = %(property_id)s and q.case_id = c.case_id
  join hotel.rights_code k on k.property_id = %(property_id)s and k.case_id = c.case_id
 where c.property_id = %(property_id)s and c.number = %(number)s
   and coalesce(q.answered_at, q.ended_at, clock_timestamp()) > clock_timestamp() - make_interval(days => %(days)s)
