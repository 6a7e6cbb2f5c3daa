using VideoGen.Storage.Reconciles;
using VideoGen.Storage.Requests;

namespace VideoGen.Storage.Tests.Reconciles;

/// <summary>What the sweep of an account's list takes for known.</summary>
public sealed class SweepBookTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    [Fact]
    public async Task A_job_whose_handing_over_broke_off_is_handed_over_again_although_it_is_claimed()
    {
        var book = new SweepBook(database.Connections);
        var jobs = new PostgresJobBook(database.Pool);
        await book.BeginAdoption("farm", "begun", CancellationToken.None);
        await book.BeginAdoption("farm", "begun", CancellationToken.None);
        Assert.True(await jobs.Claim("farm", "begun", "v-a", 1, 1, CancellationToken.None));
        Assert.True(await jobs.Claim("farm", "known", "v-b", 1, 1, CancellationToken.None));
        Assert.True(await jobs.Claim("other", "begun", "v-c", 1, 1, CancellationToken.None));
        Assert.Equal(["begun", "new"], (await book.Unclaimed("farm", ["begun", "known", "new"], CancellationToken.None)).Order(StringComparer.Ordinal));
        Assert.Empty(await book.Unclaimed("other", ["begun"], CancellationToken.None));

        await book.EndAdoption("farm", "begun", CancellationToken.None);
        Assert.Equal(["new"], await book.Unclaimed("farm", ["begun", "known", "new"], CancellationToken.None));
    }
}
