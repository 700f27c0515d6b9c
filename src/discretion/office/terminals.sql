-- name: terminals
-- The shared terminals of a hotel, those in use on top.
select t.terminal_id, t.name, t.place, t.enrolled_at, t.ended_at, t.ended_why,
       coalesce(k.code_until_at > clock_timestamp(), false) as is_awaited
  from hotel.terminal t
  join hotel.terminal_secret k on k.property_id = %(property_id)s and k.terminal_id = t.terminal_id
 where t.property_id = %(property_id)s
 order by (t.ended_at is not null), t.name, t.added_at desc
 limit 500

-- name: add
-- A terminal that waits for its code; nothing when one of this name is there.
insert into hotel.terminal (property_id, terminal_id, name, place, added_by)
values (%(property_id)s, %(terminal_id)s, %(name)s, %(place)s, %(by_id)s)
on conflict do nothing

-- name: add_secret
-- Its one-time code, a hash.
insert into hotel.terminal_secret (property_id, terminal_id, code_hash, code_until_at)
values (%(property_id)s, %(terminal_id)s, decode(%(code_hash)s, 'hex'), clock_timestamp() + %(valid)s::interval)

-- name: renew_code
-- Another one-time code for a terminal that is in use; what it holds counts until the code is used.
update hotel.terminal_secret k set code_hash = decode(%(code_hash)s, 'hex'), code_until_at = clock_timestamp() + %(valid)s::interval
  from hotel.terminal t
 where k.property_id = %(property_id)s and k.terminal_id = %(terminal_id)s
   and t.property_id = %(property_id)s and t.terminal_id = k.terminal_id and t.ended_at is null

-- name: use_code
-- The terminal of this code, which works once; the machine's new secret takes the place of any older one. Asked at every hotel: a machine that is
-- being set up knows none.
update hotel.terminal_secret k
   set code_hash = null, code_until_at = null, secret_hash = sha256(uuid_send(k.property_id) || decode(%(random)s, 'hex')), previous_hash = null,
       seen_at = null
  from hotel.terminal t
 where k.code_hash = decode(%(code_hash)s, 'hex') and k.code_until_at > clock_timestamp()
   and t.property_id = k.property_id and t.terminal_id = k.terminal_id and t.ended_at is null
returning k.property_id, k.terminal_id

-- name: note_enrolled
-- The terminal is a machine now.
update hotel.terminal set enrolled_at = clock_timestamp() where property_id = %(property_id)s and terminal_id = %(terminal_id)s

-- name: terminal_of
-- The terminal that holds this secret, or held it last.
select t.terminal_id, t.name, t.place, k.secret_hash = decode(%(hash)s, 'hex') as is_current, k.seen_at is not null as is_seen,
       coalesce(k.seen_at < clock_timestamp() - %(grace)s::interval, false) as is_settled,
       exists (select 1 from hotel.lock l where l.property_id = %(property_id)s and l.target_id = t.terminal_id
                  and l.released_at is null and (l.until_at is null or l.until_at > clock_timestamp())) as is_locked
  from hotel.terminal_secret k
  join hotel.terminal t on t.property_id = %(property_id)s and t.terminal_id = k.terminal_id and t.ended_at is null
 where k.property_id = %(property_id)s and (k.secret_hash = decode(%(hash)s, 'hex') or k.previous_hash = decode(%(hash)s, 'hex'))

-- name: note_seen
-- The present secret has come back: the one before counts no longer.
update hotel.terminal_secret set seen_at = clock_timestamp()
 where property_id = %(property_id)s and terminal_id = %(terminal_id)s and secret_hash = decode(%(hash)s, 'hex') and seen_at is null

-- name: renew
-- Another secret in the place of the one that came; of two at once, one.
update hotel.terminal_secret set previous_hash = decode(%(hash)s, 'hex'), secret_hash = decode(%(new_hash)s, 'hex'), seen_at = null
 where property_id = %(property_id)s and terminal_id = %(terminal_id)s
   and (secret_hash = decode(%(hash)s, 'hex') or (previous_hash = decode(%(hash)s, 'hex') and seen_at is null))

-- name: end
-- The terminal is one no longer.
update hotel.terminal set ended_at = clock_timestamp(), ended_why = %(why)s
 where property_id = %(property_id)s and terminal_id = %(terminal_id)s and ended_at is null

-- name: tell_copied
-- Security and the administrators hear that a terminal's secret was copied.
insert into hotel.notice (property_id, to_role, kind, subject_id)
select %(property_id)s, r, 'terminal_copied', %(terminal_id)s from unnest(array['security', 'it_admin']) r

-- name: on_shift
-- Who has a shift now, by name.
select distinct t.staff_id, t.number, t.name
  from hotel.shift h
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = h.staff_id and t.active
 where h.property_id = %(property_id)s and h.ended_at is null
   and h.starts_at <= clock_timestamp() + interval '15 minutes' and h.ends_at > clock_timestamp()
 order by t.name, t.number
 limit 200

-- name: holder
-- Whose badge this is.
select t.staff_id, t.number, t.name from hotel.badge b
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = b.staff_id and t.active
 where b.property_id = %(property_id)s and b.number = %(number)s and b.active

-- name: person
-- Somebody who works here.
select t.staff_id, t.number, t.name from hotel.staff t
 where t.property_id = %(property_id)s and t.staff_id = %(staff_id)s and t.active
