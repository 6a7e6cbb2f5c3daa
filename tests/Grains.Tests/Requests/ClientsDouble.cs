using System.Collections.Immutable;
using VideoGen.Grains.Requests;
using VideoGen.Grains.Webhooks;
using VideoGen.Requests;
using VideoGen.Webhooks;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>Whoever clients want to have told: scripted by address, and with a memory of what came.</summary>
internal sealed class ClientsDouble : IClientNews
{
    /// <summary>Every try, whatever came of it.</summary>
    public List<(string To, ClientNews News)> Tries { get; } = [];

    /// <summary>What each answers; who is not named hears.</summary>
    public Dictionary<string, Func<CancellationToken, Task<NewsReply>>> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>The webhooks in use.</summary>
    public List<string> Registered { get; } = [];

    /// <summary>Whether the database that knows them does not answer.</summary>
    public bool Lost { get; set; }

    public Refusal? No { get; set; }

    public static Task<NewsReply> Deaf(CancellationToken cancellationToken)
    {
        var never = new TaskCompletionSource<NewsReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellationToken.Register(() => never.TrySetCanceled(cancellationToken));
        return never.Task;
    }

    public static Task<NewsReply> Down(CancellationToken cancellationToken) =>
        Task.FromResult<NewsReply>(new NewsReply.Trouble(new(FailureKind.Unavailable, "It answered 500; only a 2xx is taken for heard.")));

    public static Task<NewsReply> Gone(CancellationToken cancellationToken) => Task.FromResult<NewsReply>(new NewsReply.Gone());

    public Task<ImmutableArray<string>> Hearers(string client, string type, CancellationToken cancellationToken) =>
        Lost ? Task.FromException<ImmutableArray<string>>(new IOException("The database is away.")) : Task.FromResult<ImmutableArray<string>>([.. Registered]);

    public Task<NewsReply> Tell(ClientNews news, string to, CancellationToken cancellationToken)
    {
        Tries.Add((to, news));
        return Answers.TryGetValue(to, out var answer) ? answer(cancellationToken) : Task.FromResult<NewsReply>(new NewsReply.Heard());
    }

    public Task<Refusal?> MayTell(string client, string url, CancellationToken cancellationToken) => Task.FromResult(No);

    public string? WrongWith(string url) => null;

    public Task<WebhookPing> Ping(string client, Webhook webhook, CancellationToken cancellationToken) => throw new NotSupportedException();
}
