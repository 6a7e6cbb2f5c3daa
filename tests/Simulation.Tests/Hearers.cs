using VideoGen.Grains.Requests;
using VideoGen.Grains.Webhooks;
using VideoGen.Requests;

namespace VideoGen.Simulation.Tests;

/// <summary>
/// Whom clients want to have told how videos end, and what they heard: two webhooks, and addresses that asks name. One may be down, silent, or
/// say that it is gone; one may never answer at all.
/// </summary>
/// <param name="world">The world.</param>
/// <param name="chance">Its own: what a run in which nobody listens does must not depend on them.</param>
internal sealed class Hearers(SimulatedWorld world, Chance chance)
{
    /// <summary>So often is told who does not hear.</summary>
    public const int Tries = 10;

    public static readonly string[] Webhooks = ["wh_1", "wh_2"];

    private static readonly string[] Addresses = ["https://a.example/", "https://b.example/", "https://never.example/"];

    private readonly Dictionary<(string Event, string To), Heard> books = [];
    private readonly Dictionary<string, (VideoId Id, VideoStatus Status, DateTimeOffset At)> events = new(StringComparer.Ordinal);
    private readonly HashSet<string> gone = new(StringComparer.Ordinal);
    private readonly HashSet<(string Key, string To)> wanted = [];
    private readonly HashSet<(VideoId Id, string To)> promised = [];
    private readonly HashSet<(VideoId Id, VideoStatus Status, DateTimeOffset At)> endings = [];
    private readonly bool oneNeverAnswers = chance.Percent(30);

    /// <summary>Whether anybody listens in this run.</summary>
    public bool Drawn { get; } = chance.Percent(25);

    /// <summary>Of each try.</summary>
    public double Down { get; } = chance.Pick(0, 20, 60);

    /// <summary>Of each try: no answer for longer than any call may take.</summary>
    public double Deaf { get; } = chance.Pick(0, 10, 30);

    /// <summary>Of each try.</summary>
    public double Gone { get; } = chance.Pick(0, 0, 3);

    /// <summary>Somebody has an ending told again now and then.</summary>
    public void Plan(DateTimeOffset until)
    {
        if (!Drawn) return;
        for (var i = chance.Next(4); i > 0; i--)
        {
            world.At(SimulatedWorld.Start + chance.Span(TimeSpan.Zero, until - SimulatedWorld.Start), () =>
            {
                if (world.People.Accepted.ToArray() is { Length: > 0 } videos) Again(chance.Pick<VideoId>(videos));
            });
        }
    }

    /// <summary>What an ask says of who wants to hear: in a run in which anybody does, each its own.</summary>
    public VideoAsk Of(VideoAsk ask)
    {
        if (!world.Swarm.Hears) return ask;
        var heard = ask with { HasWebhooks = chance.Percent(70), WebhookUrl = chance.Percent(50) ? chance.Pick<string>(Addresses) : null };
        if (heard.WebhookUrl == Addresses[^1] && !oneNeverAnswers) heard = heard with { WebhookUrl = null };
        return heard;
    }

    /// <summary>An ask sets out: from now on these may be told.</summary>
    public void Wants(VideoAsk ask)
    {
        if (!world.Swarm.Hears) return;
        // Other takes of a prompt are requests of their own, and count as one here.
        if (ask.WebhookUrl is { } url) wanted.Add(($"{ask.Owner} {ask.Prompt}", url));
        if (!ask.HasWebhooks) return;
        foreach (var webhook in Webhooks) wanted.Add(($"{ask.Owner} {ask.Prompt}", webhook));
    }

    /// <summary>An ask was answered with a video: from now on its ending is promised.</summary>
    public void Promise(VideoAsk ask, AskAnswer.Accepted accepted, bool underKey)
    {
        if (!world.Swarm.Hears || underKey) return; // What was asked for under a key earlier is answered from that note.
        if (ask.WebhookUrl is { } url && !accepted.WebhookLeftOut) promised.Add((accepted.Video.Id, url));
        if (!ask.HasWebhooks || accepted.Video.Status is VideoStatus.Completed or VideoStatus.Failed) return;
        foreach (var webhook in Webhooks) promised.Add((accepted.Video.Id, webhook));
    }

