using VideoGen.Requests;

namespace VideoGen.Tests.Conformance;

/// <summary>What nobody may adopt twice: a provider's job belongs to the attempt that claimed it first.</summary>
public abstract class JobBookConformance
{
    /// <summary>Runs a test with a job book. A test awaits nothing but the book, so that it can live in virtual time too.</summary>
    protected abstract Task With(Func<IJobBook, Task> test);

    /// <summary>How often claims are made at once.</summary>
    protected virtual int Races => 20;

    [Fact]
    public Task A_job_is_its_first_claimants_for_ever() => With(async book =>
    {
        Assert.True(await Claim(book, "job-1", "v-a", 1, 1));
        Assert.True(await Claim(book, "job-1", "v-a", 1, 1));
        Assert.False(await Claim(book, "job-1", "v-b", 1, 1));
        Assert.False(await Claim(book, "job-1", "v-a", 2, 1));
        Assert.False(await Claim(book, "job-1", "v-a", 1, 2));
        Assert.True(await Claim(book, "job-1", "v-a", 1, 1));
    });

    [Fact]
    public Task An_attempt_may_own_several_jobs() => With(async book =>
    {
        Assert.True(await Claim(book, "first-of-two", "v-a", 1, 1));
        Assert.True(await Claim(book, "second-of-two", "v-a", 1, 1));
    });

    [Fact]
    public Task Account_and_number_together_name_a_job_to_the_letter() => With(async book =>
    {
        (string Account, string Job)[] jobs = [("one", "job-2"), ("two", "job-2"), ("one", "JOB-2"), ("One", "job-2"), ("one/job", "2"), ("one", "job/2")];
        foreach (var (account, job) in jobs) Assert.True(await book.Claim(account, job, $"v-{account}-{job}", 1, 1, CancellationToken.None));
        foreach (var (account, job) in jobs) Assert.False(await book.Claim(account, job, "v-late", 1, 1, CancellationToken.None));
    });

    [Fact]
    public Task Of_claims_at_once_one_request_wins() => With(async book =>
    {
        for (var race = 0; race < Races; race++)
        {
            var won = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Claim(book, $"wanted-{race}", $"v-{i}", 1, 1)));

            Assert.Single(won, w => w);
        }
    });

    [Fact]
    public Task Of_claims_at_once_one_attempt_wins_whoever_asks_for_it() => With(async book =>
    {
        for (var race = 0; race < Races; race++)
        {
            // Attempts 0 to 3, each asked for by two activations.
            var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(
                async i => (Attempt: i / 2, Won: await Claim(book, $"raced-{race}", "v-a", 1, i / 2))));

            var winner = Assert.Single(claims.Where(c => c.Won).Select(c => c.Attempt).Distinct());
            Assert.All(claims, c => Assert.Equal(c.Attempt == winner, c.Won));
        }
    });

    private static Task<bool> Claim(IJobBook book, string job, string request, int round, int attempt) =>
        book.Claim("account", job, request, round, attempt, CancellationToken.None);
}
