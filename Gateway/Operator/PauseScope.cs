using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Gateway.Videos;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Operator;

/// <summary>Whom a pause stops, as an operator writes it. What it cannot mean is refused: a mistyped name would stop nobody.</summary>
internal static class PauseScope
{
    /// <summary>The scope; null where the text is none, and then what is wrong.</summary>
    public static (string? Scope, string Wrong) Parse(string? text, IModelCatalogue catalogue)
    {
        if (text == Scopes.Global) return (text, "");
        var (kind, name) = text?.Split(':', 2) is [var first, var rest] ? (first, rest) : ("", "");
        return kind switch
        {
            "client" => IsClient(name) ? (Scopes.Client(name), "") : (null, $"names no client: {ClientRule}."),
            "user" => name.Split('/', 2) is [var client, var user] && IsClient(client) && Owner.IsUser(user)
                ? (Scopes.User(new(client, user)), "")
                : (null, $"names no user: it is user:CLIENT/USER, where {ClientRule}, and a user 1 to {Owner.MaxUserLength} visible ASCII characters."),
            "provider" => Accounts(catalogue).Contains(name, StringComparer.Ordinal)
                ? (Scopes.Provider(name), "")
                : (null, $"names no provider of this installation. There are: {string.Join(", ", Accounts(catalogue))}."),
            _ => (null, "must be global, client:CLIENT, user:CLIENT/USER or provider:ACCOUNT."),
        };
    }

    /// <summary>What such a scope has on its way.</summary>
    /// <param name="scope">As <see cref="Parse"/> gave it.</param>
    public static LiveQuery Live(string scope)
    {
        var (kind, name) = scope.Split(':', 2) is [var first, var rest] ? (first, rest) : (scope, "");
        var owner = kind == "user" ? Owner.Parse(name) : null;
        return new(kind == "client" ? name : owner?.Client, owner?.User, kind == "provider" ? name : null, Run: null, VideoStop.MaxVideos);
    }

    private const string ClientRule = "a client has 1 to 64 of a-z, 0-9, dash and underscore";

    private static bool IsClient(string name) => name == Owner.LocalClient || Owner.IsClient(name);

    private static string[] Accounts(IModelCatalogue catalogue) => [.. catalogue.All.Where(terms => terms.Route.Count == 0).Select(terms => terms.Provider).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
