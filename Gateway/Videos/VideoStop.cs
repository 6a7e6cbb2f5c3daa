using VideoGen.Budgets;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary>
/// Cancels many videos and waits a bounded time for what comes of it. Every wish that was begun is carried on when the time is over or
/// the caller is gone, and asking again is safe: a wish that stands changes nothing.
/// </summary>
internal sealed class VideoStop(VideoGrains grains, AsksUnderWay asks, VideoWatch watch, ILiveBook book, TimeProvider time, ILogger<VideoStop> logger) : IDisposable
{
    /// <summary>How long is waited for the answers, all together.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The most videos of one call; where there are more, it says so and is asked again.</summary>
    public const int MaxVideos = 1_000;

    /// <summary>How many grains this process asks at the same time.</summary>
    public const int AtOnce = 16;

    /// <summary>How long until something is looked at again that is not decided yet.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a round is asked that is still being admitted, and so cannot be cancelled yet.</summary>
    private const int AdmissionLooks = 6;

    /// <summary>How long a drain waits for asks that were under way; the rest of its time is for what it finds then.</summary>
    private static readonly TimeSpan AsksPatience = Patience / 2;

    private readonly SemaphoreSlim turns = new(AtOnce);

    /// <param name="query">Which; its limit is not looked at.</param>
    /// <param name="aborted">Ends the wait, not what was begun.</param>
    /// <exception cref="Exception">The database did not answer: asking again is safe.</exception>
    public async Task<StopReport> Stop(LiveQuery query, CancellationToken aborted)
    {
        var began = time.GetTimestamp();
        var (wishes, more) = await Begin(query, [], began, aborted);
        return await Report(query, wishes, more, began, aborted);
    }

    /// <summary>
    /// The same for a scope that is paused. Where the pause refuses new requests, those that were being let in when it came are stopped
    /// and reported as well: a second later no process lets any more in, and when those have been answered that this one had begun, it
    /// is looked once more. A provider's pause lets them in, to wait.
    /// </summary>
    /// <inheritdoc cref="Stop"/>
    public async Task<StopReport> Drain(LiveQuery query, CancellationToken aborted)
    {
        var began = time.GetTimestamp();
        var (wishes, more) = await Begin(query, [], began, aborted);
        if (!more && query.Account is null)
        {
            await Task.Delay(IPauses.Settle, time, aborted);
            await LetIn(aborted);
            (var late, more) = await Begin(query, wishes, began, aborted);
            wishes = [.. wishes, .. late];
        }

        return await Report(query, wishes, more, began, aborted);
    }

    public void Dispose() => turns.Dispose();

    private async Task<(Wish[] Wishes, bool More)> Begin(LiveQuery query, Wish[] known, long began, CancellationToken aborted)
    {
        var found = await book.Live(query with { Limit = MaxVideos + 1 }, aborted);
        var others = found.ExceptBy(known.Select(wish => wish.Round.Id), round => round.Id).ToList();
        return ([.. others.Take(MaxVideos - known.Length).Select(round => new Wish(round, wish => Carry(wish, began)))], others.Count > MaxVideos - known.Length);
    }

    private async Task LetIn(CancellationToken aborted)
    {
        try
        {
            await asks.Over().WaitAsync(AsksPatience, time, aborted);
        }
        catch (TimeoutException)
        {
            // What is not let in by then is held by the pause.
        }
    }

    private async Task<StopReport> Report(LiveQuery query, Wish[] wishes, bool more, long began, CancellationToken aborted)
    {
        try
        {
            await Task.WhenAll(wishes.Select(wish => wish.Carried)).WaitAsync(Left(began), time, aborted);
        }
        catch (TimeoutException)
        {
            // What is known by now is answered.
        }

        var gone = wishes.Any(wish => wish.Seen.Hidden) ? await Gone(query, wishes, aborted) : [];
        var money = await Money(wishes, began, aborted);
        return new([.. wishes.Select(wish => StoppedVideo.Of(wish.Round, wish.Seen, gone.Contains(wish.Round.Id), money.GetValueOrDefault(wish.Round.Id, HeldMoney.None)))], more);
    }

    private async Task Carry(Wish wish, long began)
    {
        for (var look = 0; look < AdmissionLooks; look++)
        {
            if (look > 0) await Task.Delay(LookAgain, time);
            await Ask(wish);
            if (wish.Seen is not { Hidden: true } and not { Failed: true }) break;
        }

        if (wish.Seen is not { AtOnce: { Status: VideoStatus.Cancelling } cancelling } seen) return; // What ended, or cannot be stopped any more, is not waited for.
        if (await watch.UntilStopped(cancelling, Left(began), CancellationToken.None) is { } now) wish.Seen = seen with { Now = now };
    }

    private async Task Ask(Wish wish)
    {
        await turns.WaitAsync();
        try
        {
            var id = wish.Round.Id;
            var before = await grains.Get(id);
            var after = before is { Status: VideoStatus.Completed or VideoStatus.Failed } ? before : await grains.Cancel(id);
            wish.Seen = new(before, after, after, Hidden: after is null, Failed: false);
        }
        catch (GrainCallException exception)
        {
            GatewayLog.StopFailed(logger, wish.Round.Id.ToString(), exception.InnerException ?? exception);
            wish.Seen = wish.Seen with { Failed = true };
        }
        finally
        {
            turns.Release();
        }
    }

    // What was never shown to anybody and is not live any more was refused.
    private async Task<HashSet<VideoId>> Gone(LiveQuery query, Wish[] wishes, CancellationToken aborted)
    {
        var live = await book.Live(query with { Limit = MaxVideos + 1 }, aborted);
        return [.. wishes.Select(wish => wish.Round.Id).Except(live.Select(round => round.Id))];
    }

    // The ledger is told after the ending: where that is not long ago, its answer is worth a moment.
    private async Task<IReadOnlyDictionary<VideoId, HeldMoney>> Money(Wish[] wishes, long began, CancellationToken aborted)
    {
        while (true)
        {
            var money = await book.Money([.. wishes.Select(wish => wish.Round.Id)], aborted);
            var open = wishes.Any(wish => wish.Seen.Now is { EndedAt: not null } && money.TryGetValue(wish.Round.Id, out var held) && held.ReservedUsd > 0);
            if (!open || Left(began) < LookAgain) return money;
            await Task.Delay(LookAgain, time, aborted);
        }
    }

    private TimeSpan Left(long began) => Patience - time.GetElapsedTime(began) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    private sealed class Wish
    {
        private volatile SeenVideo seen = new(null, null, null, Hidden: true, Failed: false);

        public Wish(LiveRound round, Func<Wish, Task> carry)
        {
            Round = round;
            Carried = carry(this);
        }

        public LiveRound Round { get; }

        public Task Carried { get; }

        public SeenVideo Seen
        {
            get => seen;
            set => seen = value;
        }
    }
}

/// <summary>What is known of a video that was wished to stop.</summary>
/// <param name="Before">As it was before; null where it could not be seen.</param>
/// <param name="AtOnce">As the wish was answered.</param>
/// <param name="Now">The last that is known.</param>
/// <param name="Hidden">Its admission is not decided, or not heard of yet.</param>
/// <param name="Failed">Its grain did not answer.</param>
internal sealed record SeenVideo(VideoView? Before, VideoView? AtOnce, VideoView? Now, bool Hidden, bool Failed);
