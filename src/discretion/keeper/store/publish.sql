-- name: last_checkpoint
-- The size of the newest checkpoint that was kept.
select coalesce(max(size), -1) from ledger.checkpoint where property_id = %(p)s

-- name: add_checkpoint
-- Keep a signed checkpoint; the same head signed again gives the same bytes.
insert into ledger.checkpoint (property_id, size, note) values (%(p)s, %(size)s, %(note)s) on conflict (property_id, size) do nothing

-- name: tiles_kept
-- How many full tiles of a level are kept: they are made in order, so the next is the first that is not.
select coalesce(max(n), -1) + 1 from ledger.tile where property_id = %(p)s and level = %(level)s::smallint

-- name: leaf_hashes
-- The hashes of a run of entries, in order.
select leaf_hash from ledger.entry where property_id = %(p)s and idx >= %(first)s and idx < %(end)s order by idx

-- name: tile_roots
-- The hashes that a run of tiles has in the level above, in order.
select root from ledger.tile where property_id = %(p)s and level = %(level)s::smallint and n >= %(first)s and n < %(end)s order by n

-- name: add_tiles
-- Keep tiles; those that another keeper made meanwhile are the same.
insert into ledger.tile (property_id, level, n, root, data)
select %(p)s, %(level)s::smallint, u.n, u.root, u.data from unnest(%(numbers)s::bigint[], %(roots)b::bytea[], %(datas)b::bytea[]) as u (n, root, data)
    on conflict (property_id, level, n) do nothing

-- name: tiles
-- A run of tiles of a level, in order.
select n, root, data from ledger.tile where property_id = %(p)s and level = %(level)s::smallint and n >= %(first)s and n < %(end)s order by n

-- name: checkpoint
-- The signed checkpoint of one size.
select note from ledger.checkpoint where property_id = %(p)s and size = %(size)s

-- name: add_cosignatures
-- Keep the lines of witnesses, each once.
insert into ledger.cosignature (property_id, size, witness, line, at)
select %(p)s, %(size)s, u.witness, u.line, to_timestamp(u.at) from unnest(%(witnesses)s::text[], %(lines)s::text[], %(at)s::bigint[]) as u (witness, line, at)
    on conflict (property_id, size, witness) do nothing returning 1

-- name: cosigned_at
-- A checkpoint with every line that is kept of it.
select c.size, convert_from(c.note, 'UTF8') || coalesce((select string_agg(s.line || E'\n', '' order by s.witness) from ledger.cosignature s
         where s.property_id = %(p)s and s.size = c.size), '')
  from ledger.checkpoint c where c.property_id = %(p)s and c.size = %(size)s

-- name: cosigned
-- The newest checkpoints that witnesses have cosigned, oldest first, each with every line that is kept of it.
select c.size, convert_from(c.note, 'UTF8') || (select string_agg(s.line || E'\n', '' order by s.witness) from ledger.cosignature s
         where s.property_id = %(p)s and s.size = c.size)
  from ledger.checkpoint c
 where c.property_id = %(p)s and c.size in (
   select distinct s.size from ledger.cosignature s where s.property_id = %(p)s order by s.size desc limit 100)
 order by c.size

-- name: newest_checkpoint
-- The newest checkpoint kept, with its size.
select size, note from ledger.checkpoint where property_id = %(p)s order by size desc limit 1

-- name: closed_checkpoint
-- The key of a closed ledger, and its newest checkpoint with its size.
select h.vkey, coalesce(c.size, -1), coalesce(c.note, '') from ledger.closed_head h
  left join lateral (select k.size, k.note from ledger.closed_checkpoint k where k.property_id = %(p)s and k.number = %(closed)s
                      order by k.size desc limit 1) c on true
 where h.property_id = %(p)s and h.number = %(closed)s

-- name: closed_leaf_hashes
-- The hashes of a run of a closed ledger's entries, in order.
select leaf_hash from ledger.closed_entry where property_id = %(p)s and number = %(closed)s and idx >= %(first)s and idx < %(end)s order by idx

-- name: closed_tile_roots
-- The hashes that a run of a closed ledger's tiles has in the level above, in order.
select root from ledger.closed_tile
 where property_id = %(p)s and number = %(closed)s and level = %(level)s::smallint and n >= %(first)s and n < %(end)s order by n
