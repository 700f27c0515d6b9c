-- name: session_by_ticket
-- The live session behind a ticket, with the seconds since it was last used.
select uuid_send(s.session_id), uuid_send(s.staff_id), coalesce(s.duty, ''),
       extract(epoch from clock_timestamp() - s.seen_at)::float8, extract(epoch from s.ends_at - clock_timestamp())::float8
  from keys.session s
 where s.property_id = %(p)s and s.ticket_hash = %(ticket_hash)s and s.ended_at is null

-- name: touch_sessions
-- Sessions that were used since the last call: their idle time begins anew.
update keys.session s set seen_at = clock_timestamp() - make_interval(secs => u.ago)
  from unnest(%(sessions)b::uuid[], %(ago)b::float8[]) as u (id, ago)
 where s.property_id = %(p)s and s.session_id = u.id and s.ended_at is null

-- name: person
-- Who holds a session, and the facts about them that the desk shows.
select uuid_send(s.session_id), uuid_send(t.staff_id), t.number, t.name, t.language, coalesce(s.duty, ''),
       array(select distinct x.duty from (
         select h.duty from hotel.shift h where h.property_id = %(p)s and h.staff_id = t.staff_id and h.ended_at is null
            and coalesce(h.begun_at, h.starts_at) <= clock_timestamp() + interval '15 minutes' and h.ends_at > clock_timestamp()
         union all
         select r.role from hotel.staff_role r where r.property_id = %(p)s and r.staff_id = t.staff_id and r.role = any (%(free_roles)s)
            and r.from_on <= (select hotel.today(%(p)s)) and (r.until_on is null or r.until_on >= (select hotel.today(%(p)s)))) x (duty) order by 1) as duties,
       coalesce(extract(epoch from (select max(h.ends_at) from hotel.shift h where h.property_id = %(p)s and h.staff_id = t.staff_id
          and h.duty = s.duty and h.ended_at is null and coalesce(h.begun_at, h.starts_at) <= clock_timestamp() and h.ends_at > clock_timestamp())), 0)::bigint,
       coalesce(extract(epoch from (select least(e.at + interval '14 hours',
              coalesce((select max(h.ends_at) from hotel.shift h where h.property_id = %(p)s and h.staff_id = t.staff_id
                          and coalesce(h.begun_at, h.starts_at) <= case e.how when 'attested' then e.at + interval '15 minutes' else clock_timestamp() end
                          and h.ended_at is null) + interval '30 minutes', e.at + interval '14 hours'))
          from (select q.direction, q.how, q.at, q.badge from hotel.presence q where q.property_id = %(p)s and q.staff_id = t.staff_id
                 order by q.at desc limit 1) e
         where e.direction = 'in' and e.at > clock_timestamp() - interval '14 hours'
           and (e.badge is null or exists (select 1 from hotel.badge b where b.property_id = %(p)s and b.number = e.badge
                                             and b.staff_id = t.staff_id and b.active)))), 0)::bigint,
       coalesce(extract(epoch from (coalesce(
          (select min(coalesce((select max(g.valid_until) from hotel.training g
                                 where g.property_id = %(p)s and g.staff_id = t.staff_id and g.course = c.course), date '1970-01-01'))
             from hotel.course_role c where c.property_id = %(p)s and c.role = s.duty and c.ended_at is null),
          (select max(g.valid_until) from hotel.training g where g.property_id = %(p)s and g.staff_id = t.staff_id))
        + 1)::timestamp at time zone (select h.time_zone from hotel.property h where h.property_id = %(p)s)), 0)::bigint,
       extract(epoch from s.ends_at)::bigint,
       (select count(*) from keys.credential c where c.property_id = %(p)s and c.staff_id = t.staff_id and c.revoked_at is null)::int,
       s.demo, coalesce(uuid_send(m.emergency_id), ''), coalesce(floor(extract(epoch from m.until_at)), 0)::bigint
  from keys.session s join hotel.staff t on t.property_id = %(p)s and t.staff_id = s.staff_id
  left join lateral (
    select e.emergency_id, e.until_at from hotel.emergency e
     where e.property_id = %(p)s and e.staff_id = t.staff_id and e.ended_at is null and e.until_at > clock_timestamp()
     order by e.until_at desc limit 1) m on true
 where s.property_id = %(p)s and s.session_id = %(session)s and s.ended_at is null and t.active
   and (s.duty is null or not s.duty = any (%(free_roles)s) or exists (select 1 from hotel.staff_role r where r.property_id = %(p)s
          and r.staff_id = t.staff_id and r.role = s.duty and r.from_on <= (select hotel.today(%(p)s)) and (r.until_on is null or r.until_on >= (select hotel.today(%(p)s)))))
   and not exists (select 1 from hotel.terminal m where m.property_id = %(p)s and m.terminal_id = s.terminal_id and m.ended_at is not null)

