-- name: tell
-- That one was told, and how; nothing where it was before.
insert into hotel.rights_told (property_id, case_id, processor_id, act, on_day, how, by_id)
values (%(property_id)s, %(case_id)s, %(processor_id)s, 'told', %(on_day)s, %(how)s, %(staff_id)s)
on conflict do nothing

-- name: confirm
-- That it confirmed; nothing where it had before.
insert into hotel.rights_told (property_id, case_id, processor_id, act, on_day, reference, by_id)
values (%(property_id)s, %(case_id)s, %(processor_id)s, 'confirmed', %(on_day)s, %(reference)s, %(staff_id)s)
on conflict do nothing

-- name: today
-- The hotel's own day.
select hotel.today(%(property_id)s) as day

-- name: unconfirmed
-- Who was told and has not confirmed, the longest wait first.
select c.number, k.name, k.kind, t.on_day as told_on, t.how, (select hotel.today(%(property_id)s)) - t.on_day as days
  from hotel.rights_told t
  join hotel.rights_concern k on k.property_id = %(property_id)s and k.case_id = t.case_id and k.processor_id = t.processor_id
  join hotel.case_file c on c.property_id = %(property_id)s and c.case_id = t.case_id
 where t.property_id = %(property_id)s and t.act = 'told'
   and not exists (select 1 from hotel.rights_told f
                    where f.property_id = %(property_id)s and f.case_id = t.case_id and f.processor_id = t.processor_id and f.act = 'confirmed')
 order by t.on_day, c.number, k.name limit 100
