using System.Globalization;
using System.Text.Json.Nodes;
using VideoGen.Access;
using VideoGen.Providers;
using VideoGen.Requests;

namespace VideoGen.Gateway;

/// <summary>Who may call, how often, and what of the operator's.</summary>
internal static partial class Problems
{
    /// <summary>No key, half a key, a revoked key: one answer, so that nobody learns which of them it is.</summary>
    public static Problem InvalidKey() => new(401, "invalid_api_key",
        "This call needs an API key that is in force: send it as 'Authorization: Bearer vg_...'. The operator makes one with: videogen keys create --client NAME");

    /// <summary>What the key may do and what it lacks: who has it knows it, and nobody else is answered so.</summary>
    public static Problem ScopeMissing(KeyScopes has, KeyScopes needs) => new(403, "scope_missing",
        $"This key may {string.Join(" and ", has.Words().DefaultIfEmpty("nothing"))}, and this call needs {needs.Words()[0]}. The operator makes a key that may: videogen keys create --client NAME --scopes {needs.Words()[0]}")
    {
        Extra = new Dictionary<string, JsonNode?>(StringComparer.Ordinal)
        {
            ["scopes"] = new JsonArray([.. has.Words().Select(word => JsonValue.Create(word))]),
            ["needed"] = needs.Words()[0],
        },
    };

    /// <param name="model">What was asked for.</param>
    /// <param name="isSaid">Whether the ask named it.</param>
    /// <param name="plan">The client's plan.</param>
    /// <param name="allowed">What it may ask for.</param>
    public static Problem ModelNotAllowed(string model, bool isSaid, string plan, IReadOnlyList<string> allowed) => new(403, "model_not_allowed",
        $"{(isSaid ? $"The plan of this client ('{plan}') does not have the model {model}." : $"'model' is missing, and the plan of this client ('{plan}') does not have the default one, {model}.")} Name one of: {string.Join(", ", allowed)}.")
    {
        Param = "model",
    };

    public static Problem KeysUnknown(DateTimeOffset now) => new(503, "unavailable",
        "The database does not answer, so no API key can be checked now. Nothing that was accepted is lost; have the operator look at /health/ready if this lasts.")
    {
        RetryAt = now + ShortPause,
    };

    /// <summary>What the RateLimit headers call the limit of calls.</summary>
    public const string CallsPolicy = "calls";

    public static Problem TooManyCalls(int most, DateTimeOffset until) => new(429, "too_many_calls", string.Create(CultureInfo.InvariantCulture,
        $"This client may call {most} times a minute here (Gateway:CallsPerMinute). ?wait= and /events save calls."))
    {
        RetryAt = until,
        Limit = new(CallsPolicy, most, 0),
    };

    public static Problem TooManyFailures(int most, DateTimeOffset until) => new(429, "too_many_failures", string.Create(CultureInfo.InvariantCulture,
        $"There were {most} calls without a valid key from this address in a minute, which is the most."))
    {
        RetryAt = until,
    };

    public static Problem TooManyStreams(int most) => new(429, "too_many_streams", string.Create(CultureInfo.InvariantCulture,
        $"{most} event streams of this client are open here, and more cannot be (Gateway:StreamsPerClient). Close some, or ask for the video with ?wait= instead."));

    public static Problem OperatorKeyNeeded() => new(401, "operator_key_needed",
        "What is under /api/admin needs the operator's key: send it as 'Authorization: Bearer KEY'. It is in the file operator.key in the host's data folder, or with whoever configured Operator:KeySha256. A client's key with the scope admin does as well.");

    /// <summary>What who has made something is answered with.</summary>
    public const int Created = 201;

    /// <summary>What who has begun something is answered with.</summary>
    public const int UnderWay = 202;

    public static Problem NoSweepsHere() => new(422, "no_sweeps_here",
        "This process has no grains, so there is nothing to sweep here: the silos of its cluster do it by the clock, and one with a door (Cluster:Door) when it is asked to.");

    public static Problem NoSuchKey() => new(404, "key_not_found", "There is no such key. GET /api/admin/keys lists them; in an address stands a key's number or its prefix.")
    {
        Param = "id",
    };

    public static Problem TooManyKeys() => new(422, "too_many_keys", Access.KeyDesk.TooMany);

