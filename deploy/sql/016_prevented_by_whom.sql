-- Payments that did not happen, by whom and for what. Sums that were counted before are nobody's in particular.

alter table videogen.prevented
  add column user_name text collate "C" not null default '',
  add column model text collate "C" not null default '',
  drop constraint prevented_pkey,
  add primary key (day, client, user_name, model, kind);

drop function videogen.add_prevented(text, bigint, date[], text[], text[], bigint[], numeric[]);

-- Adds a batch; false where it was added before.
create function videogen.add_prevented(
  by_writer text, batch bigint, days date[], clients text[], users text[], models text[], kinds text[], counts bigint[], amounts numeric[])
  returns boolean
  language plpgsql volatile as
$$
begin
  insert into videogen.prevented_batches as b (writer, sequence)
  values (by_writer, batch)
  on conflict (writer) do update set sequence = excluded.sequence, written_at = now() where b.sequence < excluded.sequence;
  if not found then
    return false;
  end if;

  -- In one order everywhere: two processes that add to the same rows cannot deadlock.
  insert into videogen.prevented as p (day, client, user_name, model, kind, count, usd)
  select n.day, n.client, n.user_name, n.model, n.kind, n.count, n.usd
  from unnest(days, clients, users, models, kinds, counts, amounts) as n (day, client, user_name, model, kind, count, usd)
  order by n.day, n.client collate "C", n.user_name collate "C", n.model collate "C", n.kind collate "C"
  on conflict (day, client, user_name, model, kind) do update set count = p.count + excluded.count, usd = p.usd + excluded.usd;
  return true;
end
$$;

-- As before, and prevented payments have their user and model; a provider they have none.
create or replace view videogen.costs as
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
select p.day, p.client, nullif(p.user_name, ''), nullif(p.model, ''), null, 0, 0, 0, 0, 0, 0, p.usd, p.count
from videogen.prevented p;

create or replace view videogen.ledger_lines as
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
select p.day::timestamp at time zone 'UTC', p.day, p.client, nullif(p.user_name, ''), nullif(p.model, ''), null, null, null, null, null, 'prevented', p.kind, 0, p.usd, p.count
from videogen.prevented p;
