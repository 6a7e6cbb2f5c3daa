using System.Net;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.VertexVeo;

/// <summary>
/// The access tokens of a Google Cloud account: those that its service account's key is exchanged for, at the <c>token_uri</c> that the key
/// file names (OAuth 2.0 for service accounts, RFC 7523), each for as long as it lasts; or a token that was configured, as it is.
/// </summary>
internal sealed class GoogleAccess
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    private readonly ServiceAccountCredential? _account;

    /// <param name="key">A service account's key file, or a token.</param>
    public GoogleAccess(ProviderSecret key)
    {
        if (!IsKeyFile(key.Reveal())) Token = key.Reveal();
        else _account = AccountOf(key.Reveal());
    }

    /// <summary>The last token; empty before the first.</summary>
    public string Token { get; private set; } = "";

    /// <summary>Whether a key is the text of a service account's key file.</summary>
    public static bool IsKeyFile(string key) => key.StartsWith('{');

    /// <summary>What is wrong with the text of a key file; null where nothing is.</summary>
    public static string? WrongWith(string keyFile)
    {
#pragma warning disable CA1031 // The library throws many kinds for text that is not what it should be, and none of their words may be told.
        try
        {
            AccountOf(keyFile);
            return null;
        }
        catch (Exception)
        {
            return "a service account's key, as Google Cloud gives it out (\"type\": \"service_account\")";
        }
#pragma warning restore CA1031
    }

    /// <summary>Sees to it that there is a token for the next minutes.</summary>
    /// <returns>Null where there is one.</returns>
    public async Task<Failure?> Renew(CancellationToken cancellationToken)
    {
        if (_account is null) return null;
#pragma warning disable CA1031 // Whatever it throws: there is no token, so nothing that needs one was sent.
        try
        {
            Token = await _account.GetAccessTokenForRequestAsync(authUri: null, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception)
        {
            return new(FailureKind.Unavailable, "Google gave out no token for this account's key.", "no_token");
        }
#pragma warning restore CA1031
    }

    private static ServiceAccountCredential AccountOf(string keyFile)
    {
        var read = CredentialFactory.FromJson<ServiceAccountCredential>(keyFile);
        return new(new ServiceAccountCredential.Initializer(read.Id, read.TokenServerUrl) { Key = read.Key, KeyId = read.KeyId, Scopes = [Scope], HttpClientFactory = new Line() });
    }

    /// <summary>As for all other calls to a provider: no redirect, no proxy.</summary>
    private sealed class Line : HttpClientFactory
    {
        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        };
    }
}
