using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using VideoGen.Access;
using VideoGen.Gateway.Videos;
using VideoGen.Providers;
using VideoGen.Requests;

namespace VideoGen.Gateway;

/// <summary>
/// Every refusal of the door, and the only place that picks a status code, with the other <c>Problems</c> files. 408 and 409 are never picked:
/// official clients repeat a POST that is answered so.
/// </summary>
internal static partial class Problems
{
    /// <summary>What <c>/health/ready</c> answers with when a check fails.</summary>
    public const int NotReady = 503;

    /// <summary>What who has an answer already is answered with.</summary>
    public const int NotModified = 304;

    /// <summary>What goes on after its answer is answered with; Location says where to look.</summary>
    public const int GoesOn = 202;

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
                Codes.WebhookUrlRefused or Codes.WebhookSecretMissing => "webhook_url",
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

    /// <param name="what">Of OpenAI's surface, in the plural.</param>
    public static Problem NotOffered(string what) => new(422, "not_offered",
        $"No model here makes {what}. POST /v1/videos makes a video from a prompt or a picture, and POST /v1/videos/{{id}}/remix one from another where the model offers that.");

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

    public static Problem TooManyInputs(DateTimeOffset now) => new(503, "unavailable",
        "'input_reference' could not be fetched now: too many pictures are being fetched, so nothing was asked for and nothing is paid. Ask again, or send the picture itself.")
    {
        Param = AskBody.InputReference,
        RetryAt = now + ShortPause,
    };

    public static Problem ModelNotFound(IEnumerable<string> models) => new(422, Codes.ModelNotFound, $"'model' must be one of: {string.Join(", ", models)}.")
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

    public static Problem JsonAlone() => new(415, "unsupported_media_type", "Send JSON with Content-Type: application/json (UTF-8).");

    public static Problem MalformedForm() => new(400, "malformed_form",
        "The body is not valid multipart/form-data: each part has a name, there are at most 32, and the last boundary ends the body.");

    public static Problem ForeignOrigin() => new(403, "foreign_origin",
        "A form that a page of another origin sends is not taken. Programs send no Origin header.");

    // What the framework said.

    public static Problem NoRoute() => ForStatus(404);

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
