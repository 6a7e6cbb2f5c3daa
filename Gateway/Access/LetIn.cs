using VideoGen.Access;

namespace VideoGen.Gateway.Access;

/// <summary>By what a call was let in: <see cref="AccessCheck"/> keeps it with the call, for an answer that goes on long after it was asked for.</summary>
internal sealed class LetIn(IClientKeys keys, Func<KnownClients, bool>? rule)
{
    /// <summary>Keeps it.</summary>
    /// <param name="http">The call.</param>
    /// <param name="keys">What is known of keys.</param>
    /// <param name="rule">What let it in, to be asked again; null for what holds as long as the process runs.</param>
    public static void By(HttpContext http, IClientKeys keys, Func<KnownClients, bool>? rule) => http.Features.Set(new LetIn(keys, rule));

    /// <summary>
    /// Whether the same call would be let in now. Where the keys were not read for <see cref="IClientKeys.MaxAge"/>, nobody would be.
    /// </summary>
    /// <exception cref="InvalidOperationException">The route is open to all, so nobody was asked who calls.</exception>
    public static ValueTask<bool> StillHolds(HttpContext http) =>
        http.Features.Get<LetIn>()?.Holds(http.RequestAborted) ?? throw new InvalidOperationException("Nobody found out who calls.");

    private async ValueTask<bool> Holds(CancellationToken cancellationToken) => rule is null || (await keys.Fresh(cancellationToken) is { } known && rule(known));
}
