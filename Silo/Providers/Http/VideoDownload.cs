using System.Net;
using VideoGen.Gateway.Http;

namespace VideoGen.Silo.Providers.Http;

/// <summary>
/// Where a finished video is fetched from. The provider names the place, and may send on from there: the account's own server is asked as
/// the operator configured it, anything else only where it is public, over https unless the account itself is not, and without our token.
/// </summary>
/// <param name="account">The account's address.</param>
/// <param name="allowsPrivate">Whether the account's videos may be anywhere.</param>
/// <param name="resolve">How names are resolved; null: as the system does.</param>
internal sealed class VideoDownload(Uri account, bool allowsPrivate, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) : IDisposable
{
    /// <summary>How often it may be sent on.</summary>
    public const int MaxRedirects = 3;

    private const string Option = $"the account's {nameof(AccountSettings.PrivateAddresses)}";

    private readonly HttpMessageInvoker _elsewhere = new(SafeHttp.Guarded(Option, allowsPrivate, resolve));

    /// <summary>Asks for a file, and goes where it is sent on to.</summary>
    /// <param name="place">Where it is said to be.</param>
    /// <param name="ask">Asks the account's own server.</param>
    /// <param name="head">What goes into the head of a request elsewhere.</param>
    /// <param name="cancellationToken">Ends the wait for the head of an answer.</param>
    /// <exception cref="AddressRefusedException">It is not asked there.</exception>
    /// <exception cref="HttpRequestException">There was no answer; <see cref="SafeHttp.Refusal"/> says whether it was not asked there.</exception>
    public async Task<HttpResponseMessage> Get(Uri place, Func<Uri, CancellationToken, Task<HttpResponseMessage>> ask, Action<HttpRequestMessage> head, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            var response = IsOwn(place) ? await ask(place, cancellationToken).ConfigureAwait(false) : await Elsewhere(place, head, cancellationToken).ConfigureAwait(false);
            if (Next(place, response) is not { } next) return response;
            response.Dispose();
            if (redirects == MaxRedirects) throw new AddressRefusedException($"The provider sends on more than {MaxRedirects} times for one video, the last time from {place.Authority}.");
            place = next;
        }
    }

    public void Dispose() => _elsewhere.Dispose();

    private bool IsOwn(Uri place) => place.Scheme == account.Scheme && place.IdnHost == account.IdnHost && place.Port == account.Port;

    private async Task<HttpResponseMessage> Elsewhere(Uri place, Action<HttpRequestMessage> head, CancellationToken cancellationToken)
    {
        if (place.Scheme != Uri.UriSchemeHttps && !(place.Scheme == Uri.UriSchemeHttp && account.Scheme == Uri.UriSchemeHttp)) throw new AddressRefusedException($"The provider names a place for a video that is not https ({place.Scheme}, {place.Authority}), so nothing is sent there.");
        if (place.UserInfo.Length > 0) throw new AddressRefusedException($"The provider names a place for a video with a user in it ({place.Authority}), so nothing is sent there.");
        using var request = new HttpRequestMessage(HttpMethod.Get, place);
        head(request);
        return await _elsewhere.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static Uri? Next(Uri place, HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is { } location ? new Uri(place, location) : null;
}
