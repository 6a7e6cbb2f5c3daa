using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Options;
using VideoGen.Gateway.Http;
using VideoGen.Grains.Webhooks;
using VideoGen.Webhooks;

namespace VideoGen.Silo.Webhooks;

/// <summary>One signed message to an address that a stranger has named, and what came back: a status, never a body.</summary>
internal sealed partial class WebhookPost : IDisposable
{
    /// <summary>Names that nobody knows and addresses that are not public: told apart, they would tell a stranger which names a network has.</summary>
    public const string Unreachable = "Its address cannot be reached, or is not on the public internet.";

    private static readonly string _late = string.Create(
        CultureInfo.InvariantCulture, $"It did not answer in time: a connection may take {SafeHttp.ConnectTimeout.TotalSeconds} s, and all of it {IClientNews.Patience.TotalSeconds} s.");

    /// <summary>What is read of an answer so that its connection can be used again; an answer that is longer loses it.</summary>
    private const int MostOfAnAnswer = 4_096;

    /// <summary>KiB.</summary>
    private const int MostHeaders = 16;

    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly ILogger<WebhookPost> _logger;

    public WebhookPost(IOptions<WebhooksOptions> options, TimeProvider time, ILogger<WebhookPost> logger)
        : this(SafeHttp.Guarded(WebhookAddress.PrivateOption, options.Value.PrivateAddresses), time, logger)
    {
    }

    internal WebhookPost(SocketsHttpHandler handler, TimeProvider time, ILogger<WebhookPost> logger)
    {
        handler.MaxResponseDrainSize = MostOfAnAnswer;
        handler.MaxResponseHeadersLength = MostHeaders;
        (_http, _time, _logger) = (new(handler) { Timeout = Timeout.InfiniteTimeSpan }, time, logger);
    }

    /// <summary>Sends it once. A 2xx is heard, and nothing else is: no redirect is followed.</summary>
    /// <param name="url">The address.</param>
    /// <param name="id">What stands in <c>webhook-id</c>.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="secrets">The client's, the newest first: each signs.</param>
    /// <param name="cancellationToken">Ends the try, which may have been heard then.</param>
    public async Task<WebhookTry> Send(string url, string id, byte[] body, IReadOnlyList<string> secrets, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(IClientNews.Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var request = Signed(url, id, body, secrets);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return new(_time.GetUtcNow(), (int)answer.StatusCode, TroubleOf(answer.StatusCode));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(_time.GetUtcNow(), Status: null, _late); // Our patience, or that of the connection.
        }
        catch (HttpRequestException e)
        {
            var trouble = TroubleOf(e);
            if (trouble == Unreachable) LogUnreachable(id, SafeHttp.Refusal(e) ?? $"The name {request.RequestUri!.IdnHost} is not known.");
            return new(_time.GetUtcNow(), Status: null, trouble);
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
        _ when SafeHttp.Refusal(e) is not null => Unreachable,
        { HttpRequestError: HttpRequestError.NameResolutionError } => Unreachable,
        { InnerException: SocketException { SocketErrorCode: SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery } } => Unreachable,
        { HttpRequestError: HttpRequestError.ConnectionError } => "Nobody takes a connection there.",
        { HttpRequestError: HttpRequestError.SecureConnectionError } or { InnerException: AuthenticationException } => "No secure connection could be made: its certificate is not one that is trusted for this name.",
        { HttpRequestError: HttpRequestError.ResponseEnded } => "It closed the connection without an answer.",
        _ => "Its answer is not HTTP that can be read.",
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "{EventId} was not sent to a client's webhook. {Because}")]
    private partial void LogUnreachable(string eventId, string because);
}
