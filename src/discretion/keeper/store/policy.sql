-- name: releases
-- Every release that is or was in force, or is signed and waits, with its exact bytes, oldest first.
select uuid_send(r.release_id), r.hash, t.body, uuid_send(r.author_id), r.kind, r.previous, uuid_send(r.previous_id),
       extract(epoch from r.activate_at)::bigint, r.state, floor(extract(epoch from r.at))::bigint
  from hotel.policy_release r join hotel.policy_text t on t.property_id = %(p)s and t.hash = r.hash
 where r.property_id = %(p)s and r.state in ('signed', 'active', 'superseded') order by r.number

-- name: signatures
-- Their signatures.
select uuid_send(s.release_id), uuid_send(s.signer_id), s.as_role, s.public_key, s.signature, coalesce(s.nonce, '') from hotel.release_signature s
 where s.property_id = %(p)s order by s.at

-- name: signers
-- The registered keys. One that has ended still stands behind what it signed before: the database took no later signature.
select uuid_send(signer_id), role, public_key, kind, coalesce(passkey, ''), coalesce(rp_id, ''), coalesce(origin, '')
  from hotel.policy_signer where property_id = %(p)s

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
   and o.from_on <= (select hotel.today(%(p)s)) and (o.until_on is null or o.until_on >= (select hotel.today(%(p)s)))
 where t.property_id = %(p)s and t.number = %(number)s and t.active limit 1
returning uuid_send(signer_id)

-- name: end_signer
-- A key that shall sign no more.
select hotel.end_signer(%(p)s, %(public_key)s)

-- name: add_passkeys
-- Every passkey of somebody who works here and holds the role: each may sign releases from now on, unless it is registered already.
insert into hotel.policy_signer (property_id, public_key, signer_id, role, kind, credential_id, passkey, rp_id, origin)
select t.property_id, sha256(c.public_key), t.staff_id, o.role, 'passkey', c.credential_id, c.public_key, %(rp_id)s, %(origin)s
  from hotel.staff t
  join hotel.staff_role o on o.property_id = %(p)s and o.staff_id = t.staff_id and o.role = %(role)s
   and o.from_on <= (select hotel.today(%(p)s)) and (o.until_on is null or o.until_on >= (select hotel.today(%(p)s)))
  join keys.credential c on c.property_id = %(p)s and c.staff_id = t.staff_id and c.revoked_at is null
   and (c.rests_until is null or c.rests_until <= clock_timestamp())
 where t.property_id = %(p)s and t.number = %(number)s and t.active
on conflict do nothing
returning uuid_send(signer_id)

-- name: add_demo_signer
-- In a demo nobody has a passkey: whoever acts in the role signs, and the keeper of a demo alone takes it for one.
insert into hotel.policy_signer (property_id, public_key, signer_id, role, kind)
values (%(p)s, sha256(uuid_send(%(staff)s) || convert_to(%(role)s, 'UTF8')), %(staff)s, %(role)s, 'demo')
on conflict do nothing

-- name: open_release
-- A release that takes signatures.
select uuid_send(r.release_id), r.hash, ''::bytea, uuid_send(r.author_id), r.kind, r.previous, uuid_send(r.previous_id),
       extract(epoch from r.activate_at)::bigint
  from hotel.policy_release r where r.property_id = %(p)s and r.release_id = %(release)s and r.state in ('proposed', 'signed')

-- name: signer
-- The key with which somebody signs in a role: of a passkey, this very one.
select uuid_send(s.signer_id), s.role, s.public_key, s.kind, coalesce(s.passkey, ''), coalesce(s.rp_id, ''), coalesce(s.origin, '')
  from hotel.policy_signer s
 where s.property_id = %(p)s and s.signer_id = %(staff)s and s.role = %(role)s and s.ended_at is null
   and (s.credential_id = %(credential_id)s or (s.kind = 'demo' and %(credential_id)s = ''::bytea))

-- name: add_signature
-- A signature, in the round of its entry; nothing where its signer lost the role, wrote the release or has signed it, or it takes none.
insert into hotel.release_signature (property_id, release_id, signer_id, as_role, public_key, signature, nonce)
select r.property_id, r.release_id, s.signer_id, s.role, s.public_key, %(signature)s, %(nonce)s
  from hotel.policy_release r
  join hotel.policy_signer s on s.property_id = %(p)s and s.public_key = %(public_key)s and s.signer_id <> r.author_id and s.ended_at is null
  join hotel.staff t on t.property_id = %(p)s and t.staff_id = s.signer_id and t.active
 where r.property_id = %(p)s and r.release_id = %(release)s and r.state in ('proposed', 'signed')
   and exists (select 1 from hotel.staff_role o where o.property_id = %(p)s and o.staff_id = s.signer_id and o.role = s.role
                  and o.from_on <= (select hotel.today(%(p)s)) and (o.until_on is null or o.until_on >= (select hotel.today(%(p)s))))
on conflict do nothing
