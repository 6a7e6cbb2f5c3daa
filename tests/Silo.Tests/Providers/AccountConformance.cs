using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Tests.Media;
using VideoGen.Storage;
using VideoGen.Storage.Files;
using VideoGen.Tests.Conformance;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>A provider account against the provider in its process, with the saver and the store that the host has.</summary>
public abstract class AccountConformance(FakeProvider fake) : VideoProviderConformance, IDisposable
{
    private readonly TestFolder folder = new();

    protected FakeProvider Fake => fake;

    /// <summary>An account that nobody else uses.</summary>
    private protected abstract Account NewAccount();

    /// <summary>Whether the account's jobs can be stopped.</summary>
    private protected abstract bool CanCancel { get; }

    /// <summary>Whether a job is not known any more once its video was discarded.</summary>
    private protected virtual bool ForgetsWhatWasDiscarded => true;

    /// <summary>Whether its jobs say what they cost that made no video.</summary>
    private protected virtual bool TellsWhatFailuresCost => true;

    public void Dispose() => folder.Dispose();

    protected override Task With(Func<ProviderUnderTest, Task> test) => With(test, words: "");

    protected override Task WithLongJobs(Func<ProviderUnderTest, Task> test) => With(test, words: "takes:3600000");

    private async Task With(Func<ProviderUnderTest, Task> test, string words)
    {
        using var account = NewAccount();
        var store = new FileVideoStore(
            new() { Folder = Path.Combine(folder.Root, "videos"), MinFreeBytes = 0 }, new Installation(), TimeProvider.System, NullLogger<FileVideoStore>.Instance);
        await store.Check(isAlone: true, CancellationToken.None);
        await using var media = new MediaUnderTest(Path.Combine(folder.Root, "media"), store, account.Source);
        await test(new UnderTest(account, media.Saver, words, this));
    }

    private sealed class UnderTest(Account account, IVideoSaver saver, string words, AccountConformance conformance)
        : ProviderUnderTest(account.Provider, saver, TimeProvider.System, longestJob: TimeSpan.FromSeconds(60))
    {
        private readonly Dictionary<string, SubmitOrder> orders = new(StringComparer.Ordinal);

        public override bool CanCancel => conformance.CanCancel;

        public override bool ForgetsWhatWasDiscarded => conformance.ForgetsWhatWasDiscarded;

        public override bool TellsWhatFailuresCost => conformance.TellsWhatFailuresCost;

        protected override TimeSpan BelievedAfter => TimeSpan.Zero; // It does not lag, unless it is asked to.

        // Where a job is looked for by what was asked for, each key must ask for something else.
        public override SubmitOrder Order(string key) => orders.GetValueOrDefault(key) ?? Account.Order(key, $"A small red boat of {key} {words}");

        public override async Task<FindReply> Find(string key) =>
            await base.Find(key) is FindReply.Trouble { Failure.Code: "no_match" } ? new FindReply.Nothing() : await base.Find(key);

        public override async Task<string> Submit(string key, JobEnding ending)
        {
            orders[key] = Account.Order(key, $"A small red boat of {key} ending:{ending switch
            {
                JobEnding.FailedFree => "failed_free",
                JobEnding.FailedCharged => "failed_charged",
                JobEnding.Rejected => "rejected",
                _ => "finished",
            }}");
            return await Submit(key);
        }
    }

    private sealed class Installation : IInstallation
    {
        public string Id => "conform1";

        public int KeyRules => 1;
    }
}

public sealed class OpenAiConformanceTests(FakeProvider fake) : AccountConformance(fake), IClassFixture<FakeProvider>
{
    private protected override bool CanCancel => true;

    private protected override Account NewAccount() => Account.OpenAi(Fake.Address, settings: [("Resolution", "list"), ("DeleteStops", "true"), ("UnfinishedJobs", "free")]);
}

public sealed class SameKeyConformanceTests(FakeProvider fake) : AccountConformance(fake), IClassFixture<FakeProvider>
{
    private protected override bool CanCancel => true;

    private protected override Account NewAccount() => Account.OpenAi(
        Fake.Address, FakeProvider.RememberingKey(), [("Resolution", "key"), ("KeyKeptFor", "7.00:00:00"), ("DeleteStops", "true"), ("UnfinishedJobs", "free")]);
}

public sealed class ReplicateConformanceTests(FakeProvider fake) : AccountConformance(fake), IClassFixture<FakeProvider>
{
    private protected override bool CanCancel => true;

    private protected override Account NewAccount() => Account.Replicate(Fake.Address, ("UnfinishedJobs", "charged"));
}

public sealed class KlingConformanceTests(FakeProvider fake) : AccountConformance(fake), IClassFixture<FakeProvider>
{
    private protected override bool CanCancel => false;

    private protected override Account NewAccount() => Account.Kling(Fake.Address);
}

public sealed class VertexConformanceTests(FakeProvider fake) : AccountConformance(fake), IClassFixture<FakeProvider>
{
    private protected override bool CanCancel => false;

    private protected override bool ForgetsWhatWasDiscarded => false;

    private protected override bool TellsWhatFailuresCost => false;

    private protected override Account NewAccount() => Account.Vertex(Fake.Address, ("UnfinishedJobs", "free"));
}
