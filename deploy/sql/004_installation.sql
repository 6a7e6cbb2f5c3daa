-- This installation's own facts: one row, made at the first start.

create table videogen.installation (
  one_row    boolean primary key default true check (one_row),
  -- The first part of every key that a provider sees from us.
  id         text not null check (id ~ '^[a-z0-9]{8}$'),
  -- The rules that make request keys. Here and not in the code, so that new code cannot give old prompts a second identity.
  key_rules  integer not null,
  created_at timestamptz not null default now()
);
