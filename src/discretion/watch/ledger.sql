-- name: newest
-- The newest signed checkpoint of a ledger, and its key.
select c.size, c.note, h.vkey from ledger.checkpoint c join ledger.head h on h.property_id = c.property_id
 where c.property_id = %(property_id)s order by c.size desc limit 1

-- name: published
-- The checkpoint that outsiders are given, with the lines of its witnesses, and the ledger's key: the newest that a witness has cosigned,
-- or, where none has for two minutes, the newest.
with seen as (select s.size, s.at from ledger.cosignature s where s.property_id = %(property_id)s order by s.size desc limit 1)
select c.size, c.note || coalesce((select string_agg(convert_to(s.line || E'\n', 'UTF8'), ''::bytea order by s.witness) from ledger.cosignature s
         where s.property_id = %(property_id)s and s.size = c.size), ''::bytea), h.vkey
  from ledger.checkpoint c join ledger.head h on h.property_id = c.property_id
 where c.property_id = %(property_id)s
   and c.size = coalesce((select seen.size from seen where seen.at > clock_timestamp() - interval '2 minutes'),
                         (select max(n.size) from ledger.checkpoint n where n.property_id = %(property_id)s))

-- name: leaves
-- A run of entries, in order: what each commits to, and its hash.
select leaf, leaf_hash from ledger.entry where property_id = %(property_id)s and idx >= %(first)s and idx < %(end)s order by idx

-- name: tile
-- One full tile, where it is kept.
select data from ledger.tile where property_id = %(property_id)s and level = %(level)s::smallint and n = %(n)s

-- name: roots
-- The hashes that a run of tiles has in the level above, in order.
select root from ledger.tile where property_id = %(property_id)s and level = %(level)s::smallint and n >= %(first)s and n < %(end)s order by n

-- name: cosigned
-- By witness, the largest size it has cosigned, and when.
select distinct on (witness) witness, size, extract(epoch from at)::bigint from ledger.cosignature
 where property_id = %(property_id)s order by witness, size desc

-- name: ledger
-- A ledger's name and key, and the size of its newest checkpoint.
select h.origin, h.vkey, coalesce((select max(c.size) from ledger.checkpoint c where c.property_id = h.property_id), 0)
  from ledger.head h where h.property_id = %(property_id)s

-- name: origins
-- The origin of every ledger.
select property_id, origin from ledger.head order by property_id
