using VideoGen.Storage.Requests;

namespace VideoGen.Storage.Tests.Requests;

public sealed class PostgresJobBookTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private readonly PostgresJobBook book = new(database.Pool);

    [Fact]
    public async Task A_job_is_its_first_claimants_for_ever()
    {
        Assert.True(await Claim("job-1", "v-a", 1, 1));
        Assert.True(await Claim("job-1", "v-a", 1, 1));
        Assert.False(await Claim("job-1", "v-b", 1, 1));
        Assert.False(await Claim("job-1", "v-a", 2, 1));
        Assert.False(await Claim("job-1", "v-a", 1, 2));
        Assert.True(await Claim("job-1", "v-a", 1, 1));
    }

    [Fact]
    public async Task The_same_number_at_two_providers_is_two_jobs()
    {
        Assert.True(await book.Claim("one", "job-2", "v-a", 1, 1, CancellationToken.None));
        Assert.True(await book.Claim("two", "job-2", "v-b", 1, 1, CancellationToken.None));
    }

    [Fact]
    public async Task Of_claims_at_once_one_attempt_wins_whoever_asks_for_it()
    {
        for (var round = 0; round < 300; round++)
        {
            // Attempts 0 to 3, each asked for by two activations.
            var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(
                i => Task.Run(async () => (Attempt: i / 2, Won: await Claim($"raced-{round}", "v-a", 1, i / 2)))));

            var winner = Assert.Single(claims.Where(c => c.Won).Select(c => c.Attempt).Distinct());
            Assert.All(claims, c => Assert.Equal(c.Attempt == winner, c.Won));
        }
    }

    private Task<bool> Claim(string job, string request, int round, int attempt) =>
        book.Claim("account", job, request, round, attempt, CancellationToken.None);
}
