using Microsoft.Net.Http.Headers;
using VideoGen.Access;

namespace VideoGen.Gateway.Access;

/// <summary>
/// Who may call. As long as there never was an API key: programs on this machine, as the client <see cref="Owner.LocalClient"/>.
/// From the first key on: who sends one that is in force, as its client, wherever the call comes from. What is under
/// <see cref="OperatorsPath"/> is the operator's alone, with a key of its own, whatever keys clients have.
/// </summary>
internal sealed class AccessCheck(RequestDelegate next, IClientKeys keys, OperatorKey operatorKey, CallRates rates, TimeProvider time)
{
    /// <summary>The operator's part of the door.</summary>
    public const string OperatorsPath = "/api/admin";

    private const string Scheme = "Bearer ";

    public async Task InvokeAsync(HttpContext http)
    {
        if (await Refusal(http) is { } problem) await problem.ExecuteAsync(http);
        else await next(http);
    }

    private async ValueTask<Problem?> Refusal(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments(OperatorsPath, StringComparison.OrdinalIgnoreCase))
        {
            // As a Bearer token only: a password that a browser keeps would be sent by pages of others, too.
            return Bearer(http.Request) is { } sent && operatorKey.Is(sent) ? null : rates.Failed(http, Problems.OperatorKeyNeeded());
        }

        if (http.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is not null) return keys.Latest.KeysExist ? null : LoopbackOnly.Refusal(http);
        if (await keys.Fresh(http.RequestAborted) is not { } known) return Problems.KeysUnknown(time.GetUtcNow());
        if (!known.KeysExist)
        {
            if (LoopbackOnly.Refusal(http) is { } refusal) return refusal;
            Caller.Is(http, Owner.LocalClient);
            return null;
        }

        if (!ApiKey.TryParse(Bearer(http.Request), out var key) || known.Find(key.Hash) is not { } holder) return rates.Failed(http, Problems.InvalidKey());
        keys.Used(holder);
        Caller.Is(http, holder.Client);
        return rates.Client(http, holder.Client);
    }

    // The header alone: what stands in an address is kept by browsers and proxies.
    private static string? Bearer(HttpRequest request)
    {
        var header = request.Headers[HeaderNames.Authorization];
        return header.Count == 1 && header[0] is { } text && text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text[Scheme.Length..].Trim(' ') : null;
    }
}
