-- name: approvals
-- Requests for approval that concern somebody: their own, and those that a role of theirs, or a deputised one, is told of. Open ones first.
-- $roles are the duty of this sign-in; whoever is deputised for is found here.
with roles as (
  select %(duty)s::text as role
  union
  select d.role from hotel.deputy d
   where d.property_id = %(property_id)s and d.to_id = %(staff_id)s and d.accepted_at is not null and d.ended_at is null
     and d.from_at <= clock_timestamp() and d.until_at > clock_timestamp())
select q.request_id, q.requester_id, t.name as requester_name, q.requester_duty, q.guest_id, q.purpose, q.groups, q.rule, q.fact, q.reason, q.reference,
       q.quorum::int, case when q.state = 'pending' and q.ask_until_at <= clock_timestamp() then 'expired'
                    when q.state = 'approved' and q.grant_until_at <= clock_timestamp() then 'expired' else q.state end as state,
       q.why, q.asked_at, q.ask_until_at, q.decided_at, q.grant_seconds, q.grant_until_at, q.uses_max, q.uses, coalesce(q.entry_idx, -1) as entry_idx,
       q.requester_id <> %(staff_id)s as is_for_me,
       (select count(*)::int from hotel.approval_vote v where v.property_id = %(property_id)s and v.request_id = q.request_id and v.vote) as yes_count
  from hotel.access_request q
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = q.requester_id
 where q.property_id = %(property_id)s
   and (%(request_id)s::uuid is null or q.request_id = %(request_id)s)
   and (%(guest_id)s::uuid is null or q.guest_id = %(guest_id)s)
   and (q.requester_id = %(staff_id)s
        or exists (select 1 from hotel.notice n join roles r on r.role = n.to_role
                    where n.property_id = %(property_id)s and n.subject_id = q.request_id and n.kind = 'request_asked'))
   and q.asked_at > clock_timestamp() - interval '30 days'
 order by (q.state in ('pending', 'approved')) desc, q.asked_at desc
 limit 200

-- name: votes
-- The votes on one request, in the order given.
select t.name, v.as_role, coalesce(d.name, '') as for_name, v.vote as is_yes, v.note, v.at
  from hotel.approval_vote v
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = v.approver_id
  left join hotel.staff d on d.property_id = %(property_id)s and d.staff_id = v.for_id
 where v.property_id = %(property_id)s and v.request_id = %(request_id)s
 order by v.at

-- name: deputies
-- Deputies that somebody named or is, those that count on top.
select d.deputy_id, d.from_id, f.name as from_name, d.to_id, t.name as to_name, d.role, d.from_at, d.until_at, d.accepted_at, d.ended_at,
       d.ended_at is null and d.until_at > clock_timestamp() as is_open
  from hotel.deputy d
  join hotel.staff f on f.property_id = %(property_id)s and f.staff_id = d.from_id
  join hotel.staff t on t.property_id = %(property_id)s and t.staff_id = d.to_id
 where d.property_id = %(property_id)s and %(staff_id)s in (d.from_id, d.to_id)
 order by is_open desc, d.offered_at desc
 limit 100

-- name: colleagues
-- Who may be named as a deputy: everybody active but oneself.
select t.staff_id, t.number, t.name from hotel.staff t
 where t.property_id = %(property_id)s and t.active and t.staff_id <> %(staff_id)s
 order by t.name, t.number
 limit 2000

-- name: own_roles
-- The roles somebody holds today.
select distinct r.role from hotel.staff_role r
 where r.property_id = %(property_id)s and r.staff_id = %(staff_id)s and r.from_on <= (select hotel.today(%(property_id)s)) and (r.until_on is null or r.until_on >= (select hotel.today(%(property_id)s)))
 order by r.role
