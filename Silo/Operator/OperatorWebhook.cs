using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Gateway.Http;
using VideoGen.Silo.Webhooks;

namespace VideoGen.Silo.Operator;

/// <summary>
/// Posts each dead letter to the operator's address, signed as <see cref="StandardWebhook"/> has it. The id is
/// the same whenever it is sent again. One try: when to try again is the request's own to know.
/// </summary>
internal sealed class OperatorWebhook : IOperatorNews, IDisposable
{
    /// <summary>Where one says that its address need not be public.</summary>
    public const string PrivateOption = $"{OperatorWebhookOptions.Section}:{nameof(OperatorWebhookOptions.PrivateAddresses)}";

    private static readonly JsonSerializerOptions _wire = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Uri? _url;
    private readonly byte[] _secret;
    private readonly TimeProvider _time;

    // No redirect: what is signed goes where the operator said.
    private readonly HttpClient _http;

    public OperatorWebhook(IOptions<OperatorWebhookOptions> options, TimeProvider time)
    {
        (_url, _secret, _time) = (options.Value.Url, StandardWebhook.SecretOf(options.Value.Secret) ?? [], time);
        _http = new(SafeHttp.Guarded(PrivateOption, options.Value.PrivateAddresses));
    }

    public async Task Tell(DeadLetterNews news, CancellationToken cancellationToken)
    {
        if (_url is null) return;
        var now = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var id = string.Create(CultureInfo.InvariantCulture, $"dead_{news.Id}_{news.At.ToUnixTimeMilliseconds()}");
        var body = JsonSerializer.SerializeToUtf8Bytes(MessageOf(news), _wire);
        using var request = new HttpRequestMessage(HttpMethod.Post, _url);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now);
        request.Headers.Add("webhook-signature", StandardWebhook.Sign(_secret, id, now, body));
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"The operator's webhook answered {(int)answer.StatusCode}.", inner: null, answer.StatusCode);
    }

    public void Dispose() => _http.Dispose();

    private static Message MessageOf(DeadLetterNews news) => new(
        "dead_letter.arrived",
        news.At,
        new(news.Id.ToString(), news.Owner.Client, news.Owner.User, news.Charged switch { Charged.Yes => "yes", Charged.No => "no", _ => "unknown" }, news.StoppedAt, news.Reason));

    private sealed record Message(string Type, DateTimeOffset Timestamp, DeadLetterBody Data);

    private sealed record DeadLetterBody(string Id, string Client, string User, string Charged, string StoppedAt, string Reason);
}
