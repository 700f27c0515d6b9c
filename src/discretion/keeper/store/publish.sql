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

-- name: newest_checkpoint
-- The newest checkpoint kept, with its size.
select size, note from ledger.checkpoint where property_id = %(p)s order by size desc limit 1
