-- Durable wake-ups. A row exists only while something is owed.

-- A version is never used twice, so a caller with an old one cannot remove a reminder that was made anew.
create sequence videogen.reminder_versions;

create table videogen.reminders (
  grain_type text collate "C" not null,
  grain_key  text collate "C" not null,
  name       text collate "C" not null,
  grain_hash bigint not null check (grain_hash between 0 and 4294967295),
  start_at   timestamptz not null,
  period     interval not null check (period > interval '0'),
  version    bigint not null default nextval('videogen.reminder_versions'),
  primary key (grain_type, grain_key, name)
);

-- Every process reads the hash ranges that it owns, again and again: without an index each read is the whole table.
create index reminders_by_hash on videogen.reminders (grain_hash);
