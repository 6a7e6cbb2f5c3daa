using VideoGen.Requests;
using VideoGen.Silo.Providers.VertexVeo;

namespace VideoGen.Silo.Providers.Http;

/// <summary>A provider account, read from <see cref="AccountSettings"/> and checked.</summary>
/// <param name="Address">What the protocol's paths are relative to; ends with a slash.</param>
/// <param name="Key">What authorizes a call.</param>
/// <param name="AccessKey">What names the key where the protocol signs tokens with it; else empty.</param>
/// <param name="FindsByList">Whether a submit without an answer is looked for in the account's list of jobs.</param>
/// <param name="KeyKeptFor">How long the server answers the same <c>Idempotency-Key</c> and body with the same job; null where it does not say that it does.</param>
/// <param name="DeleteStops">Whether DELETE of a job that runs stops it.</param>
/// <param name="UnfinishedJobs">Whether a job that ended without a video was charged, where the provider does not say.</param>
/// <param name="Slots">How many jobs of ours it works on at a time; null where it queues by itself.</param>
/// <param name="SubmitsPerMinute">How many submits it takes in a minute; null where it says so itself.</param>
internal sealed record AccountOptions(
    Uri Address, ProviderSecret Key, string AccessKey, bool FindsByList, TimeSpan? KeyKeptFor, bool DeleteStops, Charged UnfinishedJobs, int? Slots = null, int? SubmitsPerMinute = null)
{
    /// <summary>Where the provider calls back to; null where it does not.</summary>
    public CallbackAddress? Callbacks { get; init; }

    /// <summary>What the account's models call their inputs, where that differs from model to model.</summary>
    public InputNames Inputs { get; init; } = new();

    /// <summary>How long after a submit was given up it may still become a job that can be found: what nothing better is known of.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(10);

    /// <summary>How far a provider's clock may be from ours.</summary>
    public static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(1);

    /// <inheritdoc cref="AccountSettings.PrivateAddresses"/>
    public bool PrivateAddresses { get; init; }

    /// <summary>For <c>vertex_veo</c>: the project and location.</summary>
    public VertexPlace? Vertex { get; init; }

    /// <summary>For <c>vertex_veo</c>: where videos are put; null where they come with the answer.</summary>
    public BucketPlace? Bucket { get; init; }

    /// <summary>For <c>vertex_veo</c>: whether there is no key, and the metadata server gives out tokens.</summary>
    public bool AsksMetadataServer { get; init; }
}

/// <summary>What models call their inputs, beside the prompt; empty where they have no such.</summary>
/// <param name="Seconds">The length, as a number of seconds.</param>
/// <param name="Aspect">The shape, such as <c>16:9</c>.</param>
/// <param name="Resolution">The shorter side, such as <c>720p</c>.</param>
/// <param name="Picture">The picture that guides the video, as a data URL.</param>
internal sealed record InputNames(string Seconds = "duration", string Aspect = "aspect_ratio", string Resolution = "resolution", string Picture = "image");

/// <summary>A provider account as it is configured; section <c>Providers:Accounts:&lt;name&gt;</c>.</summary>
internal sealed record AccountSettings
{
    public const string Section = "Providers:Accounts";

    /// <summary>The protocol: one of <see cref="AccountTypes"/>. It must be said.</summary>
    public string? Type { get; set; }

    /// <summary>Where the provider is: an http or https address; for <c>openai_videos</c> it mostly ends with <c>/v1</c>, for <c>vertex_veo</c> with <c>/v1/projects/…/locations/…</c>. It must be said.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>The key; for <c>kling</c> the secret key, for <c>vertex_veo</c> a service account's key file or an access token. This or <see cref="ApiKeyFile"/> must be said, unless <see cref="Credentials"/> needs none.</summary>
    public string? ApiKey { get; set; }

    /// <summary>A file that has the key in it and nothing else.</summary>
    public string? ApiKeyFile { get; set; }

    /// <summary>For <c>kling</c>, which must have it: the access key, which names the secret one.</summary>
    public string? AccessKey { get; set; }

