using System.Text.RegularExpressions;
using VideoGen.Access;

namespace VideoGen.Gateway.Access;

/// <summary>Gives every request an id (the caller's, if it is a harmless one: it is logged) and every answer the headers that all answers have.</summary>
internal sealed partial class RequestMarks(RequestDelegate next)
{
    private const string Header = "x-request-id";

    public Task InvokeAsync(HttpContext http)
    {
        var asked = http.Request.Headers[Header];
        http.TraceIdentifier = asked.Count == 1 && Ids().IsMatch(asked[0]!) && !ApiKey.IsIn(asked[0]!) ? asked[0]! : $"req_{Guid.NewGuid():N}";

        var headers = http.Response.Headers;
        headers[Header] = http.TraceIdentifier;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'"; // No answer is a page that may do something.
        headers["Referrer-Policy"] = "no-referrer";
        return next(http);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,128}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Ids();
}
