-- What Orleans's ADO.NET providers look for in a cluster of silos: its members, its reminders, and the queries, by name.
-- A provider takes a query's text from here and binds its own parameters (@…) to it; a name that is missing stops the silo.
-- A host with the embedded engine uses none of it.

create table videogen.orleansquery (
  querykey  text primary key,
  querytext text not null
);

-- Members. Whoever changes the list names the version that it has seen, and the version of the whole list goes up by one:
-- of two silos that declare each other dead one comes too late.

create table videogen.cluster_versions (
  cluster_id text collate "C" primary key,
  version    integer not null default 0,
  changed_at timestamptz not null default now()
);

create table videogen.cluster_members (
  cluster_id    text collate "C" not null references videogen.cluster_versions (cluster_id),
  address       text collate "C" not null,
  port          integer not null,
  generation    integer not null,
  silo_name     text not null,
  host_name     text not null,
  status        integer not null,
  proxy_port    integer not null,
  suspect_times text,
  start_time    timestamptz not null,
  alive_at      timestamptz not null,
  primary key (cluster_id, address, port, generation)
);

-- True where the list was at this version, and now is one further.
create function videogen.take_cluster_version(wanted_cluster text, expected_version integer)
  returns boolean
  language plpgsql volatile as
$$
begin
  update videogen.cluster_versions v
  set version = v.version + 1, changed_at = now()
  where v.cluster_id = wanted_cluster and v.version = expected_version;
  return found;
end
$$;

create function videogen.join_cluster(
  wanted_cluster text, expected_version integer, new_address text, new_port integer, new_generation integer,
  new_silo_name text, new_host_name text, new_status integer, new_proxy_port integer, started timestamptz, alive timestamptz)
  returns boolean
  language plpgsql volatile as
$$
begin
  -- Whoever holds the row of the version is alone with the list.
  perform from videogen.cluster_versions v where v.cluster_id = wanted_cluster and v.version = expected_version for update;
  if not found then
    return false;
  end if;

  insert into videogen.cluster_members
    (cluster_id, address, port, generation, silo_name, host_name, status, proxy_port, start_time, alive_at)
  values
    (wanted_cluster, new_address, new_port, new_generation, new_silo_name, new_host_name, new_status, new_proxy_port, started, alive)
  on conflict (cluster_id, address, port, generation) do nothing;
  return found and videogen.take_cluster_version(wanted_cluster, expected_version);
end
$$;

create function videogen.change_member(
  wanted_cluster text, expected_version integer, its_address text, its_port integer, its_generation integer,
  new_status integer, new_suspect_times text, alive timestamptz)
  returns boolean
  language plpgsql volatile as
$$
begin
  perform from videogen.cluster_versions v where v.cluster_id = wanted_cluster and v.version = expected_version for update;
  if not found then
    return false;
  end if;

  update videogen.cluster_members m
  set status = new_status, suspect_times = new_suspect_times, alive_at = alive
  where m.cluster_id = wanted_cluster and m.address = its_address and m.port = its_port and m.generation = its_generation;
  return found and videogen.take_cluster_version(wanted_cluster, expected_version);
end
$$;

insert into videogen.orleansquery (querykey, querytext) values
('InsertMembershipVersionKey', $query$
  with made as (
    insert into videogen.cluster_versions (cluster_id) values (@DeploymentId) on conflict (cluster_id) do nothing returning 1
  )
  select exists (select from made)
$query$),
('InsertMembershipKey', $query$
  select videogen.join_cluster(
    @DeploymentId, @Version, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime)
$query$),
('UpdateMembershipKey', $query$
  select videogen.change_member(@DeploymentId, @Version, @Address, @Port, @Generation, @Status, @SuspectTimes, @IAmAliveTime)
$query$),
('UpdateIAmAlivetimeKey', $query$
  update videogen.cluster_members
  set alive_at = @IAmAliveTime
  where cluster_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation
$query$),
-- A list without members still has its version: that is one row whose start time is null.
('MembershipReadAllKey', $query$
  select
    v.version as Version, m.address as Address, m.port as Port, m.generation as Generation, m.silo_name as SiloName,
    m.host_name as HostName, m.status as Status, m.proxy_port as ProxyPort, m.suspect_times as SuspectTimes,
    m.start_time as StartTime, m.alive_at as IAmAliveTime
  from videogen.cluster_versions v
  left join videogen.cluster_members m on m.cluster_id = v.cluster_id
  where v.cluster_id = @DeploymentId
$query$),
('MembershipReadRowKey', $query$
  select
    v.version as Version, m.address as Address, m.port as Port, m.generation as Generation, m.silo_name as SiloName,
    m.host_name as HostName, m.status as Status, m.proxy_port as ProxyPort, m.suspect_times as SuspectTimes,
    m.start_time as StartTime, m.alive_at as IAmAliveTime
  from videogen.cluster_versions v
  left join videogen.cluster_members m
    on m.cluster_id = v.cluster_id and m.address = @Address and m.port = @Port and m.generation = @Generation
  where v.cluster_id = @DeploymentId
$query$),
('GatewaysQueryKey', $query$
  select m.address as Address, m.proxy_port as ProxyPort, m.generation as Generation
  from videogen.cluster_members m
  where m.cluster_id = @DeploymentId and m.status = @Status and m.proxy_port > 0
$query$),
('DeleteMembershipTableEntriesKey', $query$
  with gone as (delete from videogen.cluster_members where cluster_id = @DeploymentId)
  update videogen.cluster_versions set version = version + 1, changed_at = now() where cluster_id = @DeploymentId
$query$),
-- 6 is a dead silo.
('CleanupDefunctSiloEntriesKey', $query$
  delete from videogen.cluster_members where cluster_id = @DeploymentId and status = 6 and alive_at < @IAmAliveTime
$query$);

