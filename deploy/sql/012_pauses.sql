-- What must not be paid now, and what was submitted lately.

-- In force until "until", or until a person ends it. One that has ended stays: the spend breaker counts from the end of its last one.
create table videogen.pauses (
  scope  text collate "C" not null,
  kind   text collate "C" not null check (kind in ('operator', 'spend_breaker')),
  reason text not null check (length(reason) between 1 and 200),
  since  timestamptz not null,
  until  timestamptz,
  primary key (scope, kind)
);

-- Paid submits that were let through, whether they were sent then or not.
create table videogen.submits (
  nonce       text collate "C" primary key,
  at          timestamptz not null,
  client      text collate "C" not null,
  user_name   text collate "C" not null,
  account     text collate "C" not null,
  usd         numeric not null check (usd >= 0),
  request_key text collate "C" not null,
  round       integer not null,
  attempt     integer not null
);

-- Both sums are read off an index alone.
create index submits_by_time on videogen.submits (at) include (usd);
create index submits_by_client on videogen.submits (client, at) include (usd);

create function videogen.pauses_in_force(at_time timestamptz)
  returns setof videogen.pauses
  language sql stable as
$$
  select p.* from videogen.pauses p where p.until is null or p.until > at_time
$$;

-- The last look before a paid submit: the pause that holds it back, or no row, and then it is on record.
--
-- The clock is read when the lock is held: whoever waited for it would take what came meanwhile for older than it is. Pauses come first,
-- for a submit that was let through before, too: what a person has stopped is stopped.
create function videogen.pass_submit(
  lock_space integer, lock_number integer,
  submit_nonce text, of_client text, of_user text, to_account text, worst_usd numeric, of_request text, of_round integer, of_attempt integer,
  scopes text[], -- The four of this submit, the widest first: everybody's, the client's, the user's, the provider's.
  most_per_minute integer, most_streak_usd numeric, streak_for interval, most_client_usd numeric, reset_after interval)
  returns setof videogen.pauses
  language plpgsql volatile
  set lock_timeout = '5s'
  set enable_seqscan = off
as
$$
declare
  kept_for constant interval := interval '2 days'; -- Longer than any limit looks back.
  moment timestamptz;
  counted_from timestamptz;
  submits bigint;
  usd_before numeric;
  tripped text;
  tripped_scope text := scopes[1];
begin
  -- At any other level what is counted is what was there before the lock was waited for.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'Paid submits are counted at the isolation level read committed, and this is %.', current_setting('transaction_isolation');
  end if;
  perform pg_advisory_xact_lock(lock_space, lock_number);
  moment := clock_timestamp();

  return query
    select p.* from videogen.pauses_in_force(moment) p
    where p.scope = any (scopes)
    order by array_position(scopes, p.scope), p.kind
    limit 1;
  if found or exists (select from videogen.submits s where s.nonce = submit_nonce) then
    return;
  end if;

  -- What was submitted before the last breaker ended has had its consequence.
  select p.until into counted_from from videogen.pauses p where p.scope = tripped_scope and p.kind = 'spend_breaker';

  select count(*) into submits from videogen.submits s
  where s.at > moment - interval '1 minute' and (counted_from is null or s.at >= counted_from);
  if submits + 1 > most_per_minute then
    tripped := format('%s paid submits within a minute, and one more was asked for; at most %s are allowed.', submits, most_per_minute);
  elsif most_streak_usd is not null then
    select coalesce(sum(s.usd), 0) into usd_before from videogen.submits s
    where s.at > moment - streak_for and (counted_from is null or s.at >= counted_from);
    if usd_before + worst_usd > most_streak_usd then
      tripped := format('%s USD submitted for within %s, and %s USD more were asked for; at most %s USD are allowed.',
        trim_scale(usd_before), streak_for, trim_scale(worst_usd), trim_scale(most_streak_usd));
    end if;
  end if;

  if tripped is null and most_client_usd is not null then
    tripped_scope := scopes[2];
    counted_from := null;
    select p.until into counted_from from videogen.pauses p where p.scope = tripped_scope and p.kind = 'spend_breaker';
    select coalesce(sum(s.usd), 0) into usd_before from videogen.submits s
    where s.client = of_client and s.at > moment - interval '1 hour' and (counted_from is null or s.at >= counted_from);
    if usd_before + worst_usd > most_client_usd then
      tripped := format('%s USD submitted for by %s within an hour, and %s USD more were asked for; at most %s USD are allowed.',
        trim_scale(usd_before), of_client, trim_scale(worst_usd), trim_scale(most_client_usd));
    end if;
  end if;

  if tripped is not null then
    return query
      insert into videogen.pauses as p (scope, kind, reason, since, until)
      values (tripped_scope, 'spend_breaker', left(tripped, 200), moment, moment + reset_after)
      on conflict (scope, kind) do update set reason = excluded.reason, since = excluded.since, until = excluded.until
      returning p.*;
    return;
  end if;

  insert into videogen.submits (nonce, at, client, user_name, account, usd, request_key, round, attempt)
  values (submit_nonce, moment, of_client, of_user, to_account, worst_usd, of_request, of_round, of_attempt);

  -- More than one for each that is added, so that what is old goes away by itself; few, so that no submit waits for it.
  delete from videogen.submits s
  using (select o.nonce from videogen.submits o where o.at < moment - kept_for order by o.at limit 10) old
  where s.nonce = old.nonce;
end
$$;
