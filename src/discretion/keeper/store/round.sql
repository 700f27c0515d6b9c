-- name: gather
-- Everything a round's asks rest on, in one snapshot. %(sessions)s: the distinct sessions; %(ask_session)s: for each ask the
-- position (from 1) of its session; %(guests)s: its guest or null; %(limited)s: the number of its purpose where that has a
-- daily limit of its own, else 0; %(requests)s: its request id. One row an ask, in the order asked.
with now as materialized (select clock_timestamp() as at),
place as materialized (
  select h.size, h.root, h.stack, p.business_date, (now.at at time zone p.time_zone)::date as today,
         extract(epoch from ((now.at at time zone p.time_zone)::date + 1)::timestamp at time zone p.time_zone)::bigint as midnight,
         extract(epoch from now.at)::bigint as now_s, now.at,
         exists (select 1 from ledger.fact_change c where c.property_id = %(p)s and c.entry_idx is null) as changes_wait
    from now, ledger.head h, hotel.property p
   where h.property_id = %(p)s and p.property_id = %(p)s),
session as materialized (
  select u.ord, s.session_id, s.staff_id, coalesce(s.duty, '') as duty,
         extract(epoch from s.seen_at)::bigint as seen_s, extract(epoch from s.ends_at)::bigint as ends_s,
         s.ended_at is not null or not t.active as is_over, s.demo,
         coalesce(extract(epoch from (select max(h.ends_at) from hotel.shift h
            where h.property_id = %(p)s and h.staff_id = s.staff_id and h.ends_at > place.at and h.starts_at <= place.at
              and h.ended_at is null and h.duty = s.duty)), 0)::bigint as shift_s,
         coalesce(extract(epoch from (select least(e.at + interval '14 hours',
                coalesce((select max(h.ends_at) from hotel.shift h where h.property_id = %(p)s and h.staff_id = s.staff_id
                            and h.starts_at <= place.at and h.ended_at is null) + interval '30 minutes', e.at + interval '14 hours'))
            from (select q.direction, q.at from hotel.presence q where q.property_id = %(p)s and q.staff_id = s.staff_id
                   order by q.at desc limit 1) e
           where e.direction = 'in')), 0)::bigint as badge_s,
         coalesce(extract(epoch from ((select max(g.valid_until) from hotel.training g
            where g.property_id = %(p)s and g.staff_id = s.staff_id) + 1)::timestamp), 0)::bigint as trained_s,
         exists (select 1 from hotel.lock l where l.property_id = %(p)s and l.target_id in (s.staff_id, s.session_id)
                   and l.released_at is null and (l.until_at is null or l.until_at > place.at)) as is_locked,
         k.key_id as staff_key_id, k.wrapped as staff_wrapped,
         coalesce((select u.clear from keys.usage_day u where u.property_id = %(p)s and u.staff_id = s.staff_id
                      and u.day = place.today and u.purpose = 0), 0) as day_clear,
         coalesce((select u.masked from keys.usage_day u where u.property_id = %(p)s and u.staff_id = s.staff_id
                      and u.day = place.today and u.purpose = 0), 0) as day_masked
    from place cross join unnest(%(sessions)b::uuid[]) with ordinality as u (id, ord)
    join keys.session s on s.property_id = %(p)s and s.session_id = u.id
    join hotel.staff t on t.property_id = %(p)s and t.staff_id = s.staff_id
    left join keys.staff_key k on k.property_id = %(p)s and k.staff_id = s.staff_id)
