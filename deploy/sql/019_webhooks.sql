-- Where clients want to be told how their videos end, and what those messages are signed with. What is owed to whom is in the requests.

create table videogen.webhooks (
  id               text collate "C" primary key check (id ~ '^wh_[0-9A-Za-z]{22}$'),
  client           text collate "C" not null,
  url              text collate "C" not null check (length(url) between 1 and 2000),
  events           text[] not null check (cardinality(events) > 0),
  created_at       timestamptz not null default now(),
  disabled_at      timestamptz,
  disabled_because text,
  last_at          timestamptz, -- The last try, and what came of it.
  last_status      integer,
  last_trouble     text,
  heard_at         timestamptz,
  failing_since    timestamptz, -- The first try after the last success.
  unique (client, url),
  check ((disabled_at is null) = (disabled_because is null))
);

-- The secrets themselves: whoever signs needs them. One that was rotated out signs along until it ends.
create table videogen.webhook_secrets (
  client     text collate "C" not null,
  secret     text collate "C" not null unique check (secret like 'whsec\_%'),
  created_at timestamptz not null default now(),
  ends_at    timestamptz
);

create unique index webhook_secrets_newest on videogen.webhook_secrets (client) where ends_at is null;
create index webhook_secrets_by_client on videogen.webhook_secrets (client);

-- One row that counts who has webhooks, as client_changes counts keys.
create table videogen.webhook_changes (
  one_row boolean primary key default true check (one_row),
  version bigint not null
);
insert into videogen.webhook_changes (version) values (1);

create function videogen.count_webhook_change() returns trigger
  language plpgsql as
$$
begin
  update videogen.webhook_changes set version = version + 1;
  return null;
end
$$;

-- Not for what came of a try: that concerns nobody who holds a copy.
create trigger webhooks_changed after insert or delete or truncate or update of client on videogen.webhooks
  for each statement execute function videogen.count_webhook_change();

-- What came of a try. Why it disabled the webhook, where it did; no row where it did not.
create function videogen.note_webhook(of_id text, status integer, trouble text, is_gone boolean, fails_for interval)
  returns text
  language plpgsql volatile as
$$
declare
  because text;
begin
  update videogen.webhooks w set
    last_at = now(),
    last_status = status,
    last_trouble = trouble,
    heard_at = case when trouble is null then now() else w.heard_at end,
    failing_since = case when trouble is null then null else coalesce(w.failing_since, now()) end
  where w.id = of_id;
  update videogen.webhooks w set
    disabled_at = now(),
    disabled_because = case when is_gone then 'It answered 410: it wants to hear of nothing any more.'
      else format('It has not heard anything since %s. The last time: %s', to_char(w.failing_since at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), trouble) end
  where w.id = of_id and w.disabled_at is null and (is_gone or (trouble is not null and w.failing_since <= now() - fails_for))
  returning w.disabled_because into because;
  return because;
end
$$;
