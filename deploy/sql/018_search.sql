-- All videos of everybody, the newest first, off the documents themselves.

-- Whole numbers of documents. What is none is null: nothing that stands in a document may keep it from being written.
create function videogen.whole(value jsonb) returns bigint
  language sql immutable parallel safe as
$$
  select case when jsonb_typeof(value) = 'number' and value::numeric between 0 and 253402300799999 then trunc(value::numeric)::bigint end
$$;

-- When a round was asked for: an ended one says it itself, a live one in its course, and the first one's time is the request's.
create function videogen.asked_at(round jsonb, otherwise bigint) returns bigint
  language sql immutable parallel safe as
$$
  select coalesce(videogen.whole(round #> '{stages,0}'), videogen.whole(round #> '{course,stages,0}'), otherwise)
$$;

-- The newest round of each request has its place here. Most requests have no other.
create index grain_state_by_newest_round on videogen.grain_state (videogen.asked_at(state #> '{rounds,-1}', created_at) desc, grain_key desc)
  where state_name = 'videorequest' and owner is not null;

-- Those of which there is another, with rounds before their newest.
create index grain_state_asked_again on videogen.grain_state (created_at desc)
  where state_name = 'videorequest' and owner is not null and state #> '{rounds,1}' is not null;
