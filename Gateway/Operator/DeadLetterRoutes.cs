using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Gateway.OpenApi;
using VideoGen.Gateway.Videos;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Operator;

/// <summary>
/// What was given up and waits for a person: <c>GET /api/admin/dead-letters</c>, one of them with all that is on record of its request, and
/// <c>POST …/requeue</c> and <c>/discard</c>. Both name the round that they were decided on, so that a second click changes nothing.
/// </summary>
internal static class DeadLetterRoutes
{
    public const string Path = "/api/admin/dead-letters";

    /// <summary>Characters, as the contract has it.</summary>
    private const int MaxReason = 200;

    public const int MaxLimit = 500;

    private const int DefaultLimit = 50;

    public static readonly Dictionary<string, Charged> ChargedWords = Enum.GetValues<Charged>().ToDictionary(c => VideoBody.ChargedWord(c)!, StringComparer.Ordinal);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, List).Documented(OperatorOperations.DeadLetters);
        routes.MapGet(Path + "/{id}", Get).Documented(OperatorOperations.History);
        routes.MapPost(Path + "/{id}/requeue", Requeue).Documented(OperatorOperations.Requeue);
        routes.MapPost(Path + "/{id}/discard", Discard).Documented(OperatorOperations.Discard);
    }

    private static async Task<IResult> List(HttpContext http, IDeadLetterBook book)
    {
        var query = http.Request.Query;
        if (PageQuery.Named(query["client"]) is { } client && client != Owner.LocalClient && !Owner.IsClient(client)) return Problems.Field("client", PageQuery.ClientBound);
        if (PageQuery.Named(query["user"]) is { } user && !Owner.IsUser(user)) return Problems.Field("user", PageQuery.UserBound);
        if (PageQuery.Named(query["charged"]) is { } charged && !ChargedWords.ContainsKey(charged)) return Problems.Field("charged", $"must be one of {string.Join(", ", ChargedWords.Keys)}.");
        if (PageQuery.Named(query["stopped_at"]) is { } stop && !DeadLetter.Stops.Contains(stop, StringComparer.Ordinal)) return Problems.Field("stopped_at", $"must be one of {string.Join(", ", DeadLetter.Stops)}.");
        if (!PageQuery.TryPlace(query["before"], out var place)) return Problems.Field("before", PageQuery.PlaceBound);
        if (!PageQuery.TryLimit(query["limit"], DefaultLimit, MaxLimit, out var limit)) return Problems.Field("limit", PageQuery.LimitBound(MaxLimit));

        var before = place is { } at ? new DeadLetterPlace(at.At, at.Id) : null;
        // One more than is shown says whether there is more.
        var found = await book.List(
            new(PageQuery.Named(query["client"]), PageQuery.Named(query["user"]), PageQuery.Named(query["charged"]) is { } word ? ChargedWords[word] : null, PageQuery.Named(query["stopped_at"]), before, limit + 1), http.RequestAborted);
        var shown = found.Take(limit).Select(DeadLetterBody.Of).ToArray();
        return WireJson.Answer(new DeadLetterListBody(shown, found.Count > limit ? PageQuery.PlaceOf(found[limit - 1].Since, found[limit - 1].Id) : null));
    }

    private static async Task<IResult> Get(string id, HttpContext http, IDeadLetterBook book) =>
        VideoId.TryParse(id, out var video) && await book.History(video.RequestKey, http.RequestAborted) is { } history && history.Rounds.Any(r => r.Round == video.Round)
            ? WireJson.Answer(HistoryBody.Of(video, history))
            : Problems.NoSuchRound();

    private static async Task<IResult> Requeue(string id, HttpContext http, VideoGrains grains, IOptions<GatewayOptions> options, ILogger<DeadLetterBody> logger)
    {
        var (body, problem) = await StrictBody.ReadOrEmpty(http, options.Value.BodyLimitBytes, "accept_double_payment");
        if (body is null) return problem!;
        if (body.Has("accept_double_payment") && body.Flag("accept_double_payment") is null) return Problems.Field("accept_double_payment", "must be true or false.");
        if (!VideoId.TryParse(id, out var video) || await grains.Get(video) is null) return Problems.NoSuchRound();
        var doubly = body.Flag("accept_double_payment") ?? false;
        switch (await grains.Requeue(video, doubly))
        {
            case RequeueAnswer.Requeued requeued:
                GatewayLog.Requeued(logger, http.TraceIdentifier, video.ToString(), requeued.Video.Id.ToString(), doubly);
                return WireJson.Answer(new RequeuedBody(video.ToString(), VideoBody.Of(requeued.Video)));
            case RequeueAnswer.Refused refused:
                return Problems.NotRequeued(refused.Reason, await grains.Get(video));
            case var unknown:
                throw new InvalidOperationException($"A requeue was answered with {unknown.GetType().Name}, which this program does not know.");
        }
    }

    private static async Task<IResult> Discard(string id, HttpContext http, VideoGrains grains, IOptions<GatewayOptions> options, ILogger<DeadLetterBody> logger)
    {
        var (body, problem) = await StrictBody.Read(http, options.Value.BodyLimitBytes, "reason");
        if (body is null) return problem!;
        if (!body.Has("reason")) return Problems.Missing("reason", $"says why nobody has to find out any more, in at most {MaxReason} characters.");
        if (body.Text("reason") is not { Length: > 0 and <= MaxReason } reason) return Problems.Field("reason", $"must be one line of 1 to {MaxReason} characters.");
        if (!VideoId.TryParse(id, out var video) || await grains.Get(video) is not { } before) return Problems.NoSuchRound();
        if (await grains.Discard(video, reason) is not { } after) return Problems.NotDiscarded(before);
        GatewayLog.Discarded(logger, http.TraceIdentifier, video.ToString());
        return WireJson.Answer(new DiscardedBody(video.ToString(), VideoBody.Of(after)));
    }
}