    /// <summary>Somebody wants to have an ending told again.</summary>
    public void Again(VideoId id)
    {
        foreach (var webhook in Webhooks) wanted.Add((world.Checks.WhatIs(id.RequestKey), webhook));
        world.SomeProcess()?.Do("tell again", async grains =>
        {
            try
            {
                var answer = await grains.GetGrain<IVideoRequestGrain>(id.RequestKey).TellAgain(id.Round, hasWebhooks: true);
                world.Trace.Add(world.Clock.GetUtcNow(), 0, $"tell again: {answer}");
            }
            catch (Exception e) when (e is TimeoutException or OrleansException or IOException or VideoGen.Grains.Persistence.CommitUnknownException)
            {
                // It is asked for once more, or not.
            }
        });
    }

    /// <summary>An ending is on disk: only from now on it is so.</summary>
    public void Ended(VideoId id, RequestState.Ended ended) =>
        endings.Add((id, ended.Outcome is RequestOutcome.Completed ? VideoStatus.Completed : VideoStatus.Failed, ended.Since));

    public IEnumerable<string> InUse => Webhooks.Where(webhook => !gone.Contains(webhook));

    /// <summary>A try sets out, whether it arrives or not. Nothing is told that is not so, to nobody who does not want to hear it.</summary>
    public void SetsOut(ClientNews news, string to)
    {
        var video = news.Video;
        if (!endings.Contains((video.Id, video.Status, news.At))) throw world.Checks.Broken($"{to} was told that {video.Id.Round} is {video.Status}, and no such ending is on disk.");
        if (!wanted.Contains(($"{video.Owner} {video.Prompt}", to))) throw world.Checks.Broken($"{to} was told of {video.Id.Round}, and nobody wanted that.");
        if (events.TryGetValue(news.EventId, out var other) && other != (video.Id, video.Status, news.At)) throw world.Checks.Broken($"{news.EventId} is the name of two endings.");
        events[news.EventId] = (video.Id, video.Status, news.At);
        if (!books.TryGetValue((news.EventId, to), out var book)) books[(news.EventId, to)] = book = new();
        book.Tries++;
    }

    /// <summary>It has arrived, and this is what it is answered with.</summary>
    public NewsReply Hear(ClientNews news, string to, Gate gate)
    {
        if (gone.Contains(to)) return new NewsReply.Gone();
        if (gate.Fault(Gone, "hearer gone"))
        {
            gone.Add(to);
            return new NewsReply.Gone();
        }

        if (to == Addresses[^1] || gate.Fault(Down, "hearer down")) return new NewsReply.Trouble(new(FailureKind.Unavailable, "It answered 500."));
        books[(news.EventId, to)].WasHeard = true;
        gate.Note("told", to);
        return new NewsReply.Heard();
    }

    /// <summary>Whether an answer of this one takes too long.</summary>
    public bool IsDeaf(Gate gate) => gate.Fault(Deaf, "hearer deaf");

    /// <summary>Whoever was promised to hear has heard, is gone, or was tried as often as anybody is.</summary>
    public void AtTheEnd()
    {
        foreach (var (id, to) in promised)
        {
            var (status, at) = world.Checks.EndingOf(id);
            var told = books.Where(b => b.Key.To == to && events[b.Key.Event] == (id, status, at)).Select(b => b.Value).ToList();
            if (told.Exists(t => t.WasHeard) || gone.Contains(to)) continue;
            if (told.Sum(t => t.Tries) < Tries) throw world.Checks.Broken($"{to} was promised to hear how round {id.Round} ended ({status}, {at:u}), and was tried {told.Sum(t => t.Tries)} times.");
            world.Trace.Add(world.Clock.GetUtcNow(), 0, "told in vain");
        }
    }

    private sealed class Heard
    {
        public int Tries { get; set; }

        public bool WasHeard { get; set; }
    }
}
