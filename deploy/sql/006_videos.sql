-- Lists and counts over the documents themselves.

-- One row for each accepted round. A round without a public status was never accepted and is no video.
create view videogen.videos as
select
  s.grain_key as request_key,
  -- A refused round gives way to the next one, so a place in the list is not a number.
  coalesce((r.document ->> 'round')::integer, r.place::integer) as round,
  s.owner,
  r.document ->> 'status' as status,
  r.document #>> '{outcome,ending}' as ending,
  -- When this round was asked for; the request itself is as old as its first one.
  coalesce((r.document #>> '{stages,0}')::bigint, (r.document #>> '{course,stages,0}')::bigint, s.created_at) as created_at
from videogen.grain_state s
cross join lateral jsonb_array_elements(
  -- One odd document must not break every list.
  case jsonb_typeof(s.state -> 'rounds') when 'array' then s.state -> 'rounds' else '[]'::jsonb end
) with ordinality as r (document, place)
where s.state_name = 'videorequest' and r.document ->> 'status' is not null;

create view videogen.video_counts as
select v.status, v.ending, count(*) as videos
from videogen.videos v
group by v.status, v.ending;
