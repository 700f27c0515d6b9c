-- name: releases
-- Every release of a property, newest first.
select r.release_id, r.number, r.hash, r.author_id, t.name as author, r.kind, r.engine, r.previous, r.previous_id, r.activate_at, r.note, r.report::text as report,
       r.state, r.at, r.activated_at, r.ended_at
  from hotel.policy_release r join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = r.author_id
 where r.property_id = %(property_id)s order by r.number desc limit 500

-- name: signatures
-- The signatures of all of them, in the order made.
select s.release_id, s.signer_id, t.name, s.as_role, s.public_key, s.signature, s.at, k.kind as key_kind from hotel.release_signature s
  join hotel.policy_signer k on k.property_id = %(property_id)s and k.public_key = s.public_key
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = s.signer_id
 where s.property_id = %(property_id)s order by s.at

-- name: signers
-- The registered keys.
select s.public_key, s.signer_id, t.number, t.name, s.role, s.at, s.ended_at, s.kind as key_kind from hotel.policy_signer s
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = s.signer_id
 where s.property_id = %(property_id)s order by s.at

-- name: texts
-- The exact bytes behind hashes.
select hash, body from hotel.policy_text where property_id = %(property_id)s

-- name: active
-- The release in force, with its exact bytes.
select r.release_id, r.number, r.hash, t.body, r.activated_at,
       array(select s.as_role from hotel.release_signature s where s.property_id = %(property_id)s and s.release_id = r.release_id order by s.as_role) as roles
  from hotel.policy_release r join hotel.policy_text t on t.property_id = %(property_id)s and t.hash = r.hash
 where r.property_id = %(property_id)s and r.state = 'active'

-- name: coming
-- The release that is signed and comes next into force, if any.
select r.number, r.kind, r.activate_at, r.previous, r.hash, t.body from hotel.policy_release r
  join hotel.policy_text t on t.property_id = %(property_id)s and t.hash = r.hash
 where r.property_id = %(property_id)s and r.state = 'signed' order by r.activate_at, r.number limit 1

-- name: approvers
-- Who may approve here today: each active person and role.
select o.staff_id, o.role from hotel.staff_role o
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = o.staff_id and t.active
 where o.property_id = %(property_id)s and o.from_on <= (select hotel.today(%(property_id)s)) and (o.until_on is null or o.until_on >= (select hotel.today(%(property_id)s)))

-- name: put_text
-- Exact bytes, kept once.
insert into hotel.policy_text (property_id, hash, body)
select %(property_id)s, sha256(n.body), n.body from (select decode(%(body)s, 'hex') as body) n
on conflict do nothing

-- name: propose
-- A proposal, under the next number.
insert into hotel.policy_release (property_id, release_id, number, hash, author_id, kind, engine, previous, previous_id, activate_at, note, report)
select %(property_id)s, %(release_id)s, coalesce((select max(r.number) from hotel.policy_release r where r.property_id = %(property_id)s), 0) + 1,
       decode(%(hash)s, 'hex'), %(author_id)s, %(kind)s, %(engine)s, decode(%(previous)s, 'hex'), %(previous_id)s::uuid, %(activate_at)s, %(note)s, %(report)s::jsonb
returning number

-- name: sign
-- One person's signature.
insert into hotel.release_signature (property_id, release_id, signer_id, as_role, public_key, signature)
values (%(property_id)s, %(release_id)s, %(signer_id)s, %(as_role)s, decode(%(public_key)s, 'hex'), decode(%(signature)s, 'hex'))

-- name: withdraw
-- A release that is not in force yet is taken back.
select hotel.withdraw_release(%(property_id)s, %(release_id)s) as withdrawn
