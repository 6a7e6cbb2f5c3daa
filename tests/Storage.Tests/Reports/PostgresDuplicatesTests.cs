using VideoGen.Storage.Reports;

namespace VideoGen.Storage.Tests.Reports;

public sealed class PostgresDuplicatesTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private const string Running = """{"round":1,"state":"running","course":{"attempt":1}}""", Free = """{"round":1,"state":"ended","attempt":1,"charge":{"charged":"no"}}""",
        Unknown = """{"round":1,"state":"ended","attempt":1,"charge":{"charged":"unknown"}}""", Second = """{"round":2,"state":"ended","attempt":1,"charge":{"charged":"yes"}}""";

    public Task InitializeAsync() => database.Run("truncate videogen.grain_state, videogen.jobs");

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("1.1@0", Running, "")] // One job.
    [InlineData("1.1@0 2.1@5", Unknown + "," + Second, "j0 j1")]
    [InlineData("1.1@0 2.1@24", Unknown + "," + Second, "")] // A day later.
    [InlineData("1.1@0 2.1@5", Free + "," + Second, "")]
    [InlineData("1.1@0 2.1@5", Running + "," + Second, "j0 j1")]
    [InlineData("1.1@0 1.2@5", """{"round":1,"state":"running","course":{"attempt":2}}""", "")] // The first was proven free, else there were no second attempt.
    [InlineData("1.1@0 1.1@5", Running, "j0 j1")] // Two jobs of one attempt: one of them nobody waits for, and nobody knows of it.
    [InlineData("1.1@0 1.1@5", Running, "", """{"account":"acme","jobId":"j1","charged":"no"}""")]
    [InlineData("1.1@0 1.1@5", Running, "j0 j1", """{"account":"acme","jobId":"j1","charged":"yes"}""")]
    [InlineData("1.1@0 1.1@5", Running, "j0 j1", """{"account":"acme","jobId":"j1"}""")]
    [InlineData("1.1@0 1.1@5", Free, "", """{"account":"acme","jobId":"j1","charged":"yes"}""")]
    [InlineData("1.1@0 2.1@5", Unknown + "," + """{"round":2,"state":"running","ticket":{"doublePayment":true},"course":{"attempt":1}}""", "")] // An operator accepted it.
    [InlineData("1.1@0 2.1@5 2.1@6", Unknown + "," + Second, "j0 j1|j1 j2")]
    public async Task Two_jobs_of_one_request_in_a_day_that_are_not_proven_free_are_found(string jobs, string rounds, string expected, string orphans = "")
    {
        await database.Store("v-a", $$"""{"v":1,"owner":"bot/ann","rounds":[{{rounds}}],"orphans":[{{orphans}}]}""");
        await database.Run("insert into videogen.jobs values ('acme', 'other', 'v-b', 1, 1, '2026-03-01Z')");
        foreach (var (job, index) in jobs.Split(' ').Select((job, index) => (job, index)))
        {
            var parts = job.Split('.', '@');
            await database.Run($"insert into videogen.jobs values ('acme', 'j{index}', 'v-a', {parts[0]}, {parts[1]}, '2026-03-01Z'::timestamptz + interval '{parts[2]} hours')");
        }

        Assert.Equal(expected, string.Join('|', (await PostgresDuplicates.Find(database.Pool, CancellationToken.None)).Select(d => $"{d.Earlier} {d.Later}")));
    }
}
