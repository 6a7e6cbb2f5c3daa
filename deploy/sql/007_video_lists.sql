-- One client's videos, page by page. A client's name has no slash, so the first part of an owner is the client.

create index grain_state_by_client on videogen.grain_state (split_part(owner, '/', 1), created_at desc)
  where state_name = 'videorequest' and owner is not null;

create or replace view videogen.videos as
select
  s.grain_key as request_key,
  -- A refused round gives way to the next one, so a place in the list is not a number.
  coalesce((r.document ->> 'round')::integer, r.place::integer) as round,
  s.owner,
  r.document ->> 'status' as status,
  r.document #>> '{outcome,ending}' as ending,
  -- When this round was asked for; the request itself is as old as its first one.
  coalesce((r.document #>> '{stages,0}')::bigint, (r.document #>> '{course,stages,0}')::bigint, s.created_at) as created_at,
  split_part(s.owner, '/', 1) as client,
  coalesce((r.document ->> 'deleted')::boolean, false) as deleted
from videogen.grain_state s
cross join lateral jsonb_array_elements(
  -- One odd document must not break every list.
  case jsonb_typeof(s.state -> 'rounds') when 'array' then s.state -> 'rounds' else '[]'::jsonb end
) with ordinality as r (document, place)
where s.state_name = 'videorequest' and r.document ->> 'status' is not null;
