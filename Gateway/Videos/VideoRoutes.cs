using System.Globalization;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.OpenApi;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary><c>/v1/videos</c>: OpenAI's Videos API in shape; official clients work against it unchanged.</summary>
internal static class VideoRoutes
{
    private const string DedupHeader = "VideoGen-Dedup";

    /// <summary>Says <c>left_out</c> where the address that an ask named is not told: others named as many as a video has.</summary>
    private const string WebhookHeader = "VideoGen-Webhook";

    /// <summary>Seconds. Under the minute after which proxies and clients give up.</summary>
    public const int MaxWait = 59;

    /// <summary>When it is worth to ask for a live video again: a video takes minutes, and one that waits for something takes longer.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(2), AskAgainAfterWaiting = TimeSpan.FromSeconds(5);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/videos", Create).Documented(VideoOperations.Create);
        routes.MapPost("/v1/videos/{id}/remix", Remix).Documented(VideoOperations.Remix);
        routes.MapPost("/v1/videos/{id}/cancel", Cancel).Documented(VideoOperations.Cancel);
        routes.MapGet("/v1/videos", VideoList.Get).Documented(VideoOperations.List);
        routes.MapGet("/v1/videos/quote", Quote).Documented(VideoOperations.Quote);
        routes.MapGet("/v1/videos/{id}", Get).Documented(VideoOperations.Get);
        routes.MapGet("/v1/videos/{id}/decision", Explain).Documented(VideoOperations.Explain);
        routes.MapDelete("/v1/videos/{id}", Delete).Documented(VideoOperations.Delete);
        routes.MapGet("/v1/videos/{id}/content", ContentRoute.Answer).Documented(VideoOperations.Content);
        routes.MapMethods("/v1/videos/{id}/content", [HttpMethods.Head], ContentRoute.Answer).Documented(VideoOperations.ContentHead);
    }

    private static async Task<IResult> Create(HttpContext http, AskReader reader, VideoGrains grains, TimeProvider time, ILogger<VideoGrains> logger)
    {
        var (read, problem) = await reader.Read(http);
        return read is null ? problem! : await Ask(http, read, grains, time, logger);
    }

    private static async Task<IResult> Remix(string id, HttpContext http, AskReader reader, VideoGrains grains, TimeProvider time, ILogger<VideoGrains> logger)
    {
        if (await Find(id, http, grains) is not { } source) return Problems.VideoNotFound();
        var (read, problem) = await reader.ReadRemix(http, source);
        return read is null ? problem! : await Ask(http, read, grains, time, logger);
    }

    private static async Task<IResult> Ask(HttpContext http, ReadAsk read, VideoGrains grains, TimeProvider time, ILogger logger)
    {
        AskAnswer answer;
        if (read.IdempotencyKey is { } key)
        {
            switch (await grains.AskUnder(key, read.Fingerprint, read.Ask))
            {
                case IdempotentAnswer.Answered answered:
                    answer = answered.Answer;
                    break;
                case IdempotentAnswer.Deleted:
                    return Problems.KeyOfDeleted();
                default:
                    return Problems.KeyReused();
            }
        }
        else
        {
            answer = await grains.Ask(read.Ask);
        }

        return answer switch
        {
            AskAnswer.Accepted accepted => Accepted(http, accepted, logger),
            AskAnswer.Refused refused => Problems.Refused(refused.Refusal, read.Ask.Owner),
            AskAnswer.Question question => Problems.Question(question),
            _ => Problems.OutcomeUnknown(time.GetUtcNow()),
        };
    }

    private static IResult Accepted(HttpContext http, AskAnswer.Accepted accepted, ILogger logger)
    {
        var dedup = VideoBody.DedupWord(accepted.Dedup);
        GatewayLog.Asked(logger, http.TraceIdentifier, accepted.Video.Id.ToString(), dedup);
        if (accepted.Dedup != Dedup.New) http.Response.Headers[DedupHeader] = dedup;
        if (accepted.WebhookLeftOut) http.Response.Headers[WebhookHeader] = "left_out";
        return WireJson.Answer(VideoBody.Of(accepted.Video, dedup));
    }

    private static async Task<IResult> Quote(HttpContext http, AskReader reader, VideoGrains grains)
    {
        var (read, problem) = await reader.ReadQuote(http);
        return read is null ? problem! : WireJson.Answer(QuoteBody.Of(await grains.Quote(read.Ask)));
    }

    private static async Task<IResult> Get(string id, HttpContext http, VideoGrains grains, VideoWatch watch)
    {
        if (!TryWait(http.Request, out var wait)) return Problems.Field("wait", $"must be a whole number of seconds from 0 to {MaxWait}.");
        var view = await Find(id, http, grains);
        if (view is not null && wait > TimeSpan.Zero) view = Visible(await watch.UntilEnded(view, wait, http.RequestAborted), http);
        if (view is null) return Problems.VideoNotFound();
        if (!view.Status.IsEnded()) SayWhenToAskAgain(http.Response.Headers, view);
        return WireJson.AnswerUnlessKnown(VideoBody.Of(view));
    }

    // The first is what OpenAI's Python client polls by, and the other is HTTP's own; nobody takes it for "try again" on a 200.
    private static void SayWhenToAskAgain(IHeaderDictionary headers, VideoView view)
    {
        var after = view.Waiting is null ? AskAgainAfter : AskAgainAfterWaiting;
        headers["openai-poll-after-ms"] = ((int)after.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        headers.RetryAfter = ((int)after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
    }

    private static async Task<IResult> Explain(string id, HttpContext http, VideoGrains grains) =>
        await Find(id, http, grains) is { } view && await grains.Explain(view.Id) is { } decision ? WireJson.Answer(DecisionBody.Of(decision)) : Problems.VideoNotFound();

    private static async Task<IResult> Delete(string id, HttpContext http, VideoGrains grains, ILogger<VideoGrains> logger)
    {
        // Looked at first: another client's video must not even be cancelled.
        if (await Find(id, http, grains) is not { } view || await grains.Delete(view.Id) is not { } deleted) return Problems.VideoNotFound();
        GatewayLog.Deleted(logger, http.TraceIdentifier, deleted.Id.ToString(), deleted.Status.ToWire());
        return WireJson.Answer(DeletedBody.Of(deleted));
    }

    private static async Task<IResult> Cancel(string id, HttpContext http, VideoGrains grains, ILogger<VideoGrains> logger)
    {
        // Looked at first, for the same reason.
        if (await Find(id, http, grains) is not { } view || Visible(await grains.Cancel(view.Id), http) is not { } after) return Problems.VideoNotFound();
        GatewayLog.Cancelled(logger, http.TraceIdentifier, after.Id.ToString(), after.Status.ToWire());
        return WireJson.Answer(VideoBody.Of(after));
    }

    /// <summary>A video that the caller may see; null where there is none.</summary>
    internal static async Task<VideoView?> Find(string id, HttpContext http, VideoGrains grains) =>
        VideoId.TryParse(id, out var parsed) ? Visible(await grains.Get(parsed), http) : null;

    private static VideoView? Visible(VideoView? view, HttpContext http) =>
        view is { Deleted: false } && view.Owner.Client == Caller.Client(http) ? view : null;

    private static bool TryWait(HttpRequest request, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        var asked = request.Query["wait"];
        if (asked.Count == 0) return true;
        if (!int.TryParse(asked.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > MaxWait) return false;
        wait = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
