using VideoGen.Access;

namespace VideoGen.Gateway.Operator;

/// <summary>
/// Which options may be shown with what they say: those that stand here, and no other. What is new or mistyped is shown by its name alone until
/// somebody has thought about it; a test holds this list to the options that there are.
/// </summary>
internal static class SeenOptions
{
    /// <summary>A name of somebody's own, or a place in a list.</summary>
    private const string Any = "*";

    /// <summary>Our sections; what stands elsewhere in the environment is not ours to show.</summary>
    public static readonly IReadOnlySet<string> Sections = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "AgentRuns", "Budgets", "Catalogue", "Clients", "Cluster", "ConnectionStrings", "Dashboard", "Gateway", "Logging", "Media", "Operator", "Plans", "Providers", "Quotas", "Requests", "SpendBreaker",
        "Store", "Sweep", "Telemetry", "URLS", "VIDEOGEN_DATA", "VIDEOGEN_SETTINGS", "Webhooks",
    };

    private static readonly string[][] Harmless =
    [
        .. Of("", "URLS", "VIDEOGEN_DATA", "VIDEOGEN_SETTINGS"),
        .. Of("AgentRuns", "VideosPerRun"),
        .. Of("Budgets", "GlobalDailyUsd", "GlobalMonthlyUsd", "ClientDailyUsd", "ClientMonthlyUsd", "UserDailyUsd", "UserMonthlyUsd", "ProviderDailyUsd", "ProviderMonthlyUsd", "TimeZone"),
        .. Of("Catalogue", "DefaultModel"),
        .. Of("Catalogue:Models:*", "Provider", "ProviderModel", "UsdPerSecond", "Retires", "Route:*", "MaxUsd", "CountsAgainstQuota", "Sizes:*", "Seconds:*", "Prices:*:UsdPerSecond", "Prices:*:From", "Prices:*:Size"),
        .. Of("Clients:*", "Plan"),
        .. Of("Cluster", "ClusterId", "ServiceId", "MaxConnections", "SiloPort", "GatewayPort", "AdvertisedAddress", "Door"),
        .. Of("Dashboard", "Url", "Open"),
        .. Of(
            "Gateway", "BodyLimitBytes", "InputLimitBytes", "HeaderLimitBytes", "MaxConnections", "StreamsPerClient", "CallsPerMinute", "FailedCallsPerMinute", "CorsOrigins:*", "AskTimeout", "CallTimeout",
            "MetricsOpen", "Docs", "InputTimeout", "PrivateInputs"),
        .. Of("Logging", "LogLevel:*"),
        .. Of("Media", "Folder", "MaxVideoBytes", "SavesAtOnce", "Resumes", "StallTimeLimit", "Ffmpeg", "Ffprobe", "ToolTimeLimit", "ToolsAtOnce"),
        .. Of("Operator:Webhook", "Url", "PrivateAddresses"),
        .. Of("Plans:*", "VideosPerDay", "Cooldown", "ClientDailyUsd", "ClientMonthlyUsd", "UserDailyUsd", "UserMonthlyUsd", "Models:*"),
        .. Of(
            "Providers:Accounts:*", "Type", "BaseUrl", "ApiKeyFile", "Resolution", "KeyKeptFor", "DeleteStops", "UnfinishedJobs", "StorageUri", "StorageUrl", "Credentials", "Slots", "SubmitsPerMinute",
            "CallbackUrl", "SecondsInput", "AspectInput", "ResolutionInput", "PictureInput", "PrivateAddresses"),
        .. Of(
            "Providers:Local", "Folder", "RendersAtOnce", "RenderTimeLimit", "UsdPerSecond", "Latency", "SlowTime", "FailWords:*", "Ffmpeg", "Ffprobe", "KeepJobs", "KeepVideos"),
        .. Of("Quotas", "VideosPerDay", "Cooldown"),
        .. Of(
            "Requests", "MaxAttempts", "MaxSubmits", "Deadline", "JobDeadline", "ResolveFor", "SubmitWindow", "SubmitTimeout", "CallTimeout", "SaveTimeout", "CheckEvery", "Window", "WindowMargin",
            "AdmissionWait"),
        .. Of("SpendBreaker", "SubmitsPerMinute", "StreakUsd", "StreakFor", "ResetAfter", "Refuses"),
        .. Of("Store", "Folder", "Inputs", "MinFreeBytes", "ReserveBytes", "RetainFor"),
        .. Of("Store:S3", "Bucket", "Prefix", "Endpoint", "Region", "PathStyle", "SecretKeyFile", "LinksFor"),
        .. Of("Sweep", "Every"),
        .. Of("Telemetry:Otlp", "Endpoint"),
        .. Of("Webhooks", "PrivateAddresses"),
    ];

    /// <summary>Whether what an option says may be shown.</summary>
    /// <param name="option">Its whole name, with colons.</param>
    public static bool IsHarmless(string option)
    {
        var parts = option.Split(':');
        return Array.Exists(Harmless, known => known.Length == parts.Length && known.Zip(parts).All(pair => pair.First == Any || string.Equals(pair.First, pair.Second, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>What it says as far as it may be shown: a password in an address is not, and neither is what comes after its question mark, or a key that got there by mistake.</summary>
    public static string? Shown(string value)
    {
        if (ApiKey.IsIn(value)) return null;
        if (!value.Contains("://", StringComparison.Ordinal)) return value;
        // Several addresses may stand in one option, as where it listens.
        var addresses = value.Split(';');
        return Array.TrueForAll(addresses, address => !address.Contains('@', StringComparison.Ordinal) && !address.Contains('?', StringComparison.Ordinal) && !address.Contains('#', StringComparison.Ordinal)) ? value : null;
    }

    private static IEnumerable<string[]> Of(string section, params string[] options) =>
        options.Select(option => (section.Length == 0 ? option : $"{section}:{option}").Split(':'));
}
