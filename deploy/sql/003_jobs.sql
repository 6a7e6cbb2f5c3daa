-- Who owns a provider's job. Written once, never changed and never deleted: it is the proof that nobody else adopted the job.

create table videogen.jobs (
  account     text collate "C" not null,
  job_id      text collate "C" not null,
  request_key text collate "C" not null,
  round       integer not null,
  attempt     integer not null,
  claimed_at  timestamptz not null default now(),
  primary key (account, job_id)
);

-- True where the attempt owns the job, now or since before; false where another attempt does.
-- Two statements on purpose: the second one sees a claim that was committed while the first one waited for it.
create function videogen.claim_job(
  wanted_account text, wanted_job text, claimed_request text, claimed_round integer, claimed_attempt integer)
  returns boolean
  language plpgsql volatile as
$$
begin
  insert into videogen.jobs (account, job_id, request_key, round, attempt)
  values (wanted_account, wanted_job, claimed_request, claimed_round, claimed_attempt)
  on conflict (account, job_id) do nothing;

  return exists (
    select from videogen.jobs j
    where j.account = wanted_account and j.job_id = wanted_job
      and j.request_key = claimed_request and j.round = claimed_round and j.attempt = claimed_attempt);
end
$$;
