-- Lists and counts over the documents themselves.

-- One row for each accepted round. A round without a public status was never accepted and is no video.
create view videogen.videos as
select
  s.grain_key as request_key,
  r.round::integer as round,
  s.owner,
  r.document ->> 'status' as status,
  r.document #>> '{outcome,ending}' as ending,
  s.created_at
from videogen.grain_state s
cross join lateral jsonb_array_elements(
  -- One odd document must not break every list.
  case jsonb_typeof(s.state -> 'rounds') when 'array' then s.state -> 'rounds' else '[]'::jsonb end
) with ordinality as r (document, round)
where s.state_name = 'videorequest' and r.document ->> 'status' is not null;

create view videogen.video_counts as
select v.status, v.ending, count(*) as videos
from videogen.videos v
group by v.status, v.ending;
