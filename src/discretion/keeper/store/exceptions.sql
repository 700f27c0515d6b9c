-- Approvals, votes, deputies, emergency viewing: what the keeper writes of them, each under an entry. `fact_bits`, `policy`, `relation` and
-- `entry` are what the round judged.

-- name: add_step_up
-- A passkey was verified for these groups of this guest for this purpose: for five minutes, in this session. Old ones go on the way.
with old as (delete from keys.step_up where property_id = %(p)s and until_at < clock_timestamp() - interval '1 hour')
insert into keys.step_up (property_id, step_up_id, session_id, guest_id, purpose, groups, at, until_at)
select %(p)s, %(step_up)s, %(session)s, %(guest)s, %(purpose)s, %(groups)s, now.at, now.at + interval '5 minutes'
  from (select clock_timestamp() as at) now

-- name: may_request
-- Whether a request may be made now: at most 20 an hour a person; none that is pending already; a minute after a refusal of the same; and
-- only where enough others hold a role that may approve it.
select case when (select count(*) from hotel.access_request q where q.property_id = %(p)s and q.requester_id = %(requester)s
                     and q.asked_at > clock_timestamp() - interval '1 hour') >= 20 then 'too_many'
            when exists (select 1 from hotel.access_request q where q.property_id = %(p)s and q.requester_id = %(requester)s and q.guest_id = %(guest)s
                     and q.purpose = %(purpose)s and q.groups = %(groups)s and q.fact = %(fact)s and q.state = 'pending'
                     and q.ask_until_at > clock_timestamp()) then 'pending'
            when exists (select 1 from hotel.access_request q where q.property_id = %(p)s and q.requester_id = %(requester)s and q.guest_id = %(guest)s
                     and q.purpose = %(purpose)s and q.groups = %(groups)s and q.fact = %(fact)s and q.state = 'denied'
                     and q.decided_at > clock_timestamp() - interval '60 seconds') then 'denied_just_now'
            when (select count(distinct r.staff_id) from hotel.staff_role r
                    join hotel.staff t on t.property_id = %(p)s and t.staff_id = r.staff_id and t.active
                   where r.property_id = %(p)s and r.role = any (%(approvers)s) and r.staff_id <> %(requester)s
                     and r.from_on <= (select hotel.today(%(p)s)) and (r.until_on is null or r.until_on >= (select hotel.today(%(p)s)))) < %(quorum)s then 'no_approver'
            else '' end

-- name: expire
-- What time has ended makes way for a new request.
select hotel.expire_approvals(%(p)s)

-- name: add_request
-- A request for approval, bound to what was judged.
insert into hotel.access_request (property_id, request_id, requester_id, requester_duty, session_id, guest_id, purpose, groups, rule, fact, policy,
  facts, relation, reason, reference, quorum, ask_until_at, grant_seconds, uses_max, entry_idx)
values (%(p)s, %(request)s, %(requester)s, %(duty)s, %(session)s, %(guest)s, %(purpose)s, %(groups)s, %(rule)s, %(fact)s, %(policy)s,
  %(fact_bits)s, %(relation)s, %(reason)s, %(reference)s, %(quorum)s, clock_timestamp() + make_interval(mins => %(ask_minutes)s),
  %(grant_seconds)s, %(uses)s, %(entry)s)

-- name: tell_approvers
-- A notice to one role that may approve.
insert into hotel.notice (property_id, to_role, kind, subject_id, details)
values (%(p)s, %(role)s, 'request_asked', %(request)s, jsonb_build_object('rule', %(rule)s::text, 'purpose', %(purpose)s::text))

-- name: request
-- A request as it stands, and whether votes are still taken.
select uuid_send(q.requester_id), uuid_send(q.guest_id), q.purpose, q.groups, q.fact, q.facts, q.requester_duty, q.state, q.policy,
       q.ask_until_at > clock_timestamp(), uuid_send(q.session_id)
  from hotel.access_request q where q.property_id = %(p)s and q.request_id = %(request)s

