using VideoGen.Access;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.OpenApi;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary>
/// <c>/v1/users/{user}</c>: what one end user of the client has used, has made, and may use still; and their erasure, after which no word of what
/// they asked for is left, nor a file of it, while times, money and evidence stay.
/// </summary>
internal static class UserRoutes
{
    /// <summary>So many requests are erased in one call; where there are more, the call is made again.</summary>
    public const int MaxRequests = 1_000;

    private const int AtOnce = 16;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/users/{user}", Get).Documented(VideoOperations.User);
        routes.MapGet("/v1/users/{user}/videos", Videos).Documented(VideoOperations.UserVideos);
        routes.MapDelete("/v1/users/{user}", Erase).Documented(VideoOperations.EraseUser);
    }

    private static async Task<IResult> Get(HttpContext http, IUserBook book, VideoGrains grains)
    {
        if (OwnerIn(http) is not { } owner) return NoUser();
        var byStatus = await book.ByStatus(owner, http.RequestAborted);
        return WireJson.Answer(new UserBody(
            "user",
            owner.User,
            VideoStatusWords.All.ToDictionary(word => word, word => byStatus.GetValueOrDefault(word), StringComparer.Ordinal),
            QuotaLineBody.Of(await grains.Quota(owner)),
            [.. (await grains.Budgets(owner)).Select(BudgetLineBody.Of)],
            await book.BeingErased(owner, http.RequestAborted)));
    }

    private static async Task<IResult> Videos(HttpContext http, IUserBook book, VideoGrains grains) => OwnerIn(http) is { } owner
        ? await VideoList.Page(http, grains, (after, oldestFirst, limit) => book.List(owner, after, oldestFirst, limit, http.RequestAborted))
        : NoUser();

    private static async Task<IResult> Erase(HttpContext http, IUserBook book, VideoGrains grains, ILogger<VideoGrains> logger)
    {
        if (OwnerIn(http) is not { } owner) return NoUser();
        var left = await book.WithWords(owner, MaxRequests + 1, http.RequestAborted);
        int done = 0, silent = 0;
        await Parallel.ForEachAsync(left.Take(MaxRequests), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = http.RequestAborted }, async (requestKey, _) =>
        {
            try
            {
                if (await grains.Erase(requestKey)) Interlocked.Increment(ref done);
            }
            catch (GrainCallException exception)
            {
                Interlocked.Increment(ref silent);
                GatewayLog.EraseFailed(logger, http.TraceIdentifier, requestKey, exception.InnerException ?? exception);
            }
        });
        var body = new ErasureBody("user.erasure", owner.User, Math.Min(left.Count, MaxRequests), done, left.Count > MaxRequests || silent > 0);
        GatewayLog.Erased(logger, http.TraceIdentifier, body.Requests, body.Erased);
        if (body.Erased == body.Requests && !body.More) return WireJson.Answer(body);

        // It goes on by itself, but for what this call did not take, or nobody heard.
        http.Response.StatusCode = Problems.GoesOn;
        http.Response.Headers.Location = $"/v1/users/{Uri.EscapeDataString(owner.User)}";
        return WireJson.Answer(body);
    }

    private static Owner? OwnerIn(HttpContext http) => PathNames.In(http, 2) is var user && Owner.IsUser(user) ? new(Caller.Client(http), user) : null;

    private static Problem NoUser() => Problems.Field("user", $"must be the name of an end user, 1 to {Owner.MaxUserLength} visible ASCII characters; '{Owner.Everyone}' is whoever was not named.");
}

/// <summary>An end user.</summary>
/// <param name="User">As asks named them.</param>
/// <param name="Videos">How many of each status, deleted ones too.</param>
/// <param name="Quota">How much of it is used.</param>
/// <param name="Budgets">Of the user and the client, as they are today.</param>
/// <param name="Erasing">Requests whose erasure waits for an ending, or for files to go.</param>
internal sealed record UserBody(string Object, string User, IReadOnlyDictionary<string, long> Videos, QuotaLineBody Quota, IReadOnlyList<BudgetLineBody> Budgets, long Erasing);

/// <summary>What came of an erasure.</summary>
/// <param name="User">Whose.</param>
/// <param name="Requests">How many requests had words or files.</param>
/// <param name="Erased">How many of them have none any more; the others go on by themselves.</param>
/// <param name="More">Whether to ask again for the rest: there were more than one call takes, or some did not answer.</param>
internal sealed record ErasureBody(string Object, string User, int Requests, int Erased, bool More);