-- name: add_challenge
-- A challenge that works once, for five minutes; those long over are removed on the way.
with old as (delete from keys.challenge where property_id = %(p)s and expires_at < clock_timestamp() - interval '1 hour')
insert into keys.challenge (property_id, challenge_id, challenge, kind, invitation_id, expires_at)
values (%(p)s, %(challenge_id)s, %(challenge)s, %(kind)s, %(invitation)s, clock_timestamp() + interval '5 minutes')

-- name: add_action_challenge
-- A challenge that names an action of one session, for five minutes.
insert into keys.challenge (property_id, challenge_id, challenge, kind, session_id, action, expires_at)
values (%(p)s, %(challenge_id)s, %(challenge)s, 'action', %(session)s, %(action)s, clock_timestamp() + interval '5 minutes')

-- name: open_action
-- Such a challenge, not used and not over, with its action and whether its session is a demo's.
select c.challenge, c.action, s.demo from keys.challenge c
  join keys.session s on s.property_id = %(p)s and s.session_id = c.session_id and s.ended_at is null
 where c.property_id = %(p)s and c.challenge_id = %(challenge_id)s and c.session_id = %(session)s and c.kind = 'action'
   and c.burned_at is null and c.expires_at > clock_timestamp()

-- name: open_challenge
-- A challenge that has not been used and is not over.
select challenge, kind, uuid_send(invitation_id) from keys.challenge
 where property_id = %(p)s and challenge_id = %(challenge_id)s and burned_at is null and expires_at > clock_timestamp()

-- name: burn_challenge
-- In the round's transaction: of two who bring the same assertion, one.
update keys.challenge set burned_at = clock_timestamp()
 where property_id = %(p)s and challenge_id = %(challenge_id)s and burned_at is null and expires_at > clock_timestamp()

-- name: credential
-- A passkey that still counts, and whose it is.
select uuid_send(c.staff_id), c.public_key, c.sign_count, coalesce(c.rests_until > clock_timestamp(), false) from keys.credential c
  join hotel.staff t on t.property_id = %(p)s and t.staff_id = c.staff_id and t.active
 where c.property_id = %(p)s and c.credential_id = %(credential_id)s and c.revoked_at is null

-- name: count_signature
-- The authenticator's counter, kept; it may stand still, never go back.
update keys.credential set sign_count = %(sign_count)s
 where property_id = %(p)s and credential_id = %(credential_id)s and revoked_at is null
   and (sign_count < %(sign_count)s or (sign_count = 0 and %(sign_count)s = 0))

-- name: add_session
-- A session of twelve hours at most.
insert into keys.session (property_id, session_id, ticket_hash, staff_id, duty, credential_id, demo, terminal_id, ends_at)
values (%(p)s, %(session)s, %(ticket_hash)s, %(staff)s, %(duty)s, %(credential_id)s, %(demo)s, %(terminal)s, clock_timestamp() + interval '12 hours')

-- name: choose_duty
-- The one duty of a sign-in: set once.
update keys.session set duty = %(duty)s where property_id = %(p)s and session_id = %(session)s and duty is null and ended_at is null

-- name: end_session
-- Sign out, or be displaced at a shared terminal.
update keys.session set ended_at = clock_timestamp(),
       parked_at = case when %(parked)s and terminal_id is not null and duty is not null then clock_timestamp() end
 where property_id = %(p)s and session_id = %(session)s and ended_at is null

-- name: add_staff_key
-- A key for what the ledger says about a member of staff; kept if there is one.
insert into keys.staff_key (property_id, staff_id, key_id, wrapped) values (%(p)s, %(staff)s, %(key_id)s, %(wrapped)s)
on conflict (property_id, staff_id) do nothing

