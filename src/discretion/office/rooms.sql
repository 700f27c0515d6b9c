-- name: hidden
-- Whether somebody in the stay `s` is incognito or sealed: then the board does not say who is there.
exists (select 1 from hotel.occupant o
          join hotel.mark m on m.property_id = o.property_id and m.guest_id = o.guest_id
         where o.property_id = %(property_id)s and o.stay_id = s.stay_id and m.kind in ('incognito', 'sealed')
           and m.ended_at is null and (m.until_at is null or m.until_at > clock_timestamp()))

-- name: board
-- Every room, who is in it, and who is due in with it today.
with house as materialized (
  select s.stay_id, s.room_number, s.departure, {hidden} as hidden,
         (select o.guest_id from hotel.occupant o
           where o.property_id = %(property_id)s and o.stay_id = s.stay_id and o.guest_id is not null and o.state <> 'cancelled'
           order by o.is_primary desc, o.position limit 1) as guest_id
    from hotel.stay s where s.property_id = %(property_id)s and s.state = 'in_house' and s.room_number is not null),
due as materialized (
  select distinct on (s.room_number) s.stay_id, s.room_number, {hidden} as hidden
    from hotel.stay s
   where s.property_id = %(property_id)s and s.state = 'confirmed' and s.room_number is not null
     and s.arrival <= (select p.business_date from hotel.property p where p.property_id = %(property_id)s)
     and s.departure >= (select p.business_date from hotel.property p where p.property_id = %(property_id)s)
   order by s.room_number, s.arrival)
select r.number, r.floor, r.type, r.state, case when not i.hidden then i.stay_id end as stay_id,
       case when not i.hidden then i.guest_id end as guest_id,
       coalesce(i.departure <= p.business_date, false) as due_out, case when not d.hidden then d.stay_id end as arrival_stay_id
  from hotel.property p
  join hotel.room r on r.property_id = %(property_id)s
  left join house i on i.room_number = r.number
  left join due d on d.room_number = r.number
 where p.property_id = %(property_id)s
 order by r.floor, length(r.number), r.number
 limit 5000

-- name: free
-- Rooms that nobody has for any of these nights, those that are ready first.
select r.number, r.floor, r.type, r.state, null::uuid as stay_id, null::uuid as guest_id, false as due_out,
       null::uuid as arrival_stay_id
  from hotel.property p
  join hotel.room r on r.property_id = %(property_id)s
 where p.property_id = %(property_id)s and r.state not in ('OOO', 'OOS')
   and (%(room_type)s = '' or r.type = %(room_type)s)
   and not exists (
     select 1 from hotel.stay s
      where s.property_id = %(property_id)s and s.room_number = r.number and s.state in ('confirmed', 'in_house')
        and s.arrival < greatest(%(departure)s::date, %(arrival)s::date + 1)
        and %(arrival)s::date < greatest(s.departure,
              case s.state when 'in_house' then p.business_date else s.arrival + 1 end))
   and (%(arrival)s::date > p.business_date or not exists (
     select 1 from hotel.stay s
      where s.property_id = %(property_id)s and s.room_number = r.number and s.state = 'in_house'))
 order by array_position(array['VI', 'VC', 'VD', 'OC', 'OD'], r.state), length(r.number), r.number
 limit 500

-- name: state
-- The state of one room, held for a change, and whether somebody is in it.
select r.state, exists (select 1 from hotel.stay s where s.property_id = %(property_id)s and s.room_number = r.number
                           and s.state = 'in_house') as is_occupied
  from hotel.room r where r.property_id = %(property_id)s and r.number = %(number)s for update

-- name: set_state
-- The state of one room.
update hotel.room set state = %(state)s where property_id = %(property_id)s and number = %(number)s

-- name: add
-- New rooms; those that are there stay as they are.
insert into hotel.room (property_id, number, floor, type, state)
select %(property_id)s, u.* from unnest(%(numbers)s::text[], %(floors)s::text[], %(types)s::text[], %(states)s::text[]) as u
on conflict do nothing
