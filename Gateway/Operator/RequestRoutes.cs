using System.Globalization;
using VideoGen.Access;
using VideoGen.Gateway.OpenApi;
using VideoGen.Gateway.Videos;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Operator;

/// <summary><c>/api/admin/requests</c>: everybody's videos, to find, to see whole, to look at and to stop.</summary>
internal static class RequestRoutes
{
    /// <summary>The most on a page.</summary>
    public const int MaxLimit = 500;

    /// <summary>The most characters that are looked for in prompts.</summary>
    public const int MaxPart = 200;

    private const string Path = "/api/admin/requests", MomentBound = "must be a moment as 2026-11-21T18:30:00Z.";

    private const int DefaultLimit = 50, MaxName = 128;

    private static readonly Dictionary<string, VideoStatus> Statuses = Enum.GetValues<VideoStatus>().ToDictionary(status => status.ToWire(), StringComparer.Ordinal);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, List).Documented(RequestOperations.Requests);
        routes.MapGet(Path + "/{id}", Get).Documented(RequestOperations.Request);
        routes.MapGet(Path + "/{id}/content", Content).Documented(RequestOperations.Content);
        routes.MapMethods(Path + "/{id}/content", [HttpMethods.Head], Content).Documented(RequestOperations.ContentHead);
        routes.MapPost(Path + "/{id}/cancel", Cancel).Documented(RequestOperations.Cancel);
    }

    private static async Task<IResult> List(HttpContext http, IVideoSearch search)
    {
        var (query, problem) = Read(http.Request.Query);
        if (query is null) return problem!;
        var found = await search.Find(query with { Limit = query.Limit + 1 }, http.RequestAborted); // One more than is shown says whether there is more.
        return WireJson.Answer(new RequestListBody(
            [.. found.Take(query.Limit).Select(RequestBody.Of)], found.Count > query.Limit ? PageQuery.PlaceOf(found[query.Limit - 1].AskedAt, found[query.Limit - 1].Id) : null));
    }

    private static (VideoQuery? Query, Problem? Problem) Read(IQueryCollection said)
    {
        var (client, user, status, model, account) = (At("client"), At("user"), At("status"), At("model"), At("account"));
        var (charged, prompt) = (At("charged"), At("prompt"));
        DateTimeOffset from = default, to = default;
        var problem =
            client is not null && client != Owner.LocalClient && !Owner.IsClient(client) ? Problems.Field("client", PageQuery.ClientBound)
            : user is not null && !Owner.IsUser(user) ? Problems.Field("user", PageQuery.UserBound)
            : status is not null && !Statuses.ContainsKey(status) ? Problems.Field("status", $"must be one of {string.Join(", ", Statuses.Keys)}.")
            : !IsText(model, MaxName) ? Problems.Field("model", $"must be the name of a model, of at most {MaxName} characters and no NUL.")
            : !IsText(account, MaxName) ? Problems.Field("account", $"must be the name of a provider account, of at most {MaxName} characters and no NUL.")
            : charged is not null && !DeadLetterRoutes.ChargedWords.ContainsKey(charged) ? Problems.Field("charged", $"must be one of {string.Join(", ", DeadLetterRoutes.ChargedWords.Keys)}.")
            : !IsText(prompt, MaxPart) ? Problems.Field("prompt", string.Create(CultureInfo.InvariantCulture, $"must have at most {MaxPart} characters, and no NUL."))
            : At("from") is { } first && !StrictBody.TryMoment(first, out from) ? Problems.Field("from", MomentBound)
            : At("to") is { } last && !StrictBody.TryMoment(last, out to) ? Problems.Field("to", MomentBound)
            : At("from") is not null && At("to") is not null && from >= to ? Problems.Field("from", "must be before 'to'.")
            : null;
        if (problem is not null) return (null, problem);
        if (!PageQuery.TryPlace(said["before"], out var place)) return (null, Problems.Field("before", PageQuery.PlaceBound));
        if (!PageQuery.TryLimit(said["limit"], DefaultLimit, MaxLimit, out var limit)) return (null, Problems.Field("limit", PageQuery.LimitBound(MaxLimit)));
        return (new(limit)
        {
            Client = client, User = user, Status = status is null ? null : Statuses[status], Model = model, Account = account, Charged = charged is null ? null : DeadLetterRoutes.ChargedWords[charged],
            Prompt = prompt, From = At("from") is null ? null : from, To = At("to") is null ? null : to, Before = place is { } at ? new(at.At, at.Id) : null,
        }, null);

        string? At(string name) => PageQuery.Named(said[name]);
    }

    // The database has no NUL in its texts, so it cannot be asked about one.
    private static bool IsText(string? text, int most) => text is null || (text.Length <= most && !text.Contains('\0', StringComparison.Ordinal));

    private static async Task<IResult> Get(string id, HttpContext http, IDeadLetterBook book, VideoGrains grains, ILogger<RequestBody> logger)
    {
        if (!VideoId.TryParse(id, out var video) || await book.History(video.RequestKey, http.RequestAborted) is not { } history || !history.Rounds.Any(round => round.Round == video.Round))
        {
            return Problems.NoSuchRound();
        }

        return WireJson.Answer(new RequestDetailBody(HistoryBody.Of(video, history), await Decision(video, grains, http, logger)));
    }

    // What is on record is worth seeing above all while grains do not answer.
    private static async Task<DecisionBody?> Decision(VideoId video, VideoGrains grains, HttpContext http, ILogger logger)
    {
        try
        {
            return await grains.Explain(video) is { } decision ? DecisionBody.Of(decision) : null;
        }
        catch (GrainCallException exception)
        {
            GatewayLog.GrainFailed(logger, http.TraceIdentifier, http.RouteName(), exception.InnerException ?? exception);
            return null;
        }
    }

    // From here wherever it is kept: the console's page may load nothing from elsewhere.
    private static Task<IResult> Content(string id, HttpContext http, VideoGrains grains, IVideoFiles files, TimeProvider time, ILogger<IVideoFiles> logger) =>
        ContentRoute.Serve(() => Find(id, grains), Problems.NoSuchRound, mayLink: false, http, files, time, logger);

    private static async Task<IResult> Cancel(string id, HttpContext http, VideoGrains grains, ILogger<RequestBody> logger)
    {
        if (await Find(id, grains) is not { } view || await grains.Cancel(view.Id) is not { } after) return Problems.NoSuchRound();
        GatewayLog.CancelledByOperator(logger, http.TraceIdentifier, after.Id.ToString(), after.Status.ToWire());
        return WireJson.Answer(VideoBody.Of(after));
    }

    // What its user has deleted has no files, and nothing to stop.
    private static async Task<VideoView?> Find(string id, VideoGrains grains) => VideoId.TryParse(id, out var video) && await grains.Get(video) is { Deleted: false } view ? view : null;
}
