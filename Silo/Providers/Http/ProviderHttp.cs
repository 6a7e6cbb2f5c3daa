using System.Net;
using System.Net.Http.Headers;
using VideoGen.Grains.Providers;
using VideoGen.Gateway.Http;

namespace VideoGen.Silo.Providers.Http;

/// <summary>
/// The HTTP connections to one provider account: one kind for submits, on which nothing is ever sent twice, and one for everything else.
/// No redirect, no proxy, no cookies and no trace headers on either; HTTP/1.1 only.
/// </summary>
/// <param name="address">What paths are relative to.</param>
/// <param name="token">What to authorize a call with, as a bearer.</param>
/// <param name="time">The clock.</param>
/// <param name="allowsPrivate">Whether its videos may be at addresses that are not public.</param>
internal sealed class ProviderHttp(Uri address, Func<string> token, TimeProvider time, bool allowsPrivate) : IDisposable
{
    /// <summary>The largest answer that is read, bytes; videos are streamed and have their own limit.</summary>
    public const int MaxAnswerBytes = 8 << 20;

    private static readonly TimeSpan _longestRetryAfter = TimeSpan.FromDays(1);

    // Each submit has a connection of its own, new and not kept: there is none that the other side may have closed meanwhile, which is
    // where .NET sends a request again by itself.
    private readonly HttpMessageInvoker _submits = new(SafeHttp.Plain(TimeSpan.Zero));
    private readonly HttpMessageInvoker _calls = new(SafeHttp.Plain(SafeHttp.KeptFor));
    private readonly VideoDownload _videos = new(address, allowsPrivate);

    /// <summary>Sends a submit, once or not at all.</summary>
    /// <param name="path">Relative to the address, without a slash before it.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="type">Its type.</param>
    /// <param name="key">Our mark, for servers that read <c>Idempotency-Key</c>; only what an account's server documents is relied on.</param>
    /// <param name="gate">The last check.</param>
    /// <param name="cancellationToken">Ends the wait for an answer.</param>
    public Task<HttpOutcome> Submit(string path, byte[] body, MediaTypeHeaderValue type, string key, SubmitGate gate, CancellationToken cancellationToken) =>
        Submit(path, body, type, key, [], gate, cancellationToken);

    /// <inheritdoc cref="Submit(string, byte[], MediaTypeHeaderValue, string, SubmitGate, CancellationToken)"/>
    /// <param name="headers">What the protocol says in headers.</param>
    public async Task<HttpOutcome> Submit(
        string path, byte[] body, MediaTypeHeaderValue type, string key, (string Name, string Value)[] headers, SubmitGate gate, CancellationToken cancellationToken)
    {
        using var content = new SubmitContent(body, type, gate);
        using var request = Request(HttpMethod.Post, path);
        request.Content = content;
        request.Headers.ConnectionClose = true;
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        try
        {
            using var response = await _submits.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return await Answer(response, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception trouble) when (IsExpected(trouble) || content.CameTooLate)
        {
            if (content.MayHaveLeft) return new HttpOutcome.NoAnswer(Why(trouble));
            return content.CameTooLate
                ? new HttpOutcome.NotSent("The time for this submit had passed before it was sent.", TooLate: true)
                : new HttpOutcome.NotSent(Why(trouble), trouble is OperationCanceledException);
        }
    }

    /// <summary>Makes a call that may be repeated.</summary>
    public Task<HttpOutcome> Call(HttpMethod method, string path, CancellationToken cancellationToken) => Call(Request(method, path), MaxAnswerBytes, cancellationToken);

    /// <summary>Asks a question that may be repeated, where the protocol wants it as a POST.</summary>
    /// <param name="path">Relative to the address, without a slash before it.</param>
    /// <param name="question">JSON.</param>
    /// <param name="maxBytes">The largest answer that is read, bytes.</param>
    /// <param name="cancellationToken">Ends the wait for an answer.</param>
    public Task<HttpOutcome> Ask(string path, byte[] question, int maxBytes, CancellationToken cancellationToken)
    {
        var request = Request(HttpMethod.Post, path);
        request.Content = new ByteArrayContent(question) { Headers = { ContentType = new("application/json") } };
        return Call(request, maxBytes, cancellationToken);
    }

    private async Task<HttpOutcome> Call(HttpRequestMessage message, int maxBytes, CancellationToken cancellationToken)
    {
        using var request = message;
        try
        {
            using var response = await _calls.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return await Answer(response, cancellationToken, maxBytes).ConfigureAwait(false);
        }
        catch (Exception trouble) when (IsExpected(trouble))
        {
            return new HttpOutcome.NoAnswer(Why(trouble));
        }
    }

    /// <summary>
    /// Opens what may be large, and goes where it is sent on to. The stream is null where the answer is not 200; it throws where it ends too
    /// early, and may go on then.
    /// </summary>
    /// <param name="place">Relative to the address, or somewhere that the provider names: then without our token, and only as <see cref="VideoDownload"/> lets it.</param>
    /// <param name="cancellationToken">Ends the wait for the head of the answer.</param>
    public async Task<(Stream? Content, HttpOutcome Outcome)> Open(Uri place, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await Get(place, _ => { }, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK) return (null, await Answer(response, cancellationToken).ConfigureAwait(false));
            var content = new VideoStream((head, token) => GetAgain(place, head, token));
            await content.Begin(response, cancellationToken).ConfigureAwait(false);
            response = null;
            return (content, new HttpOutcome.Answered(200, [], null));
        }
        catch (Exception trouble) when (IsExpected(trouble))
        {
            return (null, SafeHttp.Refusal(trouble) is { } refusal ? new HttpOutcome.NotAsked(refusal) : new HttpOutcome.NoAnswer(Why(trouble)));
        }
        finally
        {
            response?.Dispose();
        }
    }