-- name: staff
-- A member of staff, by id.
select t.number, t.name, (select count(*) from keys.credential c where c.property_id = %(p)s and c.staff_id = t.staff_id and c.revoked_at is null)::int
  from hotel.staff t where t.property_id = %(p)s and t.staff_id = %(staff)s and t.active

-- name: staff_by_number
-- A member of staff, by number.
select uuid_send(t.staff_id) from hotel.staff t where t.property_id = %(p)s and t.number = %(number)s

-- name: add_staff
-- The first administrator, before anybody can sign in to add people.
insert into hotel.staff (property_id, staff_id, number, name) values (%(p)s, %(staff)s, %(number)s, %(name)s)

-- name: add_role
-- A role of the first administrator.
insert into hotel.staff_role (property_id, staff_id, role, from_on) values (%(p)s, %(staff)s, %(role)s, (select hotel.today(%(p)s)))

-- name: add_invitation
-- A one-time link. A recovery has no secret before the second person has confirmed. Whoever has a key gets a new one by
-- recovery only: otherwise an administrator could become anybody. The operator (by nobody) holds the root key anyway.
insert into keys.invitation (property_id, invitation_id, secret_hash, staff_id, kind, by_id, by_duty, expires_at)
select t.property_id, %(invitation)s, %(secret_hash)s, t.staff_id, %(kind)s, %(by)s::uuid, %(by_duty)s, clock_timestamp() + interval '24 hours'
  from hotel.staff t where t.property_id = %(p)s and t.staff_id = %(staff)s and t.active
   and (%(by)s::uuid is null or %(kind)s = 'recovery' or not exists (select 1 from keys.credential c
          where c.property_id = %(p)s and c.staff_id = t.staff_id and c.revoked_at is null))

-- name: confirm_recovery
-- The second person, who is neither the first nor the one recovered; only now the secret exists.
update keys.invitation set confirmed_by_id = %(by)s, secret_hash = %(secret_hash)s, expires_at = clock_timestamp() + interval '1 hour'
 where property_id = %(p)s and invitation_id = %(invitation)s and kind = 'recovery' and used_at is null and confirmed_by_id is null
   and by_id <> %(by)s and staff_id <> %(by)s and by_duty <> %(duty)s and expires_at > clock_timestamp()

-- name: invitation
-- The invitation behind a link that still works.
select uuid_send(i.invitation_id), uuid_send(i.staff_id), i.kind from keys.invitation i
  join hotel.staff t on t.property_id = %(p)s and t.staff_id = i.staff_id and t.active
 where i.property_id = %(p)s and i.secret_hash = %(secret_hash)s and i.expires_at > clock_timestamp()
   and (i.used_at is null or i.used_at > clock_timestamp() - interval '15 minutes') and (i.kind = 'enrolment' or i.confirmed_by_id is not null)

-- name: use_invitation
-- A link makes two keys within fifteen minutes of the first, and no more.
update keys.invitation set used_at = coalesce(used_at, clock_timestamp())
 where property_id = %(p)s and invitation_id = %(invitation)s and expires_at > clock_timestamp()
   and (used_at is null or used_at > clock_timestamp() - interval '15 minutes')
   and (select count(*) from keys.credential c where c.property_id = %(p)s and c.staff_id = keys.invitation.staff_id
          and c.created_at >= coalesce(keys.invitation.used_at, clock_timestamp())) < 2

-- name: add_credential
-- A passkey. One made in a recovery rests 24 hours before it can be used for more than signing in.
insert into keys.credential (property_id, credential_id, staff_id, public_key, sign_count, aaguid, rests_until)
values (%(p)s, %(credential_id)s, %(staff)s, %(public_key)s, %(sign_count)s, %(aaguid)s,
        case when %(is_recovery)s then clock_timestamp() + interval '24 hours' end)

-- name: credentials_of
-- The ids of a person's passkeys, so that the same authenticator is not enrolled twice.
select credential_id from keys.credential where property_id = %(p)s and staff_id = %(staff)s and revoked_at is null

