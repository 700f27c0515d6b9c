-- name: guests
-- What a round reads of its guests, each time: $1 property, $2 guests (null where an ask has none), $3 request ids. One row an
-- ask in the order asked; one row with n = 0 when there are no asks. Size and waiting changes tell whether what the keeper
-- remembers still stands.
select h.size, exists (select 1 from ledger.fact_change c where c.property_id = $1 and c.entry_idx is null),
       extract(epoch from clock_timestamp())::bigint, coalesce(a.n, 0)::int,
       k.key_id, k.wrapped, k.tag_epoch, q.seq, q.last_idx, v.version,
       case v.age when 'adult' then 0 when 'minor' then coalesce(v.minor_until - date '2000-01-01', 1000000) else 1000000 end,
       near.relation, near.days, e.idx
  from ledger.head h
  left join unnest($2, $3) with ordinality as a (guest, request, n) on true
  left join keys.guest_key k on k.property_id = $1 and k.guest_id = a.guest
  left join ledger.sequence q on q.property_id = $1 and q.guest_id = a.guest and q.tag_epoch = k.tag_epoch
  left join vault.record v on v.property_id = $1 and v.guest_id = a.guest
  left join lateral (
    select case when y.state = 'in_house' and o.state <> 'departed' then 2 when y.state = 'confirmed' then 1 else 3 end as relation,
           case when y.state = 'checked_out' or o.state = 'departed' then d.business_date - coalesce(y.left_on, o.departure, y.departure) end as days
      from hotel.occupant o
      join hotel.stay y on y.property_id = $1 and y.stay_id = o.stay_id
      join hotel.property d on d.property_id = $1
     where o.property_id = $1 and o.guest_id = a.guest and o.state <> 'cancelled'
       and (y.state in ('in_house', 'checked_out')
            or (y.state = 'confirmed' and y.arrival <= d.business_date and y.departure >= d.business_date))
     order by case when y.state = 'in_house' and o.state <> 'departed' then 0 when y.state = 'confirmed' then 1 else 2 end,
              coalesce(y.left_on, y.departure) desc
     limit 1) near on true
  left join ledger.entry e on e.property_id = $1 and e.request_id = a.request
 where h.property_id = $1
 order by a.n

-- name: staff
-- What a round reads of these sessions, remembered until a fact changes or half a minute has passed. Trained is who has completed every course
-- that the duty needs, until the first of them ends; where a duty needs none by name, any completed course counts. A sign-in in a duty
-- without a roster is over with its role.
with place as materialized (
  select clock_timestamp() as at, p.time_zone as zone, hotel.today(p.property_id) as today from hotel.property p where p.property_id = %(p)s)
select uuid_send(s.session_id), uuid_send(s.staff_id), coalesce(s.duty, ''), s.ended_at is not null or not t.active
       or exists (select 1 from hotel.terminal m where m.property_id = %(p)s and m.terminal_id = s.terminal_id and m.ended_at is not null)
       or (s.duty = any (%(free_roles)s) and not exists (select 1 from hotel.staff_role r where r.property_id = %(p)s and r.staff_id = s.staff_id
             and r.role = s.duty and r.from_on <= place.today and (r.until_on is null or r.until_on >= place.today))),
       coalesce(extract(epoch from (select max(h.ends_at) from hotel.shift h
          where h.property_id = %(p)s and h.staff_id = s.staff_id and h.ends_at > place.at and coalesce(h.begun_at, h.starts_at) <= place.at
            and h.ended_at is null and h.duty = s.duty)), 0)::bigint,
       coalesce(extract(epoch from (select least(e.at + interval '14 hours',
              coalesce((select max(h.ends_at) from hotel.shift h where h.property_id = %(p)s and h.staff_id = s.staff_id
                          and coalesce(h.begun_at, h.starts_at) <= case e.how when 'attested' then e.at + interval '15 minutes' else place.at end
                          and h.ended_at is null) + interval '30 minutes', e.at + interval '14 hours'))
          from (select q.direction, q.how, q.at, q.badge from hotel.presence q where q.property_id = %(p)s and q.staff_id = s.staff_id
                 order by q.at desc limit 1) e
         where e.direction = 'in'
           and (e.badge is null or exists (select 1 from hotel.badge b where b.property_id = %(p)s and b.number = e.badge
                                             and b.staff_id = s.staff_id and b.active)))), 0)::bigint,
       coalesce(extract(epoch from (coalesce(
          (select min(coalesce((select max(g.valid_until) from hotel.training g
                                 where g.property_id = %(p)s and g.staff_id = s.staff_id and g.course = c.course), date '1970-01-01'))
             from hotel.course_role c where c.property_id = %(p)s and c.role = s.duty and c.ended_at is null),
          (select max(g.valid_until) from hotel.training g where g.property_id = %(p)s and g.staff_id = s.staff_id))
        + 1)::timestamp at time zone place.zone), 0)::bigint,
       extract(epoch from s.ends_at)::bigint,
       exists (select 1 from hotel.lock l where l.property_id = %(p)s and l.target_id in (s.staff_id, s.session_id, s.terminal_id)
                 and l.released_at is null and (l.until_at is null or l.until_at > place.at)),
       uuid_send(k.key_id), k.wrapped, s.by_digits
  from place cross join unnest(%(sessions)b::uuid[]) as u (id)
  join keys.session s on s.property_id = %(p)s and s.session_id = u.id
  join hotel.staff t on t.property_id = %(p)s and t.staff_id = s.staff_id
  left join keys.staff_key k on k.property_id = %(p)s and k.staff_id = s.staff_id

