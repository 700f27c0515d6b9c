-- name: copies
-- The sealed copies of a stay's people, newest first, with the records that hold their parts. One is undone when the check-in or check-out that
-- it was made at was undone after it.
select c.guest_id, c.version, c.occasion, c.reason, min(c.at) as at, coalesce(max(t.name), '') as by_name, coalesce(min(o.position), 0)::int as position,
       exists (select 1 from hotel.stay_act a
                where a.property_id = %(property_id)s and a.stay_id = %(stay_id)s and a.at >= min(c.at)
                  and a.act = case c.occasion when 'check_out' then 'undo_check_out' else 'undo_check_in' end) as is_undone,
       array_agg(c.record_id order by c.record_id) as record_ids, array_agg(c.record_version order by c.record_id) as record_versions,
       array_agg(c.groups order by c.record_id) as record_groups
  from hotel.stay_copy c
  left join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = c.by_id
  left join hotel.occupant o on o.property_id = %(property_id)s and o.stay_id = %(stay_id)s and o.guest_id = c.guest_id
 where c.property_id = %(property_id)s and c.stay_id = %(stay_id)s
 group by c.guest_id, c.version, c.occasion, c.reason
 order by position, c.guest_id, c.version desc
