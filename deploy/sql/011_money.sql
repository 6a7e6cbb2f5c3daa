-- The one truth about money, in US dollars. What follows from what is decided by the grains' rules, under one advisory lock; here are
-- the rows, and what must not become of them whoever writes: a sum below nothing, money twice, a history that changes.

-- What is held, paid or at risk for each round, and for each job of it that no round waits for. A released row stays: it is the
-- tombstone that refuses a reservation that comes late.
create table videogen.funds (
  request_key  text collate "C" not null,
  round        integer not null,
  job_id       text collate "C" not null, -- Empty: the round's own.
  revision     bigint not null,
  state        text collate "C" not null check (state in ('reserved', 'spent', 'at_risk', 'released')),
  client       text collate "C" not null,
  user_name    text collate "C" not null,
  model        text collate "C" not null,
  account      text collate "C" not null,
  day          date not null,
  usd          numeric not null check (usd >= 0),
  reserved_usd numeric not null check (reserved_usd >= 0),
  source       text collate "C" check (source in ('provider', 'price_list', 'discarded')),
  check (state <> 'released' or usd = 0),
  check (state = 'spent' or source is null),
  primary key (request_key, round, job_id)
)
-- A row is written two or three times and then never again: there is room for that beside it, and no index has to know of it.
with (fillfactor = 80);

create index funds_by_day on videogen.funds (day);

-- The sums of each budget and period. Those of everybody together are written by each change, so there is room for their versions.
create table videogen.accounts (
  scope        text collate "C" not null,
  period       text collate "C" not null,
  cap_usd      numeric check (cap_usd >= 0),
  reserved_usd numeric not null check (reserved_usd >= 0),
  spent_usd    numeric not null check (spent_usd >= 0),
  at_risk_usd  numeric not null check (at_risk_usd >= 0),
  primary key (scope, period)
)
with (fillfactor = 50);

-- The history, a line for each movement that changed anything.
create table videogen.ledger (
  id          bigint generated always as identity primary key,
  at          timestamptz not null,
  request_key text collate "C" not null,
  round       integer not null,
  job_id      text collate "C" not null,
  client      text collate "C" not null,
  user_name   text collate "C" not null,
  model       text collate "C" not null,
  account     text collate "C" not null,
  day         date not null,
  from_state  text collate "C",
  to_state    text collate "C" not null,
  from_usd    numeric not null,
  usd         numeric not null,
  source      text collate "C"
);

create function videogen.refuse_change_of_history() returns trigger
  language plpgsql as
$$
begin
  raise exception 'The ledger is only ever added to: a mistake in it is put right by another line.';
end
$$;

create trigger ledger_stays before update or delete or truncate on videogen.ledger
  for each statement execute function videogen.refuse_change_of_history();

-- Each row by its key, as in 009: a plan that was made while a table was small would read all of it when it is large.

create function videogen.read_funds(wanted_requests text[], wanted_rounds integer[], wanted_jobs text[])
  returns setof videogen.funds
  language plpgsql stable
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
as
$$
begin
  return query
    select found.*
    from unnest(wanted_requests, wanted_rounds, wanted_jobs) as wanted (request_key, round, job_id)
    cross join lateral (
      select f.* from videogen.funds f
      where f.request_key = wanted.request_key and f.round = wanted.round and f.job_id = wanted.job_id
      offset 0
    ) found;
end
$$;

create function videogen.read_accounts(wanted_scopes text[], wanted_periods text[])
  returns setof videogen.accounts
  language plpgsql stable
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
as
$$
begin
  return query
    select found.*
    from unnest(wanted_scopes, wanted_periods) as wanted (scope, period)
    cross join lateral (
      select a.* from videogen.accounts a where a.scope = wanted.scope and a.period = wanted.period offset 0
    ) found;
end
$$;