    /// <summary>
    /// For <c>openai_videos</c>: <c>list</c> where the server lists all jobs of the account with prompt, model, size, seconds and time, so
    /// that a submit without an answer can be found; <c>key</c> where it documents that the same <c>Idempotency-Key</c> and body give the
    /// same job (another Orleans.VideoGen does), so that such a submit is sent again; <c>none</c> where a person has to decide. Default: <c>none</c>.
    /// </summary>
    public string? Resolution { get; set; }

    /// <summary>For <c>Resolution=key</c>, which must have it: how long the server documents to remember a key; 1 hour to 30 days.</summary>
    public TimeSpan? KeyKeptFor { get; set; }

    /// <summary>For <c>openai_videos</c>: whether DELETE of a job that runs stops it, as at vLLM-Omni. Default: false, and nothing is cancelled.</summary>
    public bool DeleteStops { get; set; }

    /// <summary>
    /// What a job costs that ends without a video, where the provider does not say: <c>free</c>, <c>charged</c> or <c>unknown</c>. Only
    /// where it is free is a failed job tried again. Default: <c>unknown</c>.
    /// </summary>
    public string? UnfinishedJobs { get; set; }

    /// <summary>
    /// For <c>vertex_veo</c>: where videos are put, <c>gs://bucket/folder</c>, each under a path of its own. Without it they come with the answer,
    /// and a submit without an answer cannot be found.
    /// </summary>
    public string? StorageUri { get; set; }

    /// <summary>For <c>vertex_veo</c>: where Cloud Storage is. Default: <c>https://storage.googleapis.com</c>.</summary>
    public string? StorageUrl { get; set; }

    /// <summary>
    /// For <c>vertex_veo</c>: <c>metadata_server</c> where this runs on Google Cloud as a service account of its own (Compute Engine, GKE with
    /// workload identity, Cloud Run), so that there is no key; <c>key</c> where there is one. Default: <c>key</c>.
    /// </summary>
    public string? Credentials { get; set; }

    /// <summary>How many videos are sent to it or running there at a time, users in turn; 1 to 10,000. Default: any number.</summary>
    public int? Slots { get; set; }

    /// <summary>How many submits it gets in any minute; 1 to 10,000. Default: any number.</summary>
    public int? SubmitsPerMinute { get; set; }

    /// <summary>
    /// For <c>replicate</c>: this service as the provider reaches it, an http or https address. Then it calls when a job has ended, and a
    /// submit without an answer is found by what it says. Default: it is not asked to call. It needs <see cref="WebhookSecret"/>.
    /// </summary>
    public string? CallbackUrl { get; set; }

    /// <summary>For <c>replicate</c>: what it signs its calls with, from its <c>GET /v1/webhooks/default/secret</c>: <c>whsec_</c> and 24 to 64 bytes in base64.</summary>
    public string? WebhookSecret { get; set; }

    /// <summary>For <c>replicate</c>: what its models call the length in seconds; empty: it is not said. Default: <c>duration</c>.</summary>
    public string? SecondsInput { get; set; }

    /// <summary>The same for the shape, such as <c>16:9</c>. Default: <c>aspect_ratio</c>.</summary>
    public string? AspectInput { get; set; }

    /// <summary>The same for the shorter side, such as <c>720p</c>. Default: <c>resolution</c>.</summary>
    public string? ResolutionInput { get; set; }

    /// <summary>The same for the picture that guides the video; empty: they take none. Default: <c>image</c>.</summary>
    public string? PictureInput { get; set; }

    /// <summary>
    /// Whether its videos may be at addresses that are not public, where they are not at <see cref="BaseUrl"/> itself: for a provider in a
    /// network of yours. Default: false.
    /// </summary>
    public bool PrivateAddresses { get; set; }

    /// <summary>Without the key.</summary>
    public override string ToString() => $"{Type} at {BaseUrl}";
}

/// <summary>All accounts by their names; section <see cref="AccountSettings.Section"/>.</summary>
internal sealed class AccountsOptions
{
    public Dictionary<string, AccountSettings> ByName { get; } = new(StringComparer.Ordinal);
}

/// <summary>The protocols that an account can speak.</summary>
internal static class AccountTypes
{
    public const string OpenAiVideos = "openai_videos", Kling = "kling", Replicate = "replicate", VertexVeo = "vertex_veo";
}
