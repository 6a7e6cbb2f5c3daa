using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.OpenApi;
using VideoGen.Gateway.Videos;
using VideoGen.Reports;

namespace VideoGen.Gateway.Operator;

/// <summary><c>/api/admin/clients</c>: who there is, with which plan, and what became of their videos and money.</summary>
internal static class ClientRoutes
{
    private const string Path = "/api/admin/clients";

    /// <summary>The most keys of one client that are shown, those in force first.</summary>
    private const int MaxKeys = 1_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, List).Documented(KeyOperations.Clients);
        routes.MapGet(Path + "/{client}", Get).Documented(KeyOperations.Client);
        routes.MapPut(Path + "/{client}", Put).Documented(KeyOperations.Plan);
    }

    /// <summary>The plan that a body names, as the database has it: an empty text is the default one. Null where it names none that is configured.</summary>
    public static string? PlanIn(StrictBody body, PlanNames plans) => body.Text("plan") switch
    {
        ClientPlan.Default => "",
        { } plan when plans.Contains(plan) => plan,
        _ => null,
    };

    public static Problem NoSuchPlan(PlanNames plans) => Problems.Field("plan", $"must be one of the plans that are configured: {plans}.");

    public static async Task<bool> IsConfigured(IClientBook book, string client, CancellationToken cancellationToken) => await Find(book, client, cancellationToken) is { IsConfigured: true };

    private static async Task<IResult> List(HttpContext http, IClientBook book, PlanNames plans) =>
        WireJson.Answer(new ClientListBody([.. (await book.Clients(http.RequestAborted)).Select(client => ClientBody.Of(client, plans))]));

    private static async Task<IResult> Get(string client, HttpContext http, IClientBook book, IRequestBook requests, VideoGrains grains, PlanNames plans, ClientModels models)
    {
        if (await Find(book, client, http.RequestAborted) is not { } found) return Problems.NoSuchClient();
        return WireJson.Answer(ClientDetailBody.Of(
            ClientBody.Of(found, plans),
            models.Of(plans.InForce(found.Plan) ?? ClientPlan.Default),
            await grains.LimitsOf(client),
            await requests.Stats(client, http.RequestAborted),
            await book.Keys(client, MaxKeys, http.RequestAborted)));
    }

    private static async Task<IResult> Put(string client, HttpContext http, IClientBook book, PlanNames plans, IOptions<GatewayOptions> options, ILogger<ClientBody> logger)
    {
        var (body, problem) = await StrictBody.Read(http, options.Value.BodyLimitBytes, "plan");
        if (body is null) return problem!;
        if (!body.Has("plan")) return Problems.Missing("plan", $"is the client's plan from now on, one of: {plans}.");
        if (PlanIn(body, plans) is not { } plan) return NoSuchPlan(plans);
        if (await IsConfigured(book, client, http.RequestAborted)) return Problems.ClientConfigured(client);
        // Whoever asked for it and went away meant it.
        if (await book.SetPlan(client, plan, CancellationToken.None) is not { } changed) return Problems.NoSuchClient();
        var now = ClientBody.Of(changed, plans);
        GatewayLog.PlanGiven(logger, http.TraceIdentifier, changed.Name, now.Plan);
        return WireJson.Answer(now);
    }

    // This machine without a key is a client that no table has.
    private static async Task<StoredClient?> Find(IClientBook book, string client, CancellationToken cancellationToken) => client == Owner.LocalClient
        ? new(client, Plan: null, IsConfigured: false, CreatedAt: null, Keys: 0, LastUsedAt: null)
        : (await book.Clients(cancellationToken)).FirstOrDefault(c => c.Name == client);
}