    public static Problem KeyNotRotated(string why) => new(422, "key_not_rotated", $"{why} Nothing was changed.") { Param = "id" };

    public static Problem NoSuchClient() => new(404, "client_not_found",
        "There is no such client. GET /api/admin/clients lists them; one is made with its first key: POST /api/admin/keys, or videogen keys create --client NAME.")
    {
        Param = "client",
    };

    public static Problem ClientConfigured(string client) => new(422, "client_configured",
        $"Client {client} is by configuration (Clients:{client}), and its plan is changed there alone: set Clients:{client}:Plan. Nothing was changed.")
    {
        Param = "plan",
    };

    public static Problem PausesUnknown(DateTimeOffset now) => new(503, "outcome_unknown",
        "The database did not answer, so a pause may or may not be in force, or lifted. Nothing is paid while it does not answer; asking for the same again is safe.")
    {
        RetryAt = now + ShortPause,
    };

    public static Problem NothingToConfirm() => new(422, "nothing_to_confirm",
        "The database is not doubted, so there is nothing to confirm, and nothing was changed. GET /api/admin/pauses says what holds payments.");

    /// <summary>For the operator, who sees every client's.</summary>
    public static Problem NoSuchRound() => new(404, "video_not_found", "There is no video with this id. Ids look like video_v-..._1; GET /api/admin/dead-letters lists those that wait for a person.")
    {
        Param = "video_id",
    };

    public static Problem NotRequeued(string reason, VideoView? now) => new(422, "not_requeued",
        now is null or { Error.Code: Codes.DeadLettered } ? reason : $"{reason} This one is {now.Status.ToWire()} now, and nothing was changed.")
    {
        Param = "video_id",
    };

    public static Problem NotDiscarded(VideoView now) => new(422, "not_discarded",
        $"Only a dead letter, or a video of which nobody knows whether it was paid, can be discarded. This one is {now.Status.ToWire()}, and nothing was changed.")
    {
        Param = "video_id",
    };

    public static Problem NotThisMachine() => new(403, "loopback_only",
        $"This installation has no API keys yet, so only programs on its own machine may call it. {FirstKey} Or call http://127.0.0.1 there, or bring the port over with ssh -L.");

    public static Problem ForeignHost() => new(403, "loopback_host_only",
        $"The Host header names another machine. This installation has no API keys yet: call it as http://localhost, http://127.0.0.1 or http://[::1]. {FirstKey}");

    public static Problem ThroughProxy() => new(403, "proxy_not_allowed",
        $"The request came through a proxy. This installation has no API keys yet, so nobody beyond its own machine may be let in: call it directly. {FirstKey}");

    // Providers that call back.

    /// <summary>Never 401: there is no key that would help.</summary>
    public static Problem NotTaken(CallbackVerdict why) => why switch
    {
        CallbackVerdict.NotSigned => new(403, "callback_not_signed",
            "The webhook-signature header does not have a signature of this body with the account's webhook secret. Nothing was changed."),
        CallbackVerdict.NotNow => new(400, "callback_not_now",
            "The webhook-timestamp header is more than 5 minutes from now, so this may be a call that somebody has kept. Nothing was changed."),
        CallbackVerdict.Unreadable => new(400, "callback_unreadable", "The body is not what this provider calls back with: a job, as JSON in UTF-8. Nothing was changed."),
        _ => new(404, "callback_unknown", "Nobody was given this address to call back to. Nothing was changed."),
    };

    // The operator's dashboard, which is a listener of its own.

    public static Problem DashboardKeyNeeded() => new(401, "operator_key_needed",
        "The dashboard needs the operator's key: as the password of the user 'operator', or as 'Authorization: Bearer KEY'. The host's first lines say where it is.");

    public static Problem DashboardHost() => new(403, "loopback_host_only",
        "The Host header names another machine. The dashboard is for this machine alone: open it as http://localhost, http://127.0.0.1 or http://[::1], or bring the port over with ssh -L.");

    public static Problem GrainStateHidden() => new(403, "grain_state_hidden", "What grains hold is not shown here: it has prompts and users in it.");

    public static Problem DashboardAlone() => new(404, "route_not_found", "There is nothing at this address but the dashboard, under /dashboard.");

    private const string FirstKey = "Its operator opens it to others with a first key: videogen keys create --client NAME.";
}
