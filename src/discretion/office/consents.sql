-- name: own_texts
-- The newest words that the hotel wrote itself, for each consent and language.
select distinct on (t.kind, t.language) t.kind, t.version, t.language, t.basis, t.title, t.words, t.effect
  from hotel.consent_text t
 where t.property_id = %(property_id)s and t.made_by is not null
 order by t.kind, t.language, t.valid_from desc, t.version desc

-- name: write_packaged
-- The product's words, in both languages, where the hotel has none of its own and they are not there yet.
insert into hotel.consent_text (property_id, kind, version, language, basis, title, words, effect)
select %(property_id)s, %(kind)s, %(version)s, n.language, %(basis)s, n.title, n.words, n.effect
  from unnest(%(languages)s::text[], %(titles)s::text[], %(words)s::text[], %(effects)s::text[]) as n (language, title, words, effect)
 where not exists (select 1 from hotel.consent_text t where t.property_id = %(property_id)s and t.kind = %(kind)s and t.made_by is not null)
on conflict do nothing

-- name: write_own
-- A version of the hotel's own, in both languages; nothing when there is one of that name.
insert into hotel.consent_text (property_id, kind, version, language, basis, title, words, effect, made_by)
select %(property_id)s, %(kind)s, %(version)s, n.language, %(basis)s, n.title, n.words, n.effect, %(made_by)s
  from unnest(%(languages)s::text[], %(titles)s::text[], %(words)s::text[], %(effects)s::text[]) as n (language, title, words, effect)
 where not exists (select 1 from hotel.consent_text t where t.property_id = %(property_id)s and t.kind = %(kind)s and t.version = %(version)s)

-- name: current
-- The last word of these guests, for each consent: many guests, one query.
select g.id as guest_id, c.kind, c.given, c.at, c.version, c.language, c.channel, c.guardian
  from unnest(%(guest_ids)s::uuid[]) as g (id)
 cross join unnest(%(kinds)s::text[]) as k (kind)
 cross join lateral (
    select c.kind, c.given, c.at, c.version, c.language, c.channel, c.guardian from hotel.consent c
     where c.property_id = %(property_id)s and c.guest_id = g.id and c.kind = k.kind order by c.no desc limit 1) c

-- name: history
-- Everything a guest said, newest first, with the title of the words and who recorded it.
select c.consent_id, c.kind, c.given, c.at, c.version, c.language, c.hash, c.channel, c.paper, c.signed_on, c.guardian, t.title, t.words, t.effect,
       coalesce(s.name, '') as staff_name
  from hotel.consent c
  join hotel.consent_text t on t.property_id = %(property_id)s and t.kind = c.kind and t.version = c.version and t.language = c.language
  left join hotel.staff s on s.property_id = %(property_id)s and s.staff_id = c.staff_id
 where c.property_id = %(property_id)s and c.guest_id = %(guest_id)s
 order by c.at desc limit 200

-- name: restrictions
-- Which marks restrict what is done with a record now.
select distinct m.kind from hotel.mark m
 where m.property_id = %(property_id)s and m.guest_id = %(guest_id)s and m.kind in ('restriction', 'hold') and m.ended_at is null
   and m.from_at <= clock_timestamp() and (m.until_at is null or m.until_at > clock_timestamp())
 order by 1

-- name: guest
-- Whether there is such a guest.
select 1 from hotel.guest g where g.property_id = %(property_id)s and g.guest_id = %(guest_id)s

-- name: record
-- What somebody said; the database says what is wrong with it, if anything.
select hotel.record_consent(%(property_id)s, %(consent_id)s, %(guest_id)s, %(kind)s, %(given)s, %(version)s, %(language)s,
                            %(channel)s, %(session_id)s, %(staff_id)s, %(paper)s, %(signed_on)s::date, %(guardian)s) as fault