-- name: usage
-- Whom these people have seen today, and how many for the purposes with a limit of their own.
select uuid_send(u.staff_id), u.purpose::int, uuid_send(u.guest_id), u.level::int
  from keys.usage_seen u where u.property_id = %(p)s and u.staff_id = any (%(staff)b::uuid[]) and u.day = %(day)s

-- name: standing
-- The day at this property, its committed head, whom marks and locks restrict, which release of the policy is in force, and which records
-- are joined: survivor and absorbed.
select h.size, h.root, h.stack, (now.at at time zone p.time_zone)::date,
       extract(epoch from ((now.at at time zone p.time_zone)::date + 1)::timestamp at time zone p.time_zone)::bigint,
       array(select uuid_send(m.guest_id) || case m.kind when 'sealed' then '\x01'::bytea when 'restriction' then '\x02'::bytea else '\x04'::bytea end
          from hotel.mark m where m.property_id = %(p)s and m.kind in ('sealed', 'restriction', 'hold') and m.ended_at is null
           and m.from_at <= now.at and (m.until_at is null or m.until_at > now.at)),
       array(select uuid_send(l.target_id) from hotel.lock l where l.property_id = %(p)s and l.kind = 'guest' and l.released_at is null
           and (l.until_at is null or l.until_at > now.at)),
       (select uuid_send(r.release_id) from hotel.policy_release r where r.property_id = %(p)s and r.state = 'active'),
       array(select uuid_send(m.survivor_id) || uuid_send(m.absorbed_id) from hotel.guest_merge m
              where m.property_id = %(p)s and m.ended_at is null and m.joined_at is not null)
  from (select clock_timestamp() as at) now, ledger.head h, hotel.property p
 where h.property_id = %(p)s and p.property_id = %(p)s