-- Reminders. They are the cluster's own: a host with another engine registers what is owed anew from the documents.

-- So many changes apart a version may come again. It is not a count: a caller with an old one cannot remove a reminder that was made anew.
create sequence videogen.cluster_reminder_versions as integer cycle;

create table videogen.cluster_reminders (
  service_id text collate "C" not null,
  grain_id   text collate "C" not null,
  name       text collate "C" not null,
  grain_hash integer not null,
  start_at   timestamptz not null,
  period_ms  bigint not null check (period_ms > 0),
  version    integer not null default nextval('videogen.cluster_reminder_versions'),
  primary key (service_id, grain_id, name)
);

-- Every silo reads the hash ranges that it owns, again and again, many at a time.
create index cluster_reminders_by_hash on videogen.cluster_reminders (service_id, grain_hash);

insert into videogen.orleansquery (querykey, querytext) values
('UpsertReminderRowKey', $query$
  insert into videogen.cluster_reminders as r (service_id, grain_id, name, grain_hash, start_at, period_ms)
  values (@ServiceId, @GrainId, @ReminderName, @GrainHash, @StartTime, @Period)
  on conflict (service_id, grain_id, name) do update
  set grain_hash = excluded.grain_hash, start_at = excluded.start_at, period_ms = excluded.period_ms, version = excluded.version
  returning r.version as Version
$query$),
('ReadReminderRowsKey', $query$
  select r.grain_id as GrainId, r.name as ReminderName, r.start_at as StartTime, r.period_ms as Period, r.version as Version
  from videogen.cluster_reminders r
  where r.service_id = @ServiceId and r.grain_id = @GrainId
$query$),
('ReadReminderRowKey', $query$
  select r.grain_id as GrainId, r.name as ReminderName, r.start_at as StartTime, r.period_ms as Period, r.version as Version
  from videogen.cluster_reminders r
  where r.service_id = @ServiceId and r.grain_id = @GrainId and r.name = @ReminderName
$query$),
('ReadRangeRows1Key', $query$
  select r.grain_id as GrainId, r.name as ReminderName, r.start_at as StartTime, r.period_ms as Period, r.version as Version
  from videogen.cluster_reminders r
  where r.service_id = @ServiceId and r.grain_hash > @BeginHash and r.grain_hash <= @EndHash
$query$),
-- Past the end of the ring; where both are equal it is the whole ring.
('ReadRangeRows2Key', $query$
  select r.grain_id as GrainId, r.name as ReminderName, r.start_at as StartTime, r.period_ms as Period, r.version as Version
  from videogen.cluster_reminders r
  where r.service_id = @ServiceId and (r.grain_hash > @BeginHash or r.grain_hash <= @EndHash)
$query$),
('DeleteReminderRowKey', $query$
  with gone as (
    delete from videogen.cluster_reminders
    where service_id = @ServiceId and grain_id = @GrainId and name = @ReminderName and version = @Version
    returning 1
  )
  select exists (select from gone)
$query$),
('DeleteReminderRowsKey', $query$
  delete from videogen.cluster_reminders where service_id = @ServiceId
$query$);

-- Documents. The same rows, written by the same functions, as those of the embedded engine: a database moves from one to the other.

-- Orleans's storage takes a key such as "abc" or 32 hexadecimal digits for a number, and then "ABC" and "0abc" for the same one.
-- Ours begin so that this cannot be; one that came as a number is nobody's.
create function videogen.text_key(first_number bigint, second_number bigint, its_text text)
  returns text
  language plpgsql immutable as
$$
begin
  if first_number <> 0 or second_number <> 0 or its_text is null or its_text !~ '^[g-z]-' then
    raise exception 'the key of a grain came as numbers (%, %) or with another beginning than a letter from g to z and a dash; nothing was read or written',
      first_number, second_number
      using errcode = 'data_exception';
  end if;
  return its_text;
end
$$;

create function videogen.refuse_clearing(wanted_name text)
  returns integer
  language plpgsql volatile as
$$
begin
  raise exception 'a document of % is not cleared: with it would go the proof of what was paid', wanted_name
    using errcode = 'feature_not_supported';
end
$$;

insert into videogen.orleansquery (querykey, querytext) values
('ReadFromStorageKey', $query$
  select convert_to(s.state::text, 'UTF8') as PayloadBinary, s.version as Version
  from videogen.read_state(@GrainTypeString, videogen.text_key(@GrainIdN0, @GrainIdN1, @GrainIdExtensionString)) s
$query$),
-- No row in the answer means that the race is lost, for a first writer too.
('WriteToStorageKey', $query$
  select w.version as NewGrainStateVersion
  from videogen.write_state(
    @GrainTypeString,
    videogen.text_key(@GrainIdN0, @GrainIdN1, @GrainIdExtensionString),
    @GrainStateVersion,
    convert_from(@PayloadBinary, 'UTF8')::jsonb) w
$query$),
('ClearStorageKey', $query$
  select videogen.refuse_clearing(@GrainTypeString)
$query$),
('DeleteStorageKey', $query$
  select videogen.refuse_clearing(@GrainTypeString)
$query$);
