-- name: only_import
-- Whether this connection may import: one import at a time in an installation, until the connection ends.
select pg_try_advisory_lock(hashtextextended('discretion import', 0))

-- name: real_guests
-- Whether one of these properties has a guest who is not made up.
select exists (select 1 from unnest(%(ids)b) as p (id) join hotel.guest g on g.property_id = p.id where not g.generated)

-- name: forget_plans
-- Checks of foreign keys keep the plan of their first row. Made when the tables were next to empty, it takes any index that
-- begins with the property, and each check then reads the whole property: minutes instead of seconds.
discard plans

-- name: known_reservations
-- Which reservations are here already, in which version of the source.
select r.reservation_id, r.source_version from hotel.reservation r
 where r.property_id = %(property_id)s and r.reservation_id = any (%(ids)b)

-- name: known_guests
-- Which guests are here already.
select g.guest_id from hotel.guest g where g.property_id = %(property_id)s and g.guest_id = any (%(ids)b)

-- name: add_rooms
-- Rooms that the file names and nobody has entered; their floor and type are for the hotel to say.
insert into hotel.room (property_id, number)
select %(property_id)s, u.number from unnest(%(numbers)s::text[]) as u (number)
    on conflict (property_id, number) do nothing

-- name: copy_guests
-- New guests.
copy hotel.guest (property_id, guest_id, generated, source, source_id) from stdin (format binary)

-- name: copy_reservations
-- New reservations.
copy hotel.reservation (property_id, reservation_id, number, source, source_id, source_version, booked_on, status_on, lead_days,
  changes, waiting_days, market_segment, distribution_channel, agent, company, customer_type, deposit_type, country,
  country_as_given, repeated_guest, previous_cancellations, previous_kept, parking_spaces, special_requests, group_code)
from stdin (format binary)

-- name: copy_stays
-- New stays. One statement a batch, so that the triggers capture one change and not a thousand.
copy hotel.stay (property_id, stay_id, reservation_id, state, arrival, departure, actual_in_at, actual_out_at, left_on,
  checked_in_on, room_number, room_type_reserved, room_type_assigned, adults, children, babies, meal, rate, currency,
  expected_time, balance) from stdin (format binary)

-- name: copy_occupants
-- New places in stays.
copy hotel.occupant (property_id, stay_id, position, guest_id, state, is_primary, relation, guardian_reached, age_category)
from stdin (format binary)

-- name: update_reservations
-- Reservations of which the source has another version. Number and source stay.
update hotel.reservation r
   set source_version = n.source_version, booked_on = n.booked_on, status_on = n.status_on, lead_days = n.lead_days,
       changes = n.changes, waiting_days = n.waiting_days, market_segment = n.market_segment,
       distribution_channel = n.distribution_channel, agent = n.agent, company = n.company, customer_type = n.customer_type,
       deposit_type = n.deposit_type, country = n.country, country_as_given = n.country_as_given,
       repeated_guest = n.repeated_guest, previous_cancellations = n.previous_cancellations, previous_kept = n.previous_kept,
       parking_spaces = n.parking_spaces, special_requests = n.special_requests, group_code = n.group_code
  from jsonb_to_recordset(%(rows)s) as n (reservation_id uuid, source_version text, booked_on date, status_on date,
       lead_days int, changes int, waiting_days int, market_segment text, distribution_channel text, agent text, company text,
       customer_type text, deposit_type text, country text, country_as_given text, repeated_guest boolean,
       previous_cancellations int, previous_kept int, parking_spaces int, special_requests int, group_code text)
 where r.property_id = %(property_id)s and r.reservation_id = n.reservation_id

-- name: untouched
-- Which stays nobody at the desk has acted on: only those follow the file.
select s.stay_id from hotel.stay s
 where s.property_id = %(property_id)s and s.stay_id = any (%(ids)b)
   and not exists (select 1 from hotel.stay_act a where a.property_id = %(property_id)s and a.stay_id = s.stay_id)
   for update of s

-- name: known_stays
-- Which stays are here already.
select s.stay_id from hotel.stay s where s.property_id = %(property_id)s and s.stay_id = any (%(ids)b)

-- name: update_stays
-- Stays of which the source has another version.
update hotel.stay s
   set state = n.state, arrival = n.arrival, departure = n.departure, actual_in_at = n.actual_in_at,
       actual_out_at = n.actual_out_at, left_on = n.left_on, checked_in_on = n.checked_in_on, room_number = n.room_number,
       room_type_reserved = n.room_type_reserved, room_type_assigned = n.room_type_assigned, adults = n.adults,
       children = n.children, babies = n.babies, meal = n.meal, rate = n.rate, currency = n.currency,
       expected_time = n.expected_time, balance = n.balance, version = s.version + 1
  from jsonb_to_recordset(%(rows)s) as n (stay_id uuid, state text, arrival date, departure date, actual_in_at timestamptz,
       actual_out_at timestamptz, left_on date, checked_in_on date, room_number text, room_type_reserved text,
       room_type_assigned text, adults int, children int, babies int, meal text, rate numeric, currency text,
       expected_time time, balance numeric)
 where s.property_id = %(property_id)s and s.stay_id = n.stay_id

-- name: put_occupants
-- Places of changed stays: new ones are added, and one where nobody was named gets its person. Nobody is put out.
insert into hotel.occupant as o
  (property_id, stay_id, position, guest_id, state, is_primary, relation, guardian_reached, age_category)
select %(property_id)s, n.stay_id, n.position, n.guest_id, n.state, n.is_primary, n.relation, n.guardian_reached, n.age_category
  from jsonb_to_recordset(%(rows)s) as n (stay_id uuid, position smallint, guest_id uuid, state text, is_primary boolean,
       relation text, guardian_reached boolean, age_category text)
    on conflict (property_id, stay_id, position) do update
   set guest_id = coalesce(o.guest_id, excluded.guest_id), state = excluded.state,
       relation = case when o.guest_id is null then excluded.relation else o.relation end,
       guardian_reached = coalesce(o.guardian_reached, excluded.guardian_reached)