    private Task<HttpResponseMessage> Get(Uri place, Action<HttpRequestMessage> head, CancellationToken cancellationToken)
    {
        var isOurs = !place.IsAbsoluteUri;
        return _videos.Get(isOurs ? new(address, place) : place, Ask, head, cancellationToken);

        async Task<HttpResponseMessage> Ask(Uri at, CancellationToken token)
        {
            using var request = isOurs ? Request(HttpMethod.Get, at.AbsoluteUri) : new HttpRequestMessage(HttpMethod.Get, at);
            head(request);
            return await _calls.SendAsync(request, token).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> GetAgain(Uri place, Action<HttpRequestMessage> head, CancellationToken cancellationToken)
    {
        try
        {
            return await Get(place, head, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception trouble) when (IsExpected(trouble) && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(SafeHttp.Refusal(trouble) ?? Why(trouble), trouble);
        }
    }

    public void Dispose()
    {
        _videos.Dispose();
        _submits.Dispose();
        _calls.Dispose();
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(address, path)) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Authorization = new("Bearer", token());
        request.Headers.Accept.Add(new("application/json"));
        return request;
    }

    private async Task<HttpOutcome> Answer(HttpResponseMessage response, CancellationToken cancellationToken, int maxBytes = MaxAnswerBytes)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var body = new MemoryStream();
            var buffer = new byte[16 << 10];
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (body.Length + read > maxBytes) return new HttpOutcome.NoAnswer("The provider's answer is too large to be one.");
                body.Write(buffer, 0, read);
            }

            return new HttpOutcome.Answered((int)response.StatusCode, body.ToArray(), RetryAfter(response.Headers.RetryAfter));
        }
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        if ((header?.Delta ?? header?.Date - time.GetUtcNow()) is not { } wait) return null;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > _longestRetryAfter ? _longestRetryAfter : wait;
    }

    private static bool IsExpected(Exception trouble) => trouble is HttpRequestException or IOException or OperationCanceledException;

    // Never the exception's own words: they may have what was sent in them.
    private static string Why(Exception trouble) => trouble switch
    {
        OperationCanceledException => "There was no answer in time.",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "The provider's name could not be resolved.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "The provider could not be reached.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "No secure connection to the provider could be made.",
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => "What answered does not speak HTTP.",
        _ => "The connection broke before there was an answer.",
    };
}