-- name: claims
-- What makes a fact true for one guest beyond the running stay: guest, fact, person, session, purpose, groups, end, row; and of an
-- approval the policy it was asked under, the roles that said yes, how many must, and how often it may still be used. Only what is open: a handful.
select uuid_send(c.guest_id), c.fact, c.staff, c.session, c.purpose, c.groups, c.until_at, c.ref, c.policy, c.roles, c.quorum, c.uses from (
  select g.guest_id, 'case_open' as fact, ''::bytea as staff, ''::bytea as session, f.purpose, 255 as groups, 0::bigint as until_at,
         uuid_send(f.case_id) as ref, ''::bytea as policy, array[]::text[] as roles, 0 as quorum, 0 as uses
    from hotel.case_file f join hotel.case_guest g on g.property_id = %(p)s and g.case_id = f.case_id
   where f.property_id = %(p)s and f.closed_at is null
  union all
  select r.guest_id, 'assigned', uuid_send(r.assigned_to), '', '', 255, 0, uuid_send(r.request_id), '', array[]::text[], 0, 0
    from hotel.service_request r where r.property_id = %(p)s and r.closed_at is null and r.assigned_to is not null
  union all
  select s.guest_id, 'fresh_passkey', '', uuid_send(s.session_id), s.purpose, s.groups, extract(epoch from s.until_at)::bigint,
         uuid_send(s.step_up_id), '', array[]::text[], 0, 0
    from keys.step_up s where s.property_id = %(p)s and s.until_at > clock_timestamp()
  union all
  select q.guest_id, q.fact, uuid_send(q.requester_id), '', q.purpose, q.groups, extract(epoch from q.grant_until_at)::bigint,
         uuid_send(q.request_id), q.policy,
         array(select v.as_role from hotel.approval_vote v where v.property_id = %(p)s and v.request_id = q.request_id and v.vote), q.quorum::int, q.uses_max - q.uses
    from hotel.access_request q where q.property_id = %(p)s and q.state = 'approved' and q.grant_until_at > clock_timestamp()
  union all
  select e.guest_id, 'emergency', uuid_send(e.staff_id), uuid_send(e.session_id), 'emergency', e.groups,
         extract(epoch from e.until_at)::bigint, uuid_send(e.emergency_id), '', array[]::text[], 0, 0
    from hotel.emergency e where e.property_id = %(p)s and e.ended_at is null) c

-- name: consents
-- Which of these guests consent, as their last word says, to whichever of their joined records it was said: guest, fact, row. Read only where
-- an ask is for a purpose that rests on a consent, and remembered as the staff are.
select uuid_send(u.id), case k.kind when 'marketing' then 'consent_mkt' else 'consent_ana' end, uuid_send(c.consent_id)
  from unnest(%(guests)b::uuid[]) as u (id)
 cross join (values ('marketing'), ('analytics')) as k (kind)
 cross join lateral (
    select c.given, c.consent_id from hotel.consent c
     where c.property_id = %(p)s and c.guest_id in (select hotel.joined_records(%(p)s, u.id)) and c.kind = k.kind
     order by c.at desc, c.no desc limit 1) c
 where c.given

-- name: use_approval
-- One use of an approval, by whoever is first.
select 1 from hotel.use_approval(%(p)s, %(use)s) as used where used = 1

-- name: waiting_changes
-- Captured changes of facts that no round has entered yet, oldest first, with the digest of what changed.
select change_id, fact, op, by_role, row_count, extract(epoch from at)::bigint,
       sha256(convert_to(rows::text || coalesce(rows_before::text, ''), 'UTF8')) as digest
  from ledger.fact_change
 where property_id = %(p)s and entry_idx is null
 order by at
 limit 256

-- name: record_round
-- The round's one write: head, entries, counts, and the sealed boxes of what the entries allow.
select entry_no, boxes, versions from ledger.record_round($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
  $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)

-- name: head
-- The committed head of one property's ledger.
select origin, vkey, size, root, stack from ledger.head where property_id = %(p)s

-- name: present_house
-- Sealed identity and contact of everyone in the present house, for the search entered under this request.
select uuid_send(guest_id), identity, identity_version, contact, contact_version, uuid_send(key_id), wrapped,
       uuid_send(stay_id), room_number, arrival, departure, state, incognito
  from vault.present_house(%(p)s, %(request)s, %(back_days)s)

-- name: holders
-- Who holds an exact value, for the search entered under this request.
select uuid_send(holders) from vault.holders(%(p)s, %(request)s, %(token)s)

-- name: near_stay
-- One stay of each guest, the nearest to now, for the list of hits.
select distinct on (o.guest_id) uuid_send(o.guest_id), uuid_send(s.stay_id)
  from unnest(%(guests)b::uuid[]) as g (id)
  join hotel.occupant o on o.property_id = %(p)s and o.guest_id = g.id
  join hotel.stay s on s.property_id = %(p)s and s.stay_id = o.stay_id
 order by o.guest_id, case s.state when 'in_house' then 0 when 'confirmed' then 1 else 2 end, s.arrival desc
