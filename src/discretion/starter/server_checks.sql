-- name: settings
-- What the promise "acknowledged is kept" rests on.
select name, setting from pg_settings
 where name in ('fsync', 'full_page_writes', 'data_checksums', 'synchronous_commit', 'server_encoding')
