using System.Net;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using VideoGen.Gateway.Http;

namespace VideoGen.Gateway.Videos;

/// <summary>
/// Fetches a picture from an address that a stranger names. Only public addresses are reached, whatever a name is resolved to; no redirect is
/// followed, nothing of ours is sent along, and a few are fetched at a time. What went wrong is said without what an address was found to be.
/// </summary>
internal sealed class InputDownload : IDisposable
{
    /// <summary>Where one says that private addresses are right.</summary>
    public const string PrivateOption = $"{GatewayOptions.Section}:{nameof(GatewayOptions.PrivateInputs)}";

    /// <summary>So many are fetched at a time, for all and for one client: each is in memory, and whoever names a slow address waits for it alone.</summary>
    private const int AtOnce = 16, AtOnceForOne = 4;

    private const int LongestAddress = 2_048;

    // The client's own comes first: whoever waits for that holds none of the others'.
    private readonly PartitionedRateLimiter<string> places = PartitionedRateLimiter.CreateChained(Places(client => client, AtOnceForOne), Places(_ => "", AtOnce));
    private readonly GatewayOptions options;
    private readonly HttpClient http;

    public InputDownload(IOptions<GatewayOptions> options)
    {
        this.options = options.Value;
        http = new(SafeHttp.Guarded(PrivateOption, this.options.PrivateInputs)) { Timeout = this.options.InputTimeout };
    }

    /// <summary>Hands the content to whoever saves it.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="address">What the caller named.</param>
    /// <param name="save">Saves it, and bounds it.</param>
    /// <param name="cancellationToken">Ends the fetch.</param>
    /// <returns>What the saving came to; else why there is nothing to save, for the caller; neither where so many are fetched that there was no place in time.</returns>
    public async Task<(T? Saved, string? Wrong)> Fetch<T>(string client, string address, Func<Stream, CancellationToken, Task<T>> save, CancellationToken cancellationToken) where T : struct
    {
        if (WrongWith(address, out var url) is { } wrong) return (null, wrong);
        using var place = await Place(client, cancellationToken);
        if (place is null) return (null, null);
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(options.InputTimeout); // The client's own ends with the headers.
            using var answer = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            if (answer.StatusCode != HttpStatusCode.OK) return (null, $"could not be fetched: its address answered {(int)answer.StatusCode}, and redirects are not followed.");
            return (await save(await answer.Content.ReadAsStreamAsync(deadline.Token), deadline.Token), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"could not be fetched: its address did not answer within {options.InputTimeout.TotalSeconds:0} s.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return (null, SafeHttp.Refusal(exception) is null ? "could not be fetched: its address cannot be reached, or broke off." : NotPublic);
        }
    }

    public void Dispose()
    {
        http.Dispose();
        places.Dispose();
    }

    private const string NotPublic = "is not fetched from there: it is no address on the public internet.";

    private static PartitionedRateLimiter<string> Places(Func<string, string> of, int count) => PartitionedRateLimiter.Create<string, string>(client =>
        RateLimitPartition.GetConcurrencyLimiter(of(client), _ => new() { PermitLimit = count, QueueLimit = int.MaxValue }));

    private async Task<RateLimitLease?> Place(string client, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.InputTimeout);
        try
        {
            return await places.AcquireAsync(client, cancellationToken: patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private string? WrongWith(string address, out Uri? url)
    {
        url = null;
        if (address.Length > LongestAddress || !Uri.TryCreate(address, UriKind.Absolute, out url) || (url.Scheme != Uri.UriSchemeHttps && !(options.PrivateInputs && url.Scheme == Uri.UriSchemeHttp)))
        {
            return $"must be a file, a data URL (data:image/png;base64,...) or an https address of at most {LongestAddress} characters.";
        }

        if (url.UserInfo.Length > 0) return "must be an address without a name and password.";
        return !options.PrivateInputs && SafeHttp.WrongWith(url, PrivateOption) is not null ? NotPublic : null;
    }
}
