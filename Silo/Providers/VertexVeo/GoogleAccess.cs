using System.Net;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Google.Apis.Http;
using VideoGen.Gateway.Http;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.VertexVeo;

/// <summary>
/// The access tokens of a Google Cloud account: those that its service account's key is exchanged for, at the <c>token_uri</c> that the key
/// file names (OAuth 2.0 for service accounts, RFC 7523), each for as long as it lasts; those of the service account that this machine, pod or
/// service runs as, from the metadata server that Google Cloud has beside it, which <c>GCE_METADATA_HOST</c> may say to be elsewhere; or a
/// token that was configured, as it is.
/// </summary>
internal sealed class GoogleAccess
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    private readonly ServiceCredential? _account;

    /// <param name="key">A service account's key file, or a token; null: the metadata server is asked.</param>
    public GoogleAccess(ProviderSecret? key)
    {
        if (key is null) _account = new ComputeCredential(new ComputeCredential.Initializer { Scopes = [Scope], HttpClientFactory = new Line() });
        else if (IsKeyFile(key.Reveal())) _account = AccountOf(key.Reveal());
        else Token = key.Reveal();
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
#pragma warning disable CA1031 // Whatever it throws: there is no token, so nothing that needs one was sent. Its words may have parts of an answer in them.
        try
        {
            Token = await _account.GetAccessTokenForRequestAsync(authUri: null, cancellationToken).ConfigureAwait(false);
            if (Token is { Length: > 0 }) return null;
            Token = "";
            return NoToken(null);
        }
        catch (Exception trouble)
        {
            return NoToken(trouble);
        }
#pragma warning restore CA1031
    }

    private Failure NoToken(Exception? trouble)
    {
        var why = trouble switch
        {
            TokenResponseException { StatusCode: { } status and not HttpStatusCode.OK } => $"the answer was {(int)status}",
            HttpRequestException or OperationCanceledException => "there was no answer",
            _ => "the answer was none with a token in it",
        };
        return new(FailureKind.Unavailable, _account is ComputeCredential metadata
            ? $"The metadata server at {new Uri(metadata.TokenServerUrl).Authority} gave out no token: {why}. Is this a machine, pod or service of Google Cloud with a service account? If not, this account needs a key."
            : $"Google gave out no token for this account's key: {why}.", "no_token");
    }

    private static ServiceAccountCredential AccountOf(string keyFile)
    {
        var read = CredentialFactory.FromJson<ServiceAccountCredential>(keyFile);
        return new(new ServiceAccountCredential.Initializer(read.Id, read.TokenServerUrl) { Key = read.Key, KeyId = read.KeyId, Scopes = [Scope], HttpClientFactory = new Line() });
    }

    /// <summary>As for all other calls to a provider: no redirect, no proxy.</summary>
    private sealed class Line : HttpClientFactory, Google.Apis.Http.IHttpClientFactory
    {
        // The library follows redirects by itself, whatever the handler below it does.
        ConfigurableHttpClient Google.Apis.Http.IHttpClientFactory.CreateHttpClient(CreateHttpClientArgs args)
        {
            var client = CreateHttpClient(args);
            client.MessageHandler.FollowRedirect = false;
            return client;
        }

        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => SafeHttp.Plain(SafeHttp.KeptFor);
    }
}
