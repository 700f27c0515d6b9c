-- Records of one person: what the keeper reads and writes of links between them, each under an entry of both.

-- name: sharers
-- Who else holds a value of this record, for the search entered under this request.
select token, uuid_send(guest_id) from vault.sharers(%(p)s, %(request)s, %(guest)s)

-- name: to_compare
-- What says which values those are.
select contact, contact_version, document, document_version, uuid_send(key_id), wrapped from vault.to_compare(%(p)s, %(request)s, %(guest)s)

-- name: merge
-- A link as it stands: survivor, absorbed, who asked, and whether it is joined; none that has ended.
select uuid_send(m.survivor_id), uuid_send(m.absorbed_id), uuid_send(m.asked_by), m.joined_at is not null from hotel.guest_merge m
 where m.property_id = %(p)s and m.merge_id = %(merge)s and m.ended_at is null

-- name: merge_fault
-- Why two records cannot be joined now.
select hotel.merge_fault(%(p)s, %(survivor)s, %(absorbed)s, %(but)s)

-- name: ask_merge
-- A link asked for.
select 1 where hotel.ask_merge(%(p)s, %(merge)s, %(survivor)s, %(absorbed)s, %(groups)s, %(why)s, %(words)s, %(staff)s) = 1

-- name: tell_seconds
-- A notice to one role that may join what was asked for.
insert into hotel.notice (property_id, to_role, kind, subject_id, details) values (%(p)s, %(role)s, 'merge_asked', %(merge)s, '{}')

-- name: join_records
-- Joined by the second person; refused for the first.
select 1 where hotel.join_records(%(p)s, %(merge)s, %(staff)s) = 1

-- name: part_records
-- The end of it.
select 1 where hotel.part_records(%(p)s, %(merge)s, %(staff)s, %(why)s) = 1