select a.n, place.size, place.root, place.stack, place.now_s, place.midnight, place.today, place.changes_wait,
       uuid_send(session.session_id), uuid_send(session.staff_id), session.duty, session.seen_s, session.ends_s, session.is_over,
       session.shift_s, session.badge_s, session.trained_s, session.is_locked, uuid_send(session.staff_key_id), session.staff_wrapped,
       session.day_clear, session.day_masked,
       uuid_send(k.key_id), k.wrapped, k.tag_epoch, q.seq, q.last_idx,
       coalesce(near.relation, 'none'), near.days,
       case v.age when 'adult' then false when 'minor' then coalesce(v.minor_until > place.today, true) else true end as is_minor,
       coalesce((select bit_or(case m.kind when 'sealed' then 1 when 'restriction' then 2 when 'hold' then 4 else 0 end) from hotel.mark m
          where m.property_id = %(p)s and m.guest_id = a.guest and m.ended_at is null and (m.until_at is null or m.until_at > place.at)), 0) as marks,
       exists (select 1 from hotel.lock l where l.property_id = %(p)s and l.target_id = a.guest
                 and l.released_at is null and (l.until_at is null or l.until_at > place.at)) as guest_locked,
       coalesce((select u.level from keys.usage_seen u where u.property_id = %(p)s and u.staff_id = session.staff_id
                    and u.day = place.today and u.purpose = 0 and u.guest_id = a.guest), 0),
       case when a.limited = 0 then 0 else coalesce((select u.level from keys.usage_seen u where u.property_id = %(p)s
                    and u.staff_id = session.staff_id and u.day = place.today and u.purpose = a.limited and u.guest_id = a.guest), 0) end,
       case when a.limited = 0 then 0 else coalesce((select u.clear from keys.usage_day u where u.property_id = %(p)s
                    and u.staff_id = session.staff_id and u.day = place.today and u.purpose = a.limited), 0) end,
       e.idx, v.version
  from place cross join unnest(%(ask_session)b::int[], %(guests)b::uuid[], %(limited)b::smallint[], %(requests)b::uuid[])
         with ordinality as a (session_ord, guest, limited, request, n)
  left join session on session.ord = a.session_ord
  left join keys.guest_key k on k.property_id = %(p)s and k.guest_id = a.guest
  left join ledger.sequence q on q.property_id = %(p)s and q.guest_id = a.guest and q.tag_epoch = k.tag_epoch
  left join vault.record v on v.property_id = %(p)s and v.guest_id = a.guest
  left join lateral (
    select case when y.state = 'in_house' then 'in_house' when y.state = 'confirmed' then 'arriving' else 'departed' end as relation,
           case when y.state = 'checked_out' then place.business_date - coalesce(y.left_on, y.departure) end as days
      from hotel.occupant o join hotel.stay y on y.property_id = %(p)s and y.stay_id = o.stay_id
     where o.property_id = %(p)s and o.guest_id = a.guest and o.state <> 'cancelled'
       and (y.state in ('in_house', 'checked_out')
            or (y.state = 'confirmed' and y.arrival <= place.business_date and y.departure >= place.business_date))
     order by case y.state when 'in_house' then 0 when 'confirmed' then 1 else 2 end, coalesce(y.left_on, y.departure) desc
     limit 1) near on true
  left join ledger.entry e on e.property_id = %(p)s and e.request_id = a.request
 order by a.n

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
select entry_no, boxes, versions from ledger.record_round(
  %(p)s, %(old_size)s, %(old_root)s, %(new_size)s, %(new_root)s, %(new_stack)s,
  %(leaves)b::bytea[], %(hashes)b::bytea[], %(requests)b::uuid[], %(guest_keys)b::uuid[], %(staff_keys)b::uuid[],
  %(guest_parts)b::bytea[], %(staff_parts)b::bytea[], %(context_parts)b::bytea[],
  %(seq_guests)b::uuid[], %(seq_epochs)b::int[], %(seq_values)b::bigint[], %(seq_idx)b::bigint[],
  %(seen_staff)b::uuid[], %(seen_day)s::date, %(seen_purpose)b::smallint[], %(seen_guests)b::uuid[], %(seen_levels)b::smallint[],
  %(day_staff)b::uuid[], %(day_purpose)b::smallint[], %(day_clear)b::int[], %(day_masked)b::int[],
  %(changes)b::uuid[], %(change_idx)b::bigint[], %(open_guests)b::uuid[], %(open_groups)b::int[])

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

-- name: house
-- The head and the day, for a round that has no asks and only enters captured changes.
select h.size, h.root, h.stack, (clock_timestamp() at time zone p.time_zone)::date, extract(epoch from clock_timestamp())::bigint,
       exists (select 1 from ledger.fact_change c where c.property_id = %(p)s and c.entry_idx is null)
  from ledger.head h join hotel.property p on p.property_id = h.property_id
 where h.property_id = %(p)s
