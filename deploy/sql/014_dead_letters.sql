-- Rounds that were given up and that a person decides about, off the documents themselves.

-- Few documents have one, so this index is small, and a list reads nothing else. Its condition must stand in the view word by word.
create index grain_state_dead_letters on videogen.grain_state (grain_key)
  where state_name = 'videorequest' and state @? '$.rounds[*].outcome.ending ? (@ == "dead_lettered")';

-- One row for each that still waits: one that was discarded is decided.
create view videogen.dead_letters as
select
  s.grain_key as request_key,
  (r.document ->> 'round')::integer as round,
  split_part(s.owner, '/', 1) as client,
  substr(s.owner, length(split_part(s.owner, '/', 1)) + 2) as user_name,
  (r.document ->> 'since')::bigint as since,
  r.document #>> '{outcome,resumeAt,state}' as stopped_at,
  r.document #>> '{charge,charged}' as charged,
  r.document #>> '{charge,evidence}' as evidence,
  r.document #>> '{outcome,failure,kind}' as failure_kind,
  r.document #>> '{outcome,failure,detail}' as failure_detail,
  r.document #>> '{options,model}' as model,
  r.document ->> 'account' as provider,
  (r.document ->> 'priceUsd')::numeric as price_usd,
  r.document ->> 'jobId' as job_id,
  (r.document ->> 'attempt')::integer as attempt
from videogen.grain_state s
cross join lateral jsonb_array_elements(
  case jsonb_typeof(s.state -> 'rounds') when 'array' then s.state -> 'rounds' else '[]'::jsonb end
) as r (document)
where s.state_name = 'videorequest' and s.state @? '$.rounds[*].outcome.ending ? (@ == "dead_lettered")'
  and r.document #>> '{outcome,ending}' = 'dead_lettered' and r.document ->> 'discarded' is null;

-- Whose jobs a request has, for its history.
create index jobs_by_request on videogen.jobs (request_key);
