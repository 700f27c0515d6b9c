-- name: releases
-- Every release that is or was in force, or is signed and waits, with its exact bytes, oldest first.
select uuid_send(r.release_id), r.hash, t.body, uuid_send(r.author_id), r.kind, r.previous, uuid_send(r.previous_id),
       extract(epoch from r.activate_at)::bigint, r.state
  from hotel.policy_release r join hotel.policy_text t on t.property_id = %(p)s and t.hash = r.hash
 where r.property_id = %(p)s and r.state in ('signed', 'active', 'superseded') order by r.number

-- name: signatures
-- Their signatures.
select uuid_send(s.release_id), uuid_send(s.signer_id), s.as_role, s.public_key, s.signature from hotel.release_signature s
 where s.property_id = %(p)s order by s.at

-- name: signers
-- The registered keys. One that has ended still stands behind what it signed before: the database took no later signature.
select uuid_send(signer_id), role, public_key from hotel.policy_signer where property_id = %(p)s

-- name: text
-- The exact bytes behind a hash.
select body from hotel.policy_text where property_id = %(p)s and hash = %(hash)s

-- name: news
-- What is in force by the database, and the releases that are signed and due, the one whose moment came first on top.
select (select uuid_send(r.release_id) from hotel.policy_release r where r.property_id = %(p)s and r.state = 'active'),
       array(select uuid_send(r.release_id) from hotel.policy_release r where r.property_id = %(p)s and r.state = 'signed'
           and r.activate_at <= clock_timestamp() order by r.activate_at, r.number)

-- name: activate
-- A release comes into force, in the round of its entry.
select 1 where hotel.activate_release(%(p)s, %(release)s, %(before)s::uuid) = 1

-- name: add_signer
-- A key that may sign releases, of somebody who works here and holds the role.
insert into hotel.policy_signer (property_id, public_key, signer_id, role)
select t.property_id, %(public_key)s, t.staff_id, o.role from hotel.staff t
  join hotel.staff_role o on o.property_id = %(p)s and o.staff_id = t.staff_id and o.role = %(role)s
   and o.from_on <= current_date and (o.until_on is null or o.until_on >= current_date)
 where t.property_id = %(p)s and t.number = %(number)s and t.active limit 1
returning uuid_send(signer_id)

-- name: end_signer
-- A key that shall sign no more.
select hotel.end_signer(%(p)s, %(public_key)s)
