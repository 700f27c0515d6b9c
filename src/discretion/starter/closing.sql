-- name: is_waiting
-- Whether a ledger was closed and its successor has no entry yet: a closing that was interrupted.
select exists (select from ledger.closed_head c join ledger.head h using (property_id) where property_id = %(property_id)s and h.size = 0)

-- name: close
-- Close a ledger; an empty one with another key takes its place.
select ledger.close(%(property_id)s, %(origin)s, %(vkey)s, %(wrapped)s)
