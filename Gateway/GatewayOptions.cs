using System.ComponentModel.DataAnnotations;

namespace VideoGen.Gateway;

/// <summary>The door's limits, section <c>Gateway</c>. Each is checked at start.</summary>
public sealed class GatewayOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Gateway";

    /// <summary>The most bytes a request's body may have.</summary>
    [Range(16_384, 1_048_576)]
    public int BodyLimitBytes { get; set; } = 65_536;

    /// <summary>The most bytes a picture may have that guides a video. At most 16 are in memory at a time.</summary>
    [Range(65_536, 33_554_432)]
    public int InputLimitBytes { get; set; } = 10_485_760;

    /// <summary>The most bytes all headers of a request may have together.</summary>
    [Range(4_096, 131_072)]
    public int HeaderLimitBytes { get; set; } = 16_384;

    /// <summary>The most connections at a time; long polls and event streams hold one each.</summary>
    [Range(10, 100_000)]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>The most event streams that a client may have open at this process; one more is 429.</summary>
    [Range(1, 100_000)]
    public int StreamsPerClient { get; set; } = 5_000;

    /// <summary>The most calls of a client in a minute at this process; one more is 429.</summary>
    [Range(1, 100_000_000)]
    public int CallsPerMinute { get; set; } = 6_000;

    /// <summary>The most calls with a wrong key, or none, of an address in a minute; one more is 429 instead of 401.</summary>
    [Range(1, 1_000_000)]
    public int FailedCallsPerMinute { get; set; } = 60;

    /// <summary>The web pages that may call from a browser, such as <c>https://app.example.com</c>. Default: none.</summary>
    public IReadOnlyList<string>? CorsOrigins { get; set; }

    /// <summary>How long an ask may take until it is answered "unknown". A grain answers within about 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:11", "00:01:00")]
    public TimeSpan AskTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long any other call of a grain may take, on top of what it may wait on purpose.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether <c>/metrics</c> answers other machines than this one. It shows counts and times, never a user, a prompt or an id.</summary>
    public bool MetricsOpen { get; set; }

    /// <summary>Whether <c>/openapi.json</c> and <c>/docs</c> are served. They say what every installation has, and nothing of this one.</summary>
    public bool Docs { get; set; } = true;

    /// <summary>How long fetching a picture may take that an ask names by its address.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan InputTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether pictures may be fetched from addresses that are not public, and without TLS. Default: no.</summary>
    public bool PrivateInputs { get; set; }
}
