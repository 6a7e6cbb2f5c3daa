using Microsoft.Net.Http.Headers;
using VideoGen.Access;

namespace VideoGen.Gateway.Access;

/// <summary>
/// Who may call. As long as there never was an API key: programs on this machine, as the client <see cref="Owner.LocalClient"/>.
/// From the first key on: who sends one that is in force and may do what it asks for, as its client, wherever the call comes from. What is
/// under <see cref="ScopeRule.OperatorsPath"/> is for the operator's own key and for clients' keys that may do all that it does.
/// </summary>
internal sealed class AccessCheck(RequestDelegate next, IClientKeys keys, OperatorKey operatorKey, CallRates rates, TimeProvider time, ILogger<AccessCheck> logger)
{
    private const string Scheme = "Bearer ";

    public async Task InvokeAsync(HttpContext http)
    {
        if (await Refusal(http) is { } problem) await problem.ExecuteAsync(http);
        else await next(http);
    }

    private ValueTask<Problem?> Refusal(HttpContext http)
    {
        if (ScopeRule.IsOperators(http.Request)) return OperatorsRefusal(http);
        if (http.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is not null) return new(keys.Latest.KeysExist ? null : LoopbackOnly.Refusal(http));
        return ClientsRefusal(http);
    }

    private async ValueTask<Problem?> OperatorsRefusal(HttpContext http)
    {
        // As a Bearer token only: a password that a browser keeps would be sent by pages of others, too.
        var sent = Bearer(http.Request);
        if (sent is not null && operatorKey.Is(sent))
        {
            LetIn.By(http, keys, rule: null); // It is another only after a start.
            return null;
        }

        if (!ApiKey.TryParse(sent, out var key)) return rates.Failed(http, Problems.OperatorKeyNeeded());
        if (await keys.Fresh(http.RequestAborted) is not { } known) return Problems.KeysUnknown(time.GetUtcNow());
        if (known.Find(key.Hash) is not { } holder) return rates.Failed(http, Problems.OperatorKeyNeeded());
        if (Refusal(http, holder) is { } refusal) return refusal;
        if (!HttpMethods.IsGet(http.Request.Method)) GatewayLog.ActsAsOperator(logger, http.TraceIdentifier, holder.Client, http.RouteName());
        return null;
    }

    private async ValueTask<Problem?> ClientsRefusal(HttpContext http)
    {
        if (await keys.Fresh(http.RequestAborted) is not { } known) return Problems.KeysUnknown(time.GetUtcNow());
        if (!known.KeysExist)
        {
            if (LoopbackOnly.Refusal(http) is { } refusal) return refusal;
            Caller.Is(http, Owner.LocalClient);
            LetIn.By(http, keys, now => !now.KeysExist);
            return null;
        }

        return ApiKey.TryParse(Bearer(http.Request), out var key) && known.Find(key.Hash) is { } holder ? Refusal(http, holder) : rates.Failed(http, Problems.InvalidKey());
    }

    // Whatever it may do, it does as its client.
    private Problem? Refusal(HttpContext http, KnownKey holder)
    {
        keys.Used(holder);
        Caller.Is(http, holder.Client);
        if (rates.Client(http, holder.Client) is { } tooOften) return tooOften;
        var needed = ScopeRule.For(http.Request);
        if (!holder.Scopes.HasFlag(needed)) return Problems.ScopeMissing(holder.Scopes, needed);
        LetIn.By(http, keys, now => now.Find(holder.Hash) is { } still && still.Scopes.HasFlag(needed));
        return null;
    }

    // The header alone: what stands in an address is kept by browsers and proxies.
    private static string? Bearer(HttpRequest request)
    {
        var header = request.Headers[HeaderNames.Authorization];
        return header.Count == 1 && header[0] is { } text && text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text[Scheme.Length..].Trim(' ') : null;
    }
}
