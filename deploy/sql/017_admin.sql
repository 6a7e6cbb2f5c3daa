-- What a key may do, what people call it, and until when it is in force once another has taken its place.

alter table videogen.client_keys
  add column scopes text[] collate "C" not null default '{generate,read}'
    check (scopes <@ '{generate,read,admin}'::text[] and cardinality(scopes) between 1 and 3),
  add column name text check (length(name) between 1 and 64),
  add column expires_at timestamptz,
  add column successor bigint references videogen.client_keys (id);

-- As before, and for whatever else decides what a key may do.
drop trigger client_keys_changed on videogen.client_keys;
create trigger client_keys_changed
  after insert or delete or truncate or update of client, hash, scopes, expires_at, revoked_at on videogen.client_keys
  for each statement execute function videogen.count_client_change();

-- By the database's clock: hosts are told how long is left, and not until when.
create function videogen.is_in_force(key videogen.client_keys) returns boolean
  language sql stable as
$$
  select key.revoked_at is null and (key.expires_at is null or key.expires_at > now())
$$;
