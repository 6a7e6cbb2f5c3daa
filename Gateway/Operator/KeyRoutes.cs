using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.OpenApi;

namespace VideoGen.Gateway.Operator;

/// <summary><c>/api/admin/keys</c>: what the command <c>videogen keys</c> does, over HTTP.</summary>
internal static class KeyRoutes
{
    private const string Path = "/api/admin/keys";

    /// <summary>The most keys of one answer: all that can be in force.</summary>
    private const int MaxShown = IClientBook.MaxKeys;

    private const string ClientBound = "must be the name of a client: 1 to 64 of a-z, 0-9, dash and underscore, and not 'local', which has no key.";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, List).Documented(KeyOperations.Keys);
        routes.MapPost(Path, Create).Documented(KeyOperations.Create);
        routes.MapPost(Path + "/{id}/rotate", Rotate).Documented(KeyOperations.Rotate);
        routes.MapPost(Path + "/{id}/revoke", Revoke).Documented(KeyOperations.Revoke);
    }

    private static async Task<IResult> List(HttpContext http, IClientBook book)
    {
        var client = http.Request.Query["client"] is { Count: > 0 } asked ? asked.ToString() : null;
        if (client is not null && !Owner.IsClient(client)) return Problems.Field("client", ClientBound);
        var keys = await book.Keys(client, MaxShown + 1, http.RequestAborted);
        return WireJson.Answer(new KeyListBody([.. keys.Take(MaxShown).Select(KeyBody.Of)], keys.Count > MaxShown));
    }

    private static async Task<IResult> Create(HttpContext http, IClientBook book, PlanNames plans, IOptions<GatewayOptions> options, ILogger<KeyBody> logger)
    {
        var (body, problem) = await StrictBody.Read(http, options.Value.BodyLimitBytes, "client", "scopes", "name", "plan");
        if (body is null) return problem!;
        if (!body.Has("client")) return Problems.Missing("client", "says whose key it is to be.");
        if (body.Text("client") is not { } client || !Owner.IsClient(client)) return Problems.Field("client", ClientBound);
        var scopes = KeyScopeWords.Usual;
        if (body.Has("scopes") && !KeyScopeWords.TryParse(body.Texts("scopes"), out scopes)) return Problems.Field("scopes", $"must be a list of {KeyDesk.ScopesRule}.");
        var name = body.Text("name");
        if (body.Has("name") && !NewKey.IsName(name)) return Problems.Field("name", $"must be {KeyDesk.NameRule}.");
        if (body.Has("plan") && ClientRoutes.PlanIn(body, plans) is null) return ClientRoutes.NoSuchPlan(plans);
        if (body.Has("plan") && await ClientRoutes.IsConfigured(book, client, http.RequestAborted)) return Problems.ClientConfigured(client);

        var key = KeyDesk.Draw();
        var stored = await book.Create(new(client, key.Prefix, key.Hash, scopes, name), ClientRoutes.PlanIn(body, plans), http.RequestAborted);
        if (stored is null) return Problems.TooManyKeys();
        GatewayLog.KeyMade(logger, http.TraceIdentifier, stored.Id, stored.Client, string.Join(',', scopes.Words()));
        http.Response.StatusCode = Problems.Created;
        return WireJson.Answer(new MadeKeyBody(key.Reveal(), KeyBody.Of(stored), Rotated: null));
    }

    private static async Task<IResult> Rotate(string id, HttpContext http, IClientBook book, IOptions<GatewayOptions> options, ILogger<KeyBody> logger)
    {
        var (body, problem) = await StrictBody.ReadOrEmpty(http, options.Value.BodyLimitBytes, "keep_for");
        if (body is null) return problem!;
        var keep = body.Has("keep_for") ? KeyDesk.Keep(body.Number("keep_for") ?? -1) : IClientBook.UsualKeep;
        if (keep is not { } keepFor) return Problems.Field("keep_for", $"must be {KeyDesk.KeepRule}.");
        var key = KeyDesk.Draw();
        switch (await book.Rotate(KeyDesk.Which(id), key.Prefix, key.Hash, keepFor, http.RequestAborted))
        {
            case RotateAnswer.Rotated rotated:
                GatewayLog.KeyRotated(logger, http.TraceIdentifier, rotated.New.Id, rotated.Old.Id, rotated.New.Client);
                http.Response.StatusCode = Problems.Created;
                return WireJson.Answer(new MadeKeyBody(key.Reveal(), KeyBody.Of(rotated.New), KeyBody.Of(rotated.Old)));
            case RotateAnswer.NotInForce old:
                return Problems.KeyNotRotated(KeyDesk.WhyNot(old.Key));
            case RotateAnswer.TooMany:
                return Problems.TooManyKeys();
            default:
                return Problems.NoSuchKey();
        }
    }

    private static async Task<IResult> Revoke(string id, HttpContext http, IClientBook book, ILogger<KeyBody> logger)
    {
        // Whoever asked for it and went away meant it.
        if (await book.Revoke(KeyDesk.Which(id), CancellationToken.None) is not { } key) return Problems.NoSuchKey();
        GatewayLog.KeyRevoked(logger, http.TraceIdentifier, key.Id, key.Client);
        return WireJson.Answer(KeyBody.Of(key));
    }
}
