-- Whether this database may be believed about what was paid: its clock, what it must not have forgotten, and what providers have of ours
-- that it does not know.

-- The time, for whoever compares it with a clock of its own.
create function videogen.clock() returns timestamptz
  language sql volatile as
$$
  select clock_timestamp()
$$;

-- 'reconcile': the database may have forgotten what was paid. It holds every paid submit of everybody until that is settled.
alter table videogen.pauses drop constraint pauses_kind_check;
alter table videogen.pauses add constraint pauses_kind_check check (kind in ('operator', 'spend_breaker', 'reconcile'));
alter table videogen.pauses add constraint pauses_reconcile_check check (kind <> 'reconcile' or scope = 'global');

-- Each time that it was doubted, and how that ended. While one has not ended, its row of pauses is in force.
create table videogen.reconciles (
  id           bigint generated always as identity primary key,
  since        timestamptz not null,
  reason       text not null check (length(reason) between 1 and 200),
  ended_at     timestamptz,
  ended_by     text collate "C" check (ended_by in ('sweep', 'operator')),
  ended_reason text check (length(ended_reason) between 1 and 200),
  check ((ended_at is null) = (ended_by is null) and (ended_at is null) = (ended_reason is null))
);

create unique index reconciles_one_at_a_time on videogen.reconciles ((true)) where ended_at is null;

-- One that is in force stays as it is: its beginning is what the sweeps have to cover.
create function videogen.begin_reconcile(why text)
  returns setof videogen.pauses
  language plpgsql volatile as
$$
declare
  moment constant timestamptz := videogen.clock();
begin
  insert into videogen.reconciles (since, reason) values (moment, why) on conflict do nothing;
  insert into videogen.pauses as p (scope, kind, reason, since, until) values ('global', 'reconcile', why, moment, null)
  on conflict (scope, kind) do update set reason = excluded.reason, since = excluded.since, until = null
  where p.until is not null;
  return query select p.* from videogen.pauses p where p.scope = 'global' and p.kind = 'reconcile';
end
$$;

-- False: none was in force, or another than the one that it was decided on.
create function videogen.end_reconcile(of_id bigint, who text, why text)
  returns boolean
  language plpgsql volatile as
$$
declare
  moment constant timestamptz := videogen.clock();
begin
  update videogen.reconciles r set ended_at = moment, ended_by = who, ended_reason = why where r.id = of_id and r.ended_at is null;
  if not found then
    return false;
  end if;
  update videogen.pauses p set until = moment where p.scope = 'global' and p.kind = 'reconcile' and p.until is null;
  return true;
end
$$;

-- The last look before a paid submit, see 012: the pause that holds it back, and whether it passed and is on record. Nothing is on record
-- where the clocks are apart, or where a submit is not known that the host remembers: it will not be sent, and must not count.
create function videogen.last_look(
  host_clock timestamptz, clock_slack interval, remembered_nonce text,
  lock_space integer, lock_number integer,
  submit_nonce text, of_client text, of_user text, to_account text, worst_usd numeric, of_request text, of_round integer, of_attempt integer,
  scopes text[], most_per_minute integer, most_streak_usd numeric, streak_for interval, most_client_usd numeric, reset_after interval)
  returns table (
    clock timestamptz, remembers boolean, passed boolean,
    held_scope text, held_kind text, held_reason text, held_since timestamptz, held_until timestamptz)
  language plpgsql volatile
  set enable_seqscan = off
as
$$
begin
  clock := videogen.clock(); -- Before the lock: who waits for it has not got a wrong clock.
  remembers := remembered_nonce is null or exists (select from videogen.submits s where s.nonce = remembered_nonce);
  passed := false;
  if remembers and host_clock between clock - clock_slack and clock + clock_slack then
    select p.scope, p.kind, p.reason, p.since, p.until into held_scope, held_kind, held_reason, held_since, held_until
    from videogen.pass_submit(
      lock_space, lock_number, submit_nonce, of_client, of_user, to_account, worst_usd, of_request, of_round, of_attempt,
      scopes, most_per_minute, most_streak_usd, streak_for, most_client_usd, reset_after) p;
    passed := held_scope is null;
  end if;
  return next;
end
$$;

-- What the last sweep of each provider account found, among the jobs that it lists.
create table videogen.account_sweeps (
  account    text collate "C" primary key,
  tried_at   timestamptz not null,
  lists      boolean not null,  -- Whether it can list its jobs at all.
  marked     boolean not null,  -- Whether our mark is in its list.
  paid       boolean not null,  -- Whether anything there costs money.
  swept_from timestamptz,       -- Of the last sweep that was whole: which jobs it saw, and when it began.
  swept_at   timestamptz,
  found      integer not null,
  adopted    integer not null,
  trouble    text,
  keeps      text               -- Why it keeps payments from going on by themselves while this database is doubted.
);

-- Jobs of our accounts that this database does not know. They are reported and never touched.
create table videogen.strangers (
  account    text collate "C" not null,
  job_id     text collate "C" not null,
  mark       text collate "C",  -- What it says is its caller's key.
  ours       boolean not null,  -- Whether that is our mark: then we paid for it, and have forgotten.
  created_at timestamptz,
  first_seen timestamptz not null,
  last_seen  timestamptz not null,
  primary key (account, job_id)
);
