-- Payments that did not happen because of us.

create table videogen.prevented (
  day    date not null,
  client text collate "C" not null,
  kind   text collate "C" not null,
  count  bigint not null,
  usd    numeric not null,
  primary key (day, client, kind)
);

-- The last batch of counts that each process wrote. A batch whose answer was lost is sent again, and must not count twice.
create table videogen.prevented_batches (
  writer     text collate "C" primary key,
  sequence   bigint not null,
  written_at timestamptz not null default now()
);

-- Adds a batch; false where it was added before.
create function videogen.add_prevented(
  by_writer text, batch bigint, days date[], clients text[], kinds text[], counts bigint[], amounts numeric[])
  returns boolean
  language plpgsql volatile as
$$
begin
  insert into videogen.prevented_batches as b (writer, sequence)
  values (by_writer, batch)
  on conflict (writer) do update set sequence = excluded.sequence, written_at = now() where b.sequence < excluded.sequence;
  if not found then
    return false;
  end if;

  -- In one order everywhere: two processes that add to the same rows cannot deadlock.
  insert into videogen.prevented as p (day, client, kind, count, usd)
  select n.day, n.client, n.kind, n.count, n.usd
  from unnest(days, clients, kinds, counts, amounts) as n (day, client, kind, count, usd)
  order by n.day, n.client collate "C", n.kind collate "C"
  on conflict (day, client, kind) do update set count = p.count + excluded.count, usd = p.usd + excluded.usd;
  return true;
end
$$;
