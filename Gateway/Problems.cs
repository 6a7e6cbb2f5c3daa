using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using VideoGen.Access;
using VideoGen.Gateway.Videos;
using VideoGen.Providers;
using VideoGen.Requests;

namespace VideoGen.Gateway;

/// <summary>
/// Every refusal of the door, and the only place that picks a status code. 408 and 409 are never picked:
/// official clients repeat a POST that is answered so.
/// </summary>
internal static class Problems
{
    /// <summary>What <c>/health/ready</c> answers with when a check fails.</summary>
    public const int NotReady = 503;

    /// <summary>What who has an answer already is answered with.</summary>
    public const int NotModified = 304;

    // What a grain said.

    public static Problem Refused(Refusal refusal, Owner owner)
    {
        var status = refusal.Code switch
        {
            Codes.QuotaExceeded or Codes.Cooldown or Codes.SubmitLimit or Codes.RunLimit or Codes.VariationLimit => 429,
            Codes.BudgetExceeded => 402,
            Codes.Paused or Codes.SpendBreaker => 403,
            Codes.AdmissionUnavailable => 503,
            _ => 422, // Time does not help and no client repeats it by itself: right for a code that is newer than this door, too.
        };
        var shared = refusal.Code is Codes.QuotaExceeded or Codes.Cooldown && owner.User == Owner.Everyone;
        return new(status, refusal.Code, shared ? $"{refusal.Text} {SharedQuota}" : refusal.Text)
        {
            Param = refusal.Code switch
            {
                Codes.ModelNotFound or Codes.ModelRetired or Codes.UnpricedModel or Codes.MaxUsdExceeded => "model",
                Codes.ConfirmationUnknown => "confirmation",
                _ => null,
            },
            RetryAt = refusal.Until,
            Extra = refusal.LimitUsd is null ? null : new Dictionary<string, JsonNode?>(StringComparer.Ordinal)
            {
                ["limit_usd"] = refusal.LimitUsd,
                ["remaining_usd"] = refusal.RemainingUsd,
            },
            Limit = status == 429 ? new(PolicyOf(refusal.Code), refusal.Limit, refusal.Remaining ?? 0) : null,
        };
    }

    public static Problem Question(AskAnswer.Question question) => new(422, question.Code, $"{question.Text} {WayOut(question.Offer)}")
    {
        Extra = new Dictionary<string, JsonNode?>(StringComparer.Ordinal)
        {
            ["video_id"] = question.Existing.Id.ToString(),
            ["video"] = question.Existing.Deleted
                ? null // Its id answers 404 by now.
                : JsonSerializer.SerializeToNode(VideoBody.Of(question.Existing), WireJson.Options),
            ["confirmation"] = JsonSerializer.SerializeToNode(ConfirmationBody.Of(question.Offer), WireJson.Options),
        },
    };

    private static string WayOut(ConfirmationOffer? offer) => offer is null
        ? "Take the existing one, change the prompt, or wait until its 24 hours are over."
        : string.Create(CultureInfo.InvariantCulture, $"Take the existing one, change the prompt, or ask again with the confirmation until {offer.Until:u} to pay {offer.PriceUsd} USD for another take.");

    public static Problem KeyReused() => new(422, "idempotency_key_reused",
        "This Idempotency-Key was used with another body in the last 7 days. Send the same body, or another key.")
    {
        Param = "Idempotency-Key",
    };

    public static Problem KeyOfDeleted() => new(422, "idempotency_key_of_deleted_video",
        "The video that was made under this Idempotency-Key is deleted. Another one is another payment: send another key.")
    {
        Param = "Idempotency-Key",
    };

    public static Problem RemixNotOffered(string model) => new(422, Codes.RemixNotOffered, $"{model} makes no videos from other videos.");

    public static Problem OutcomeUnknown(DateTimeOffset now) => new(503, "outcome_unknown",
        "It could not be confirmed in time whether the video was accepted. Asking again with the same prompt is safe: it is never paid twice.")
    {
        RetryAt = now + ShortPause,
    };

    public static Problem Unavailable(DateTimeOffset now) => new(503, "unavailable",
        "The service could not answer in time. Nothing that was accepted is lost; the same question is safe to ask again.")
    {
        RetryAt = now + ShortPause,
    };

    // Videos.

    /// <summary>Unknown, foreign and deleted ids: one answer, so that nobody learns which of them it is.</summary>
    public static Problem VideoNotFound() => new(404, "video_not_found",
        "There is no video with this id. Ids look like video_v-..._1, belong to the client that asked for the video, and end when it is deleted.")
    {
        Param = "video_id",
    };

    // 404 as the original service answers; a 409 would be repeated by its clients at once.
    public static Problem VideoNotReady(VideoView view) => new(404, "video_not_ready",
        $"The video is {view.Status.ToWire()}, so there is nothing to download yet. Wait with GET /v1/videos/{view.Id}?wait=59 until its status is completed.");

    public static Problem VideoFailed(VideoView view) => new(404, "video_failed",
        $"The video failed ({view.Error?.Code ?? Codes.ProviderFailed}), so there is nothing to download. GET /v1/videos/{view.Id} says why.");

    public static Problem ContentMissing() => new(404, "video_content_missing",
        "The video is completed but its file is not in the store. The operator finds the cause in the log under the x-request-id of this answer.");

    public static Problem ContentExpired(VideoView view, TimeSpan retainFor) => new(404, "video_expired", string.Create(CultureInfo.InvariantCulture,
        $"The files of this video were kept until {view.EndedAt + retainFor:u} and then removed. Ask for its prompt again to have it made anew."));

