using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using VideoGen.Gateway.Http;
using VideoGen.Grains.Webhooks;
using VideoGen.Requests;
using VideoGen.Silo.Webhooks;
using VideoGen.Webhooks;

namespace VideoGen.Silo.Tests.Webhooks;

/// <summary>Which tries are written down on the page of a webhook.</summary>
public sealed class ClientWebhooksTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly VideoView Video = new(
        new(VideoRequestKey.For(1, new("bot", "alice"), "A boat"), 1), new("bot", "alice"), 4, VideoStatus.Completed, "A boat", new("local", "320x180", 1), 100, At, At, null, null, null, 0, null, null, null, Deleted: false);

    private readonly Notes notes = new();

    [Theory]
    [InlineData(StatusCodes.Status204NoContent, 1)]
    [InlineData(StatusCodes.Status500InternalServerError, 0)]
    public async Task A_ping_is_written_down_where_it_was_heard(int status, int noted)
    {
        await using var receiver = await Receiver.Start();
        receiver.Answer = (_, _) => Task.FromResult(status);
        notes.Webhook = Notes.Of(receiver.Address);
        using var handler = SafeHttp.Guarded(WebhookAddress.PrivateOption, allowsPrivate: true);
        using var post = new WebhookPost(handler, TimeProvider.System, NullLogger<WebhookPost>.Instance);

        var ping = await To(post).Ping("bot", notes.Webhook, CancellationToken.None);

        Assert.Equal(status, ping.Try.Status);
        Assert.Equal(noted, notes.Tries.Count);
        Assert.All(notes.Tries, tried => Assert.Equal(ping.Try, tried));
    }

    [Fact]
    public async Task A_connection_that_does_not_come_about_in_time_is_a_failed_try_and_is_written_down()
    {
        using var handler = WebhookPostTests.Late(TimeSpan.FromMilliseconds(50));
        using var post = new WebhookPost(handler, TimeProvider.System, NullLogger<WebhookPost>.Instance);

        var reply = await To(post).Tell(new("evt_1", At, Video), notes.Webhook.Id, CancellationToken.None);

        var trouble = Assert.IsType<NewsReply.Trouble>(reply).Failure.Detail;
        Assert.Equal(trouble, Assert.Single(notes.Tries).Trouble);
        Assert.Contains("did not answer in time", trouble, StringComparison.Ordinal);
    }

    private ClientWebhooks To(WebhookPost post) =>
        new(notes, post, Options.Create(new WebhooksOptions()), TimeProvider.System, NullLogger<ClientWebhooks>.Instance);

    /// <summary>A page of one webhook, with a memory of what was written there.</summary>
    private sealed class Notes : IWebhookBook
    {
        public List<WebhookTry> Tries { get; } = [];

        public Webhook Webhook { get; set; } = Of("https://example.com/");

        public static Webhook Of(string url) => new("wh_4fQ8vT2nK7bXcY1mZs0RpL", url, WebhookEvents.All, At, null, null, null, null, null);

        public Task<Webhook?> Find(string client, string id, CancellationToken cancellationToken) => Task.FromResult<Webhook?>(Webhook);

        public Task<ImmutableArray<string>> Secrets(string client, CancellationToken cancellationToken) =>
            Task.FromResult<ImmutableArray<string>>([$"whsec_{Convert.ToBase64String(new byte[32])}"]);

        public Task<string?> Note(string id, WebhookTry last, bool isGone, CancellationToken cancellationToken)
        {
            Assert.Equal(Webhook.Id, id);
            Tries.Add(last);
            return Task.FromResult<string?>(null);
        }

        public Task<(Webhook Webhook, string? Secret)?> Add(string client, string url, ImmutableArray<string> events, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ImmutableArray<Webhook>> List(string client, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> Remove(string client, string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Webhook?> Enable(string client, string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<SecretRotation> Rotate(string client, TimeSpan keepFor, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
