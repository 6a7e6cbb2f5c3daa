using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace VideoGen.Gateway;

/// <summary>A refusal as a value, and how it is written: OpenAI's envelope under <c>/v1</c>, RFC 9457 elsewhere. Made in <see cref="Problems"/> only.</summary>
internal sealed record Problem(int Status, string Code, string Message) : IResult
{
    /// <summary>
    /// A longer wait is never a Retry-After: clients that sleep it would buy the video when nobody waits for it any more.
    /// </summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(20);

    /// <summary>The member, parameter or header that is at fault.</summary>
    public string? Param { get; init; }

    /// <summary>When asking again can help.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>The bound that was reached.</summary>
    public ReachedLimit? Limit { get; init; }

    /// <summary>More members of the body, written as they are.</summary>
    public IReadOnlyDictionary<string, JsonNode?>? Extra { get; init; }

    /// <summary>Answers with this problem.</summary>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var response = httpContext.Response;
        WriteHeaders(response.Headers, services.GetRequiredService<TimeProvider>().GetUtcNow());
        GatewayLog.Refused(services.GetRequiredService<ILogger<Problem>>(), httpContext.TraceIdentifier, httpContext.RouteName(), Status, Code);

        var ofV1 = IsOfV1(httpContext.Request.Path);
        response.StatusCode = Status;
        response.ContentLength = null;
        response.ContentType = ofV1 ? "application/json; charset=utf-8" : "application/problem+json; charset=utf-8";
        await response.WriteAsync(Body(ofV1).ToJsonString(WireJson.Options), CancellationToken.None);
        await response.CompleteAsync(); // From here the answer counts as given, for a HEAD too.
    }

    /// <summary>Whether a path is of OpenAI's surface.</summary>
    public static bool IsOfV1(PathString path) => path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase);

    /// <summary>What is written.</summary>
    /// <param name="ofV1">As OpenAI writes it, or as RFC 9457 has it.</param>
    public JsonObject Body(bool ofV1) => ofV1 ? Envelope() : Rfc9457();

    private void WriteHeaders(IHeaderDictionary headers, DateTimeOffset now)
    {
        // What was set for the answer that did not come about.
        headers.Remove(HeaderNames.ETag);
        headers.Remove(HeaderNames.LastModified);
        headers.Remove(HeaderNames.ContentDisposition);
        headers.CacheControl = "no-store";

        // Official clients repeat 408, 409, 429 and 5xx on their own unless told not to.
        headers["x-should-retry"] = "false";
        if (Status == 401 && headers.WWWAuthenticate.Count == 0) headers.WWWAuthenticate = "Bearer";
        if (RetryAt is not { } retryAt) return;

        var seconds = Math.Max(1, (long)Math.Ceiling((retryAt - now).TotalSeconds));
        if (seconds <= LongestRetryAfter.TotalSeconds) headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (Limit is null) return;
        if (Limit.Quota is { } quota) headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{Limit.Policy}\";q={quota}");
        headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{Limit.Policy}\";r={Limit.Remaining};t={seconds}");
    }

    private JsonObject Envelope() => new()
    {
        ["error"] = WithExtra(new JsonObject
        {
            ["message"] = Sentence(),
            ["type"] = Status switch
            {
                429 => "rate_limit_error",
                403 => "permission_error",
                >= 500 => "server_error",
                _ => "invalid_request_error",
            },
            ["param"] = Param,
            ["code"] = Code,
        }),
    };

    private JsonObject Rfc9457() => WithExtra(new JsonObject
    {
        ["type"] = "about:blank",
        ["title"] = ReasonPhrases.GetReasonPhrase(Status),
        ["status"] = Status,
        ["detail"] = Sentence(),
        ["code"] = Code,
        ["param"] = Param,
    });

    private JsonObject WithExtra(JsonObject body)
    {
        if (RetryAt is { } at) body["retry_at"] = WholeSeconds(at).ToUnixTimeSeconds();
        foreach (var (name, value) in Extra ?? new Dictionary<string, JsonNode?>()) body[name] = value?.DeepClone();
        return body;
    }

    // A grain's own sentence may say the time already.
    private string Sentence() => RetryAt is { } at && !Message.Contains(at.ToString("u", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"{Message} Ask again at {WholeSeconds(at):u}.")
        : Message;

    // Up, so that nobody who comes at the said second comes too early.
    private static DateTimeOffset WholeSeconds(DateTimeOffset at) => at.AddTicks((TimeSpan.TicksPerSecond - at.Ticks % TimeSpan.TicksPerSecond) % TimeSpan.TicksPerSecond);
}

/// <summary>A bound that was reached, as the RateLimit headers say it.</summary>
/// <param name="Policy">Its name.</param>
/// <param name="Quota">How many it allows; null where that is not a number.</param>
/// <param name="Remaining">How many more it allows now.</param>
internal sealed record ReachedLimit(string Policy, int? Quota, int Remaining);
