-- Who may call: clients, their plans and their API keys. Of a key only a hash is here.

create table videogen.clients (
  name       text collate "C" primary key check (name ~ '^[a-z0-9_-]{1,64}$' and name <> 'local'),
  -- Null: the default one. A plan belongs to the client, so two keys of one client cannot have different ones.
  plan       text collate "C",
  created_at timestamptz not null default now()
);

-- Revoked keys stay: that there once was a key is what keeps the door closed without one.
create table videogen.client_keys (
  id           bigint generated always as identity primary key,
  client       text collate "C" not null references videogen.clients (name),
  prefix       text collate "C" not null unique,
  hash         bytea not null unique check (octet_length(hash) = 32),
  created_at   timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at   timestamptz
);

create index client_keys_by_client on videogen.client_keys (client);

-- One row that counts changes, so that hosts ask every second whether there is one without reading everything. A sequence would
-- not do: a number that is drawn first may be committed last. By triggers, so that a change by hand counts too.
create table videogen.client_changes (
  one_row boolean primary key default true check (one_row),
  version bigint not null
);
insert into videogen.client_changes (version) values (1);

create function videogen.count_client_change() returns trigger
  language plpgsql as
$$
begin
  update videogen.client_changes set version = version + 1;
  return null;
end
$$;

create trigger clients_changed after insert or delete or truncate or update on videogen.clients
  for each statement execute function videogen.count_client_change();
-- Not for last_used_at: it concerns nobody who holds a copy.
create trigger client_keys_changed after insert or delete or truncate or update of client, hash, revoked_at on videogen.client_keys
  for each statement execute function videogen.count_client_change();
