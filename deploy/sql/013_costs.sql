-- What everything costs, off the rows themselves: there is no second copy to keep in step.

-- One row for each sum of money and for each count of payments that did not happen. Those are counted by client alone, so they have no
-- user, model or provider.
create view videogen.costs as
select
  f.day,
  f.client,
  f.user_name,
  f.model,
  f.account as provider,
  case f.state when 'spent' then f.usd else 0 end as spent_usd,
  (f.state = 'spent')::integer::bigint as spent,
  case f.state when 'reserved' then f.usd else 0 end as reserved_usd,
  (f.state = 'reserved')::integer::bigint as reserved,
  case f.state when 'at_risk' then f.usd else 0 end as at_risk_usd,
  (f.state = 'at_risk')::integer::bigint as at_risk,
  0::numeric as prevented_usd,
  0::bigint as prevented
from videogen.funds f
where f.state <> 'released'
union all
select p.day, p.client, null, null, null, 0, 0, 0, 0, 0, 0, p.usd, p.count
from videogen.prevented p;

-- The history for people: every movement, and what did not have to move. Prevented payments are counted by day, so theirs is the day's
-- beginning.
create view videogen.ledger_lines as
select
  l.at,
  l.day,
  l.client,
  l.user_name,
  l.model,
  l.account as provider,
  l.request_key,
  l.round,
  l.job_id,
  l.from_state,
  l.to_state as what,
  l.source as why,
  l.from_usd,
  l.usd,
  1::bigint as payments
from videogen.ledger l
union all
select p.day::timestamp at time zone 'UTC', p.day, p.client, null, null, null, null, null, null, null, 'prevented', p.kind, 0, p.usd, p.count
from videogen.prevented p;