    public static Problem PictureMissing(MediaVariant variant) => new(404, "variant_not_available",
        $"The video is completed, but there is no {variant.ToWire()} of it: it could not be made, and is not made later. The video itself is under variant=video.")
    {
        Param = "variant",
    };

    public static Problem StoreUnavailable(DateTimeOffset now) => new(503, "store_unavailable",
        "The video store cannot be read now. The video itself is safe; try again, and have the operator look at /health/ready if this lasts.")
    {
        RetryAt = now + ShortPause,
    };

    public static Problem InputNotStored(DateTimeOffset now) => new(503, "store_unavailable",
        "The picture cannot be stored now, so nothing was asked for and nothing is paid. Try again, and have the operator look at /health/ready if this lasts.")
    {
        RetryAt = now + ShortPause,
    };

    public static Problem ModelNotFound(IModelCatalogue catalogue) => new(422, Codes.ModelNotFound,
        $"'model' must be one of: {string.Join(", ", catalogue.All.Select(terms => terms.Model))}.")
    {
        Param = "model",
    };

    // What is wrong with a request.

    public static Problem Field(string param, string bound) => new(400, "invalid_value", $"'{param}' {bound}") { Param = param };

    public static Problem WrongType(string param, string bound) => new(400, "invalid_type", $"'{param}' {bound}") { Param = param };

    public static Problem Missing(string param, string bound) => new(400, "missing_required_parameter", $"'{param}' is missing: it {bound}") { Param = param };

    public static Problem Duplicate(string param) => new(400, "duplicate_parameter", $"'{param}' stands in the body twice; send it once.") { Param = param };

    public static Problem UnknownMember(string? param, string known) => new(400, "unknown_parameter",
        $"{(param is null ? "The body has a member" : $"'{param}' is")} unknown here. Known are: {known}. Leave anything else out.")
    {
        Param = param,
    };

    public static Problem MalformedJson(long? line, long? column) => new(400, "malformed_json", string.Create(CultureInfo.InvariantCulture,
        $"The body is not valid JSON at line {line + 1 ?? 1}, byte {column + 1 ?? 1}. Send one object such as {{\"prompt\": \"A cat on a roof\"}}."));

    public static Problem NotUtf8() => new(400, "malformed_utf8", "The body is not valid UTF-8. JSON is sent in UTF-8 and nothing else.");

    public static Problem NotAnObject() => new(400, "malformed_json", "The body must be one JSON object such as {\"prompt\": \"A cat on a roof\"}.");

    public static Problem BodyTooLarge(int limit) => new(413, "body_too_large",
        string.Create(CultureInfo.InvariantCulture, $"The body must have at most {limit} bytes."));

    public static Problem MediaType() => new(415, "unsupported_media_type", "Send JSON with Content-Type: application/json (UTF-8), or multipart/form-data.");

    public static Problem MalformedForm() => new(400, "malformed_form",
        "The body is not valid multipart/form-data: each part has a name, there are at most 32, and the last boundary ends the body.");

    public static Problem ForeignOrigin() => new(403, "foreign_origin",
        "A form that a page of another origin sends is not taken. Programs send no Origin header.");

    // Who may call.

    /// <summary>No key, half a key, a revoked key: one answer, so that nobody learns which of them it is.</summary>
    public static Problem InvalidKey() => new(401, "invalid_api_key",
        "This call needs an API key that is in force: send it as 'Authorization: Bearer vg_...'. The operator makes one with: videogen keys create --client NAME");

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
        "What is under /api/admin needs the operator's key: send it as 'Authorization: Bearer KEY'. It is in the file operator.key in the host's data folder, or with whoever configured Operator:KeySha256.");

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

    // What the framework said.

    public static Problem ForStatus(int status) => status switch
    {
        404 => new(404, "route_not_found", "There is nothing at this address. Videos live under /v1/videos."),
        405 => new(405, "method_not_allowed", "This address does not take this method; the Allow header says which it takes."),
        412 => new(412, "precondition_failed", "The video is not the one that the If-Match or If-Unmodified-Since header names."),
        413 => new(413, "body_too_large", "The body is too large."),
        415 => MediaType(),
        416 => new(416, "range_not_satisfiable", "The Range header asks for bytes that the video does not have; Content-Range says how many it has."),
        >= 500 => Internal(),
        _ => new(400, "bad_request", "The request is not valid HTTP for this address."),
    };

    public static Problem For(BadHttpRequestException exception, GatewayOptions options) => exception.StatusCode switch
    {
        413 => BodyTooLarge(options.BodyLimitBytes),
        408 => new(400, "body_too_slow", "The body did not arrive in time; send it at once."),
        _ => ForStatus(400),
    };

    public static Problem Internal() => new(500, "internal_error",
        "Something went wrong here. The operator finds it in the log under the x-request-id of this answer.");

    private const string FirstKey = "Its operator opens it to others with a first key: videogen keys create --client NAME.";

    private const string SharedQuota =
        "All users of this client share one quota as long as its requests name no user: send 'user' in the body or the X-VideoGen-User header to tell them apart.";

    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(5);

    private static string PolicyOf(string code) => code switch
    {
        Codes.QuotaExceeded => "quota",
        Codes.Cooldown => "cooldown",
        Codes.RunLimit => "run",
        Codes.VariationLimit => "variations",
        _ => "submits",
    };
}
