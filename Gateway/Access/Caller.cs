namespace VideoGen.Gateway.Access;

/// <summary>Which client calls: <see cref="AccessCheck"/> finds it out, everything after it only reads it.</summary>
internal sealed class Caller(string client)
{
    /// <summary>The client that calls.</summary>
    /// <exception cref="InvalidOperationException">The route is open to all, so nobody was asked who calls.</exception>
    public static string Client(HttpContext http) =>
        http.Features.Get<Caller>()?.Name ?? throw new InvalidOperationException("Nobody found out who calls.");

    public static void Is(HttpContext http, string client) => http.Features.Set(new Caller(client));

    private string Name => client;
}
