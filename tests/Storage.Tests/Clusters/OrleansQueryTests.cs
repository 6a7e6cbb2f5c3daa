using System.Globalization;
using System.Text;
using System.Text.Json;
using Npgsql;
using VideoGen.Storage.States;

namespace VideoGen.Storage.Tests.Clusters;

/// <summary>
/// The queries that Orleans's ADO.NET providers find by name, asked as they ask: named parameters, more of them than a query uses, on
/// connections made for libraries. No package of Orleans is needed for it.
/// </summary>
public sealed class OrleansQueryTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IDisposable
{
    private static readonly DateTime Now = new(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc);

    private readonly NpgsqlDataSource library = NpgsqlDataSource.Create(PostgresConnections.ForLibrary(database.ConnectionString));

    public void Dispose() => library.Dispose();

    [Theory]
    [InlineData("GatewaysQueryKey", "MembershipReadRowKey", "MembershipReadAllKey", "InsertMembershipVersionKey", "InsertMembershipKey",
        "UpdateMembershipKey", "UpdateIAmAlivetimeKey", "DeleteMembershipTableEntriesKey", "CleanupDefunctSiloEntriesKey")]
    [InlineData("ReadReminderRowsKey", "ReadReminderRowKey", "ReadRangeRows1Key", "ReadRangeRows2Key", "UpsertReminderRowKey",
        "DeleteReminderRowKey", "DeleteReminderRowsKey")]
    [InlineData("ReadFromStorageKey", "WriteToStorageKey", "ClearStorageKey", "DeleteStorageKey")]
    public async Task A_provider_finds_every_query_that_it_looks_for(params string[] names)
    {
        var found = new List<string>();
        await using var command = library.CreateCommand("SELECT QueryKey, QueryText FROM OrleansQuery"); // Without a schema, as they do.
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync()) found.Add(rows.GetString(0));
        Assert.Empty(names.Except(found));
    }

    [Theory]
    [InlineData(2, 300)]
    [InlineData(8, 100)]
    public async Task Of_first_writers_exactly_one_wins(int writers, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"v-first-{writers}-{round}");
            var versions = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => Write(key, null, $$"""{"writer":{{writer}}}"""))));
            Assert.Equal([1], versions.Where(v => v is not null));
            Assert.Equal($$"""{"writer": {{Array.IndexOf(versions, 1)}}}""", (await Read(key)).Single().Document);
        }
    }

    [Fact]
    public async Task A_writer_of_an_old_version_writes_nothing()
    {
        Assert.Equal(1, await Write("v-old", null, """{"n":1}"""));
        Assert.Equal(2, await Write("v-old", 1, """{"n":2}"""));
        Assert.Null(await Write("v-old", 1, """{"n":3}"""));
        Assert.Null(await Write("v-none", 1, """{"n":3}"""));
        Assert.Equal([(2, """{"n": 2}""")], await Read("v-old"));
        Assert.Empty(await Read("v-none"));
    }

    [Fact]
    public async Task A_document_is_the_same_for_both_engines()
    {
        var storage = new PostgresGrainStorage(database.Pool, new JsonSerializerOptions { AllowOutOfOrderMetadataProperties = true });
        var grain = GrainId.Create("race", "v-both");
        Assert.Equal(1, await Write("v-both", null, """{"Word":"от Орлеанс 猫"}"""));

        var state = new GrainState<Words>();
        await storage.ReadStateAsync("race", grain, state);
        Assert.Equal("от Орлеанс 猫", state.State!.Word);
        state.State = new() { Word = "zurück" };
        await storage.WriteStateAsync("race", grain, state);

        Assert.Equal([(2, """{"Word": "zurück"}""")], await Read("v-both"));
        Assert.Equal(3, await Write("v-both", 2, """{"Word":"again"}"""));
    }

    [Theory]
    [InlineData(2748L, 0L, null)] // "abc", "ABC" and "0abc" all come as this.
    [InlineData(0L, 0L, null)]
    [InlineData(5L, 7L, "v-1")]
    [InlineData(0L, 0L, "abc")]
    public async Task A_key_that_came_as_a_number_is_refused(long first, long second, string? text)
    {
        await Assert.ThrowsAsync<PostgresException>(() => Ask("ReadFromStorageKey", Key(first, second, text)));
        await Assert.ThrowsAsync<PostgresException>(() => Ask("WriteToStorageKey", [.. Key(first, second, text), .. Payload(null, "{}")]));
    }

    [Fact]
    public async Task A_document_is_not_cleared()
    {
        await Write("v-kept", null, "{}");
        await Assert.ThrowsAsync<PostgresException>(() => Ask("ClearStorageKey", [.. Key(0, 0, "v-kept"), ("GrainStateVersion", 1)]));
        await Assert.ThrowsAsync<PostgresException>(() => Ask("DeleteStorageKey", [.. Key(0, 0, "v-kept"), ("GrainStateVersion", 1)]));
        Assert.Single(await Read("v-kept"));
    }

    [Fact]
    public async Task Of_silos_that_change_the_list_from_one_version_one_does()
    {
        Assert.Equal(true, (await Ask("InsertMembershipVersionKey", ("DeploymentId", "c-race"))).Single()[0]);
        Assert.Equal(false, (await Ask("InsertMembershipVersionKey", ("DeploymentId", "c-race"))).Single()[0]);
        var empty = (await Ask("MembershipReadAllKey", ("DeploymentId", "c-race"))).Single();
        Assert.Equal((0, DBNull.Value), (empty[0], empty[9]));

        for (var version = 0; version < 50; version++)
        {
            var joined = await Task.WhenAll(Enumerable.Range(0, 4).Select(port => Task.Run(() => Join("c-race", version, 100 + port, generation: version))));
            Assert.Single(joined, true);
        }

        var members = await Ask("MembershipReadAllKey", ("DeploymentId", "c-race"));
        Assert.Equal(50, members.Count);
        Assert.All(members, member => Assert.Equal(50, member[0]));
    }

    [Fact]
    public async Task A_silo_joins_changes_is_found_and_is_forgotten()
    {
        await Ask("InsertMembershipVersionKey", ("DeploymentId", "c-life"));
        Assert.True(await Join("c-life", 0, 100, generation: 1));
        Assert.False(await Join("c-life", 1, 100, generation: 1)); // It is there; the version stays too.
        (string, object?)[] silo = [("DeploymentId", "c-life"), ("Address", "127.0.0.1"), ("Port", 100), ("Generation", 1)];
        Assert.Empty(await Ask("GatewaysQueryKey", ("DeploymentId", "c-life"), ("Status", 3)));

        Assert.Equal(true, (await Ask("UpdateMembershipKey", [.. silo, ("IAmAliveTime", Now), ("Status", 3), ("SuspectTimes", DBNull.Value), ("Version", 1)])).Single()[0]);
        Assert.Equal(false, (await Ask("UpdateMembershipKey", [.. silo, ("IAmAliveTime", Now), ("Status", 6), ("SuspectTimes", "x"), ("Version", 1)])).Single()[0]);
        Assert.Equal(["127.0.0.1", 200, 1], (await Ask("GatewaysQueryKey", ("DeploymentId", "c-life"), ("Status", 3))).Single());

        await Ask("UpdateIAmAlivetimeKey", [.. silo, ("IAmAliveTime", Now.AddMinutes(1))]);
        var row = (await Ask("MembershipReadRowKey", silo)).Single();
        Assert.Equal([2, "127.0.0.1", 100, 1, "silo", "host", 3, 200, DBNull.Value, Now, Now.AddMinutes(1)], row);

        await Ask("CleanupDefunctSiloEntriesKey", ("DeploymentId", "c-life"), ("IAmAliveTime", Now.AddDays(1)));
        Assert.NotEqual(DBNull.Value, (await Ask("MembershipReadRowKey", silo)).Single()[9]); // It is not dead.
        Assert.Equal(true, (await Ask("UpdateMembershipKey", [.. silo, ("IAmAliveTime", Now), ("Status", 6), ("SuspectTimes", "x"), ("Version", 2)])).Single()[0]);
        await Ask("CleanupDefunctSiloEntriesKey", ("DeploymentId", "c-life"), ("IAmAliveTime", Now.AddDays(1)));
        Assert.Equal(DBNull.Value, (await Ask("MembershipReadRowKey", silo)).Single()[9]);
    }

    [Fact]
    public async Task A_reminder_is_kept_per_service_and_removed_by_its_version_only()
    {
        var first = (await Remind("s-1", "videorequest/v-1", hash: -5)).Single()[0];
        await Remind("s-2", "videorequest/v-1", hash: -5);
        var second = (await Remind("s-1", "videorequest/v-1", hash: -5)).Single()[0];
        Assert.NotEqual(first, second);
        (string, object?)[] reminder = [("ServiceId", "s-1"), ("GrainId", "videorequest/v-1"), ("ReminderName", "owed")];
        Assert.Equal([["videorequest/v-1", "owed", Now, 60_000L, second!]], await Ask("ReadReminderRowKey", reminder));
        Assert.Single(await Ask("ReadReminderRowsKey", reminder[..2]));
        Assert.Single(await Ask("ReadRangeRows1Key", ("ServiceId", "s-1"), ("BeginHash", -6), ("EndHash", -5)));
        Assert.Empty(await Ask("ReadRangeRows1Key", ("ServiceId", "s-1"), ("BeginHash", -5), ("EndHash", 10)));
        Assert.Single(await Ask("ReadRangeRows2Key", ("ServiceId", "s-1"), ("BeginHash", 7), ("EndHash", -5)));
        Assert.Single(await Ask("ReadRangeRows2Key", ("ServiceId", "s-1"), ("BeginHash", 7), ("EndHash", 7)));

        Assert.Equal(false, (await Ask("DeleteReminderRowKey", [.. reminder, ("Version", first)])).Single()[0]);
        Assert.Equal(true, (await Ask("DeleteReminderRowKey", [.. reminder, ("Version", second)])).Single()[0]);
        Assert.Empty(await Ask("ReadReminderRowKey", reminder));
        Assert.Single(await Ask("ReadRangeRows2Key", ("ServiceId", "s-2"), ("BeginHash", 7), ("EndHash", 7)));
    }

    [Fact]
    public async Task A_range_of_reminders_is_read_by_its_index()
    {
        await database.Run(
            """
            insert into videogen.cluster_reminders (service_id, grain_id, name, grain_hash, start_at, period_ms)
            select 's-many', 'videorequest/v-' || i, 'owed', (i::bigint * 214748) % 2147483647, now(), 60000 from generate_series(1, 20000) i
            """);
        await database.Run("analyze videogen.cluster_reminders");
        var text = (await Text("ReadRangeRows1Key")).Replace("@ServiceId", "'s-many'", StringComparison.Ordinal)
            .Replace("@BeginHash", "1000000", StringComparison.Ordinal).Replace("@EndHash", "30000000", StringComparison.Ordinal);
        Assert.Contains("cluster_reminders_by_hash", await database.Plan(text), StringComparison.Ordinal);
    }

    private async Task<bool> Join(string cluster, int version, int port, int generation) => (bool)(await Ask(
        "InsertMembershipKey",
        ("DeploymentId", cluster), ("IAmAliveTime", Now), ("SiloName", "silo"), ("HostName", "host"), ("Address", "127.0.0.1"), ("Port", port),
        ("Generation", generation), ("StartTime", Now), ("Status", 2), ("ProxyPort", port + 100), ("Version", version))).Single()[0];

    private Task<List<object[]>> Remind(string service, string grain, int hash) => Ask(
        "UpsertReminderRowKey",
        ("ServiceId", service), ("GrainHash", hash), ("GrainId", grain), ("ReminderName", "owed"), ("StartTime", Now), ("Period", 60_000));

    private async Task<int?> Write(string key, int? version, string document) =>
        (await Ask("WriteToStorageKey", [.. Key(0, 0, key), .. Payload(version, document)])).Select(row => (int?)row[0]).SingleOrDefault();

    private async Task<List<(int Version, string Document)>> Read(string key) =>
        [.. (await Ask("ReadFromStorageKey", Key(0, 0, key))).Select(row => ((int)row[1], Encoding.UTF8.GetString((byte[])row[0])))];

    private static (string, object?)[] Key(long first, long second, string? text) =>
        [("GrainIdHash", 1), ("GrainIdN0", first), ("GrainIdN1", second), ("GrainTypeHash", 2), ("GrainTypeString", "race"), ("GrainIdExtensionString", text), ("ServiceId", "s")];

    private static (string, object?)[] Payload(int? version, string document) =>
        [("GrainStateVersion", version), ("PayloadBinary", Encoding.UTF8.GetBytes(document))];

    private Task<string> Text(string name) => database.One<string>("select querytext from videogen.orleansquery where querykey = $1", name);

    private async Task<List<object[]>> Ask(string name, params (string Name, object? Value)[] parameters)
    {
        await using var command = library.CreateCommand(await Text(name));
        foreach (var (parameter, value) in parameters)
        {
            var added = command.Parameters.Add(new() { ParameterName = parameter, Value = value ?? DBNull.Value });
            if (value is null) added.DbType = parameter == "GrainStateVersion" ? System.Data.DbType.Int32 : System.Data.DbType.String;
        }

        await using var rows = await command.ExecuteReaderAsync();
        var answer = new List<object[]>();
        while (await rows.ReadAsync())
        {
            var row = new object[rows.FieldCount];
            rows.GetValues(row);
            answer.Add(row);
        }

        return answer;
    }

    private sealed class Words
    {
        public string Word { get; set; } = "";
    }
}
