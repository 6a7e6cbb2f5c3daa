-- One row for each document of a grain. A grain is only a mailbox: the primary key and the version decide who wrote.

create table videogen.grain_state (
  -- collate "C": keys are compared byte by byte, so paging by key is the same in every database.
  state_name    text collate "C" not null,
  grain_key     text collate "C" not null,
  version       integer not null,
  state         jsonb not null,
  first_written timestamptz not null default now(),
  last_written  timestamptz not null default now(),

  -- Read from the document, so that lists and sweeps need no second copy. Times are milliseconds since 1970:
  -- a cast to a timestamp depends on settings, so PostgreSQL refuses to generate or index it.
  status        text generated always as (state ->> 'status') stored,
  owner         text generated always as (state ->> 'owner') stored,
  created_at    bigint generated always as ((state ->> 'createdAt')::bigint) stored,
  wake_at       bigint generated always as ((state ->> 'wakeAt')::bigint) stored,

  primary key (state_name, grain_key)
);

-- Only what is owed is in this index; ended documents cost it nothing.
create index grain_state_owed on videogen.grain_state (wake_at) where wake_at is not null;
create index grain_state_by_owner on videogen.grain_state (owner, created_at desc) where owner is not null;
create index grain_state_by_status on videogen.grain_state (status) where status is not null;

create function videogen.read_state(wanted_name text, wanted_key text)
  returns table (version integer, state jsonb)
  language sql stable as
$$
  select s.version, s.state
  from videogen.grain_state s
  where s.state_name = wanted_name and s.grain_key = wanted_key
$$;

-- Writes a document and returns its new version; no row means that the race is lost and nothing was written.
-- expected_version is null for a first write. Of any number of first writers the primary key lets one through;
-- of any number of later writers the row lock and the version do.
create function videogen.write_state(wanted_name text, wanted_key text, expected_version integer, new_state jsonb)
  returns table (version integer)
  language plpgsql volatile as
$$
#variable_conflict use_column
begin
  if expected_version is null then
    return query
      insert into videogen.grain_state (state_name, grain_key, version, state)
      values (wanted_name, wanted_key, 1, new_state)
      on conflict (state_name, grain_key) do nothing
      returning grain_state.version;
  else
    return query
      update videogen.grain_state s
      set version = s.version + 1, state = new_state, last_written = now()
      where s.state_name = wanted_name and s.grain_key = wanted_key and s.version = expected_version
      returning s.version;
  end if;
end
$$;
