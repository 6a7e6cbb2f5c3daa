using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Clusters;

/// <summary>
/// Holds calls of one host to its provider, so that a test can kill or freeze the host at exactly that point. Which call is said by a word in
/// the prompt. Host and test speak through files of a folder: the host says where it has come to, the test says how it goes on.
/// </summary>
internal sealed class ProviderGate(string folder)
{
    /// <summary>The environment variable that names the folder to the host.</summary>
    public const string Variable = "VIDEOGEN_TEST_GATE";

    /// <summary>Words of a prompt. The submit is answered as not sent, as if the provider had no room.</summary>
    public const string NoRoom = "noroom";

    /// <summary>The call is held before the provider, or its money, knows of it.</summary>
    public const string BeforeSubmit = "beforesubmit";

    /// <summary>The call is held when the provider has the job, before its answer comes back.</summary>
    public const string BeforeAnswer = "beforeanswer";

    /// <summary>The lookup of a job is held.</summary>
    public const string BeforeFind = "beforefind";

    /// <summary>The copy of the finished video is held.</summary>
    public const string BeforeSave = "beforesave";

    private const string GoOn = "go on", Freeze = "freeze";
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);
    private readonly ConcurrentDictionary<string, string> prompts = new(StringComparer.Ordinal);

    /// <summary>What a host has to be started with.</summary>
    public (string Name, string Value)[] Settings => [("DOTNET_STARTUP_HOOKS", typeof(ProviderGate).Assembly.Location), (Variable, Directory.CreateDirectory(folder).FullName)];

    // The test's side.

    /// <summary>Waits until a call for a video is held there.</summary>
    public Task Reached(string point, string videoId) => Eventually.Holds($"a call for {videoId} has come to {point}", () => File.Exists(FileOf(ClusterUnderTest.KeyOf(videoId), $"{point}.reached")));

    /// <summary>Lets the call go on.</summary>
    public Task Open(string point, string videoId) => Say(point, videoId, GoOn);

    /// <summary>Makes the host freeze itself right there, in the thread that would have gone on.</summary>
    public Task FreezeAt(string point, string videoId) => Say(point, videoId, Freeze);

    /// <summary>What the submit for a video was answered with in that host; null while it was not.</summary>
    public string? AnswerOf(string videoId) =>
        FileOf(ClusterUnderTest.KeyOf(videoId), "answer") is var file && File.Exists(file) ? File.ReadAllText(file) : null;

    private Task Say(string point, string videoId, string word) => Write(FileOf(ClusterUnderTest.KeyOf(videoId), $"{point}.open"), word);

    private string FileOf(string requestKey, string ending) => Path.Combine(folder, $"{requestKey}.{ending}");

    // The host's side.

    /// <summary>Remembers what a request is about: later calls do not say it.</summary>
    public void Remember(string requestKey, string prompt) => prompts[requestKey] = prompt;

    /// <summary>Holds the call, if its prompt says so, until the test lets it go on.</summary>
    public async Task Pass(string point, string requestKey)
    {
        if (!prompts.TryGetValue(requestKey, out var prompt) || !prompt.Contains(point, StringComparison.Ordinal)) return;
        await Write(FileOf(requestKey, $"{point}.reached"), "");
        var open = FileOf(requestKey, $"{point}.open");
        while (!File.Exists(open)) await Task.Delay(LookEvery, TimeProvider.System);
        if (await File.ReadAllTextAsync(open) == Freeze) _ = raise(Stop);
    }

    public Task Answered(string requestKey, SubmitReply reply) => Write(FileOf(requestKey, "answer"), reply.GetType().Name);

    /// <summary>The request in our mark on an attempt: <c>installation-v-hash-round.attempt</c>.</summary>
    public static string RequestIn(string providerKey) =>
        providerKey[(providerKey.IndexOf("-v-", StringComparison.Ordinal) + 1)..providerKey.LastIndexOf('-')];

    // Under another name first: a file that is there is whole.
    private static async Task Write(string path, string text)
    {
        await File.WriteAllTextAsync(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }

    private const int Stop = 19;

    // Of this very thread: it does not run another instruction, as it might if the process were told.
    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int raise(int signal);
}

/// <summary>All providers, each with its gates.</summary>
internal sealed class GatedProviders(IVideoProviders inner, ProviderGate gate) : IVideoProviders
{
    public IVideoProvider? Find(string account) => inner.Find(account) is { } provider ? new GatedProvider(provider, gate) : null;
}

/// <summary>A provider, with gates before and after a submit, and before a lookup.</summary>
internal sealed class GatedProvider(IVideoProvider inner, ProviderGate gate) : IVideoProvider
{
    public string Account => inner.Account;

    public ProviderTraits Traits => inner.Traits;

    public async Task<SubmitReply> Submit(SubmitOrder order, SubmitGate submitGate, CancellationToken cancellationToken)
    {
        var request = ProviderGate.RequestIn(order.ProviderKey);
        gate.Remember(request, order.Prompt);
        if (order.Prompt.Contains(ProviderGate.NoRoom, StringComparison.Ordinal)) return new SubmitReply.NotSent(new(FailureKind.Throttled, "There is no room, as the test says."));
        await gate.Pass(ProviderGate.BeforeSubmit, request);
        var reply = await inner.Submit(order, submitGate, cancellationToken);
        await gate.Answered(request, reply);
        await gate.Pass(ProviderGate.BeforeAnswer, request);
        return reply;
    }

    public async Task<FindReply> Find(FindOrder order, CancellationToken cancellationToken)
    {
        await gate.Pass(ProviderGate.BeforeFind, ProviderGate.RequestIn(order.ProviderKey));
        return await inner.Find(order, cancellationToken);
    }

    public Task<CheckReply> Check(string jobId, CancellationToken cancellationToken) => inner.Check(jobId, cancellationToken);

    public Task<CancelReply> Cancel(string jobId, CancellationToken cancellationToken) => inner.Cancel(jobId, cancellationToken);

    public Task<DiscardReply> Discard(string jobId, CancellationToken cancellationToken) => inner.Discard(jobId, cancellationToken);
}

/// <summary>The copy of finished videos, with a gate before it.</summary>
internal sealed class GatedSaver(IVideoSaver inner, ProviderGate gate) : IVideoSaver
{
    public async Task<SaveReply> Save(VideoId id, string account, string jobId, VideoOptions asked, CancellationToken cancellationToken)
    {
        await gate.Pass(ProviderGate.BeforeSave, id.RequestKey);
        return await inner.Save(id, account, jobId, asked, cancellationToken);
    }
}