-- name: set_digits
-- Four digits of a person, as their slow hash.
insert into keys.staff_digits (property_id, staff_id, salt, hash) values (%(p)s, %(staff)s, %(salt)s, %(hash)s)
on conflict (property_id, staff_id) do update set salt = excluded.salt, hash = excluded.hash, set_at = clock_timestamp()

-- name: try_digits
-- Whoever was displaced at this terminal at most ten minutes ago: one try more, of five, before the digits are looked at.
update keys.session s set digit_tries = s.digit_tries + 1
  from keys.staff_digits d, hotel.staff t
 where d.property_id = %(p)s and d.staff_id = %(staff)s and t.property_id = %(p)s and t.staff_id = %(staff)s and t.active
   and s.property_id = %(p)s and s.staff_id = %(staff)s and s.terminal_id = %(terminal)s and s.digit_tries < 5 and s.ends_at > clock_timestamp()
   and s.parked_at > clock_timestamp() - interval '10 minutes' and s.parked_at > d.set_at
   and s.parked_at = (select max(o.parked_at) from keys.session o where o.property_id = %(p)s and o.staff_id = %(staff)s)
   and exists (select 1 from hotel.terminal m where m.property_id = %(p)s and m.terminal_id = %(terminal)s and m.ended_at is null)
returning uuid_send(s.session_id), coalesce(s.duty, ''), d.salt, d.hash

-- name: take_parked
-- Come back: of two who try, one. What is left of five tries goes along.
update keys.session set parked_at = null where property_id = %(p)s and session_id = %(parked)s and parked_at is not null

-- name: add_returned
-- The session that goes on from it: same person, duty, terminal and end, and marked.
insert into keys.session (property_id, session_id, ticket_hash, staff_id, duty, credential_id, demo, terminal_id, ends_at, by_digits)
select o.property_id, %(session)s, %(ticket_hash)s, o.staff_id, o.duty, o.credential_id, o.demo, o.terminal_id, o.ends_at, true
  from keys.session o where o.property_id = %(p)s and o.session_id = %(parked)s

-- name: sign_ins
-- When and where somebody signed in, newest first. What has run out has ended, whether anybody ended it or not.
select uuid_send(s.session_id), coalesce(s.duty, ''), extract(epoch from s.started_at)::bigint, extract(epoch from s.seen_at)::bigint,
       coalesce(extract(epoch from coalesce(s.ended_at, case when s.ends_at <= clock_timestamp() then s.ends_at
                                                             when s.seen_at < clock_timestamp() - interval '16 minutes' then s.seen_at end)), 0)::bigint,
       coalesce(m.name, ''), s.by_digits
  from keys.session s left join hotel.terminal m on m.property_id = %(p)s and m.terminal_id = s.terminal_id
 where s.property_id = %(p)s and s.staff_id = %(staff)s and s.started_at > clock_timestamp() - interval '30 days'
 order by s.started_at desc limit 50

-- name: may_attest
-- Why somebody may not attest these people: nothing when they may.
select case
  when %(by)s = any (%(staff)b::uuid[]) then 'self'
  when not exists (select 1 from hotel.shift h where h.property_id = %(p)s and h.staff_id = %(by)s and h.duty = 'duty_manager' and h.ended_at is null
                      and coalesce(h.begun_at, h.starts_at) <= clock_timestamp() + interval '15 minutes' and h.ends_at > clock_timestamp())
    then 'not_duty_manager'
  when exists (select 1 from unnest(%(staff)b::uuid[]) as u (id)
                where not exists (select 1 from hotel.staff t where t.property_id = %(p)s and t.staff_id = u.id and t.active)) then 'not_found'
  when %(direction)s = 'in' and exists (
         select 1 from unnest(%(staff)b::uuid[]) as u (id)
          where not exists (select 1 from hotel.shift h where h.property_id = %(p)s and h.staff_id = u.id and h.ended_at is null
                               and coalesce(h.begun_at, h.starts_at) <= clock_timestamp() + interval '15 minutes' and h.ends_at > clock_timestamp()))
    then 'not_on_shift'
  else '' end

-- name: attest
-- One of them is here, or has gone.
insert into hotel.presence (property_id, event_id, staff_id, direction, how, attested_by)
values (%(p)s, %(event)s, %(one)s, %(direction)s, 'attested', %(by)s)
