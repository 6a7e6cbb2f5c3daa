-- Grains that read or write at the same moment share a statement, and so a commit. Much of what a small statement costs
-- (the expressions of the generated columns are prepared anew for each) is then paid once for all of them.
--
-- The planner may not choose: a plan that was made while the table was small would read all of it when it is large. So each document is
-- looked up by its key (offset 0 keeps that apart from the rest), and then found by its place.

create function videogen.read_states(wanted_names text[], wanted_keys text[])
  returns table (place bigint, version integer, state jsonb)
  language plpgsql stable
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
as
$$
#variable_conflict use_column
begin
  return query
    select wanted.place, found.version, found.state
    from unnest(wanted_names, wanted_keys) with ordinality as wanted (name, key, place)
    cross join lateral (
      select s.version, s.state from videogen.grain_state s where s.state_name = wanted.name and s.grain_key = wanted.key offset 0
    ) found;
end
$$;

-- Each document as videogen.write_state writes it, all or none of them; a document whose race is lost has no row in the answer, and the
-- others are written. No document may be named twice.
create function videogen.write_states(wanted_names text[], wanted_keys text[], expected_versions integer[], new_states jsonb[])
  returns table (state_name text, grain_key text, version integer)
  language plpgsql volatile
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
as
$$
#variable_conflict use_column
begin
  return query
    with wanted as materialized (
      select * from unnest(wanted_names, wanted_keys, expected_versions, new_states) as w (name, key, expected, state)
    ),
    made as (
      insert into videogen.grain_state as s (state_name, grain_key, version, state)
      select wanted.name, wanted.key, 1, wanted.state
      from wanted
      where wanted.expected is null
      on conflict (state_name, grain_key) do nothing
      returning s.state_name, s.grain_key, s.version
    ),
    changed as (
      update videogen.grain_state s
      set version = s.version + 1, state = found.state, last_written = now()
      from (
        select
          w.expected,
          w.state,
          (select r.ctid from videogen.grain_state r where r.state_name = w.name and r.grain_key = w.key) as place
        from wanted w
        where w.expected is not null
        offset 0
      ) found
      -- Where another writer was first the row has moved on, and its version with it.
      where s.ctid = found.place and s.version = found.expected
      returning s.state_name, s.grain_key, s.version
    )
    select made.state_name, made.grain_key, made.version from made
    union all
    select changed.state_name, changed.grain_key, changed.version from changed;
end
$$;
