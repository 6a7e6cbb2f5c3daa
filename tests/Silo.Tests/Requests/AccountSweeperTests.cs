using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Requests;
using VideoGen.Storage;
using VideoGen.Storage.Reconciles;
using VideoGen.Storage.Requests;
using VideoGen.Storage.Schema;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Requests;

/// <summary>A job with our mark in a provider's list ends at its request, whatever breaks off on the way.</summary>
public sealed class AccountSweeperTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_job_that_was_claimed_for_a_request_that_did_not_get_it_is_handed_over_by_the_next_sweep()
    {
        var job = new ListedJob("job-1", ProviderMark.Of(Installation.Own, "v-a", 1, 1), DateTimeOffset.UnixEpoch);
        await SchemaMigrations.Apply(database.DataSource, CancellationToken.None);
        await using var connections = new PostgresConnections(database.ConnectionString);
        var request = new HandedOver(new PostgresJobBook(database.DataSource));
        var sweeper = new AccountSweeper(
            new(connections), request.Factory, new Installation(), new ServiceCollection().AddOptions().BuildServiceProvider().GetRequiredService<IOptionsMonitor<RequestOptions>>(), TimeProvider.System, NullLogger<AccountSweeper>.Instance);

        request.Breaks = true;
        var first = await sweeper.Sweep(new Listed(job), isPaid: true, TimeProvider.System.GetUtcNow(), CancellationToken.None);
        request.Breaks = false;
        var second = await sweeper.Sweep(new Listed(job), isPaid: true, first.TriedAt, CancellationToken.None);
        var third = await sweeper.Sweep(new Listed(job), isPaid: true, first.TriedAt, CancellationToken.None);

        Assert.NotNull(first.Keeps); // No doubt ends by it.
        Assert.Equal((0, 1, 0), (first.Whole!.Adopted, second.Whole!.Adopted, third.Whole!.Adopted));
        Assert.Null(second.Keeps);
        Assert.Equal(2, request.Calls);
    }

    private sealed class Installation : IInstallation
    {
        public const string Own = "abcdefgh";

        public string Id => Own;

        public int KeyRules => 1;
    }

    private sealed class Listed(ListedJob job) : IVideoProvider
    {
        public string Account => "farm";

        public ProviderTraits Traits { get; } = new(Resolution.Lookup, TimeSpan.FromMinutes(1), KeepsOriginal: false, Listing: Listing.Marked);

        public Task<ListReply> List(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => Task.FromResult<ListReply>(new ListReply.Listed([job]));

        public Task<SubmitReply> Submit(SubmitOrder order, SubmitGate gate, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<CheckReply> Check(string jobId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<FindReply> Find(FindOrder order, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<CancelReply> Cancel(string jobId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<DiscardReply> Discard(string jobId, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    /// <summary>The request: it claims what is handed to it, and where it breaks then, has it not.</summary>
    private sealed class HandedOver(PostgresJobBook jobs)
    {
        public bool Breaks { get; set; }

        public int Calls { get; private set; }

        public IGrainFactory Factory => Proxy.Of<IGrainFactory>((_, _) => Proxy.Of<IVideoRequestGrain>((method, arguments) =>
            method == nameof(IVideoRequestGrain.Adopt) ? Adopt((int)arguments[0]!, (int)arguments[1]!, (string)arguments[2]!, (string)arguments[3]!) : throw new NotSupportedException(method)));

        private async Task<JobAdoption> Adopt(int round, int attempt, string account, string jobId)
        {
            Calls++;
            Assert.True(await jobs.Claim(account, jobId, "v-a", round, attempt, CancellationToken.None));
            return Breaks ? throw new TimeoutException("The connection was lost before the document was written.") : JobAdoption.Adopted;
        }
    }

    /// <summary>One method of an interface, and no other.</summary>
    public class Proxy : DispatchProxy
    {
        private Func<string, object?[], object> answer = null!;

        internal static T Of<T>(Func<string, object?[], object> answer) where T : class
        {
            var proxy = Create<T, Proxy>();
            ((Proxy)(object)proxy).answer = answer;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => answer(targetMethod!.Name, args ?? []);
    }
}
