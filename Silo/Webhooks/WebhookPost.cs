using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Microsoft.Extensions.Options;
using VideoGen.Gateway.Http;
using VideoGen.Webhooks;

namespace VideoGen.Silo.Webhooks;

/// <summary>One signed message to an address that a stranger has named, and what came back: a status, never a body.</summary>
internal sealed class WebhookPost : IDisposable
{
    /// <summary>How long it may take to be answered, as Standard Webhooks has it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>What is read of an answer so that its connection can be used again; an answer that is longer loses it.</summary>
    private const int MostOfAnAnswer = 4_096;

    /// <summary>KiB.</summary>
    private const int MostHeaders = 16;

    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    public WebhookPost(IOptions<WebhooksOptions> options, TimeProvider time)
    {
        var handler = SafeHttp.Guarded(WebhookAddress.PrivateOption, options.Value.PrivateAddresses);
        handler.MaxResponseDrainSize = MostOfAnAnswer;
        handler.MaxResponseHeadersLength = MostHeaders;
        (_http, _time) = (new(handler) { Timeout = Timeout.InfiniteTimeSpan }, time);
    }

    /// <summary>Sends it once. A 2xx is heard, and nothing else is: no redirect is followed.</summary>
    /// <param name="url">The address.</param>
    /// <param name="id">What stands in <c>webhook-id</c>.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="secrets">The client's, the newest first: each signs.</param>
    /// <param name="cancellationToken">Ends the try, which may have been heard then.</param>
    public async Task<WebhookTry> Send(string url, string id, byte[] body, IReadOnlyList<string> secrets, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var request = Signed(url, id, body, secrets);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return new(_time.GetUtcNow(), (int)answer.StatusCode, TroubleOf(answer.StatusCode));
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return new(_time.GetUtcNow(), Status: null, string.Create(CultureInfo.InvariantCulture, $"It did not answer in {Patience.TotalSeconds} s."));
        }
        catch (HttpRequestException e)
        {
            return new(_time.GetUtcNow(), Status: null, SafeHttp.Refusal(e) ?? TroubleOf(e));
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Signed(string url, string id, byte[] body, IReadOnlyList<string> secrets)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("VideoGen", productVersion: null));
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now);
        request.Headers.Add("webhook-signature", string.Join(' ', secrets.Select(secret => StandardWebhook.Sign(StandardWebhook.SecretOf(secret)!, id, now, body))));
        return request;
    }

    private static string? TroubleOf(HttpStatusCode status) => (int)status switch
    {
        >= 200 and < 300 => null,
        >= 300 and < 400 => string.Create(CultureInfo.InvariantCulture, $"It answered {(int)status}: redirects are not followed, so register the address that it leads to."),
        410 => "It answered 410: it wants to hear of nothing any more.",
        _ => string.Create(CultureInfo.InvariantCulture, $"It answered {(int)status}; only a 2xx is taken for heard."),
    };

    // What is behind it may quote the address, and that may have a secret in it.
    private static string TroubleOf(HttpRequestException e) => e switch
    {
        { HttpRequestError: HttpRequestError.NameResolutionError } => "Its name is not known.",
        { HttpRequestError: HttpRequestError.ConnectionError } => "Nobody takes a connection there.",
        { HttpRequestError: HttpRequestError.SecureConnectionError } or { InnerException: AuthenticationException } => "No secure connection could be made: its certificate is not one that is trusted for this name.",
        { HttpRequestError: HttpRequestError.ResponseEnded } => "It closed the connection without an answer.",
        _ => "Its answer is not HTTP that can be read.",
    };
}