-- name: deputies_for
-- The roles in which this person may vote today in somebody's place, and in whose. Whoever is deputised for still holds the role.
select d.role, uuid_send(d.from_id) from hotel.deputy d
 where d.property_id = %(p)s and d.to_id = %(staff)s and d.accepted_at is not null and d.ended_at is null
   and d.from_at <= clock_timestamp() and d.until_at > clock_timestamp()
   and exists (select 1 from hotel.staff_role r where r.property_id = %(p)s and r.staff_id = d.from_id and r.role = d.role
                  and r.from_on <= (select hotel.today(%(p)s)) and (r.until_on is null or r.until_on >= (select hotel.today(%(p)s))))
   and exists (select 1 from hotel.staff t where t.property_id = %(p)s and t.staff_id = d.from_id and t.active)
 order by d.offered_at

-- name: add_vote
-- A vote; the table's own triggers refuse what may not be, and count.
insert into hotel.approval_vote (property_id, request_id, approver_id, as_role, for_id, vote, note, session_id, passkey_at, seconds)
values (%(p)s, %(request)s, %(approver)s, %(role)s, %(for_id)s, %(yes)s, %(note)s, %(session)s, clock_timestamp(), %(seconds)s)

-- name: end_request
-- Taken back or revoked; refused when it is over.
select 1 from hotel.end_approval(%(p)s, %(request)s, %(why)s) as ended where ended = 1

-- name: add_deputy
-- An offer to vote in one's place, in a role one holds oneself: a deputy names no deputy.
insert into hotel.deputy (property_id, deputy_id, from_id, to_id, role, from_at, until_at)
select %(p)s, %(deputy)s, %(from_id)s, %(to_id)s, %(role)s, clock_timestamp(), to_timestamp(%(until_at)s)
 where exists (select 1 from hotel.staff_role r where r.property_id = %(p)s and r.staff_id = %(from_id)s and r.role = %(role)s
                  and r.from_on <= (select hotel.today(%(p)s)) and (r.until_on is null or r.until_on >= (select hotel.today(%(p)s))))
   and exists (select 1 from hotel.staff t where t.property_id = %(p)s and t.staff_id = %(to_id)s and t.active)
   and to_timestamp(%(until_at)s) > clock_timestamp() and to_timestamp(%(until_at)s) <= clock_timestamp() + interval '93 days'

-- name: tell_deputy
-- A notice to whoever is to vote.
insert into hotel.notice (property_id, to_staff, kind, subject_id, details)
values (%(p)s, %(to_id)s, 'deputy_offered', %(deputy)s, jsonb_build_object('role', %(role)s::text))

-- name: accept_deputy
-- The second signature.
select 1 from hotel.accept_deputy(%(p)s, %(deputy)s, %(staff)s) as accepted where accepted = 1

-- name: end_deputy
-- The end of it, by either.
select 1 from hotel.end_deputy(%(p)s, %(deputy)s, %(staff)s) as ended where ended = 1

-- name: add_emergency
-- An emergency viewing of fifteen minutes.
insert into hotel.emergency (property_id, emergency_id, staff_id, duty, session_id, guest_id, groups, situation, words, reference, entry_idx, begun_at,
  until_at)
select %(p)s, %(emergency)s, %(staff)s, %(duty)s, %(session)s, %(guest)s, %(groups)s, %(situation)s, %(words)s, %(reference)s, %(entry)s, now.at,
       now.at + interval '15 minutes'
  from (select clock_timestamp() as at) now

-- name: emergency
-- An emergency viewing: whose, of whom, and whether it is over.
select uuid_send(e.staff_id), uuid_send(e.guest_id), e.ended_at is not null from hotel.emergency e
 where e.property_id = %(p)s and e.emergency_id = %(emergency)s

-- name: end_emergency
-- Ended by its person, or by time.
select 1 from hotel.end_emergency(%(p)s, %(emergency)s, %(staff)s) as ended where ended = 1

-- name: note_emergency
-- What happened, added afterwards.
select 1 from hotel.note_emergency(%(p)s, %(emergency)s, %(staff)s, %(words)s) as noted where noted = 1
