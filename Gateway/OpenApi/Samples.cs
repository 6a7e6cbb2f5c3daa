using VideoGen.Access;
using VideoGen.Providers;
using VideoGen.Requests;

namespace VideoGen.Gateway.OpenApi;

/// <summary>One refusal of each code, as the document shows it: made where all are made, with values that could be true.</summary>
internal static class Samples
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 18, 30, 0, TimeSpan.Zero);

    private static readonly Owner Alice = new("bot", "alice");

    private static readonly VideoView Video = new(
        new(VideoRequestKey.For(1, Alice, "A cat on a roof"), 1), Alice, 4, VideoStatus.InProgress, "A cat on a roof", new("veo", "1280x720", 8), 40, Now, null, Now + TimeSpan.FromDays(1),
        null, null, 3.20m, null, null, null, Deleted: false);

    private static readonly VideoView Failed = Video with { Status = VideoStatus.Failed, EndedAt = Now, Error = new(Codes.ContentPolicyViolation, "The provider's content policy refused it.") };

    public static readonly Problem NotOffered = Problems.NotOffered("edits");

    public static readonly Problem NotFound = Problems.VideoNotFound(), NoSuchRound = Problems.NoSuchRound(), NoSuchRoute = Problems.ForStatus(404);

    /// <summary>Whoever calls may be told so.</summary>
    public static readonly IReadOnlyList<Problem> OfAll = [Problems.ForStatus(400), Problems.Internal()];

    /// <summary>And who calls as a client.</summary>
    public static readonly IReadOnlyList<Problem> OfClients =
    [
        Problems.InvalidKey(), Problems.NotThisMachine(), Problems.ForeignHost(), Problems.ThroughProxy(), Problems.TooManyCalls(6_000, Now), Problems.TooManyFailures(60, Now),
        Problems.ScopeMissing(KeyScopes.Read, KeyScopes.Generate), Problems.Unavailable(Now),
    ];

    /// <summary>And who calls as the operator.</summary>
    public static readonly IReadOnlyList<Problem> OfOperators =
    [
        Problems.OperatorKeyNeeded(), Problems.ScopeMissing(KeyScopeWords.Usual, KeyScopes.Admin), Problems.TooManyCalls(6_000, Now), Problems.TooManyFailures(60, Now), Problems.Unavailable(Now),
    ];

    /// <summary>And who calls a route that is open to all, which without any key is this machine alone.</summary>
    public static readonly IReadOnlyList<Problem> OfPassers = [Problems.NotThisMachine(), Problems.ForeignHost(), Problems.ThroughProxy()];

    /// <summary>A parameter or member that is not what it must be.</summary>
    public static readonly Problem Field = Problems.Field("seconds", "must be one of: 4, 8 (for veo).");

    public static readonly Problem Missing = Problems.Missing("prompt", $"must have 1 to {VideoPrompt.MaxLength} characters that say what the video shows.");

    private static readonly Problem Duplicate = Problems.Duplicate("prompt");

    public static readonly Problem Unknown = Problems.UnknownMember("promt", "prompt, model, size, seconds"), WrongType = Problems.WrongType("variation", "must be true or false."), JsonAlone = Problems.JsonAlone();

    private static readonly Problem NotAllowed = Problems.ModelNotAllowed("veo", isSaid: true, "basic", ["local"]);

    /// <summary>What may be wrong with a JSON body, whatever it says.</summary>
    public static readonly IReadOnlyList<Problem> OfJson = [Problems.MalformedJson(0, 14), Problems.NotUtf8(), Problems.BodyTooLarge(65_536), Problems.For(new(string.Empty, 408), new()), Duplicate, Unknown, Missing, Field];

    /// <summary>And with one that says what a video shows.</summary>
    private static readonly IReadOnlyList<Problem> OfAskBody =
    [
        .. OfJson, WrongType, Problems.MediaType(), Problems.MalformedForm(), Problems.ForeignOrigin(), Problems.ModelNotFound(["local", "veo"]), NotAllowed,
    ];

    /// <summary>What grains refuse an ask with.</summary>
    private static readonly IReadOnlyList<Problem> OfAdmission =
    [
        Refused(Codes.QuotaExceeded, "5 videos a day are allowed, and 5 were made.", Now.AddHours(5), 5, 0), Refused(Codes.Cooldown, "A video was asked for less than 10 minutes ago.", Now.AddMinutes(7), 1, 0),
        Refused(Codes.SubmitLimit, "This prompt was sent as often as it may be in 24 hours.", Now.AddHours(20)), Refused(Codes.RunLimit, "This run has made its video. Rewording a prompt does not make another.", null, 1, 0),
        Refused(Codes.VariationLimit, "There are as many takes of this prompt as there may be.", Now.AddHours(9), 5, 0), Refused(Codes.RoundLimit, "This prompt was asked for as often as it ever may be."),
        Refused(Codes.BeingErased, "Its user is being erased, and the video of this prompt that is on its way goes with them. Ask again when it has ended."),
        Problems.Refused(new(Codes.BudgetExceeded, "The budget user:bot/alice has no room for 3.20 USD today.", Now.AddHours(5), LimitUsd: 5, RemainingUsd: 1.80m), Alice),
        Refused(Codes.Paused, "Paused by the operator: too many videos."),
        Refused(Codes.SpendBreaker, "More was spent in a short time than may be. An operator looks at it."), Refused(Codes.ModelRetired, "'veo' is not made any more since 2026-11-01. Ask for another model."),
        Refused(Codes.UnpricedModel, "'veo' has no price at 1920x1080, so nobody knows what it would cost. Its operator sets one."),
        Refused(Codes.MaxUsdExceeded, "No model of the route costs at most 4 USD for that."), Refused(Codes.AdmissionUnavailable, "It could not be decided in time whether there is room. Nothing is paid; ask again.", Now.AddSeconds(5)),
        Refused(Codes.ConfirmationUnknown, "The confirmation is of no offer that stands."), Refused(Codes.WebhookUrlRefused, "'webhook_url' must begin with https://."),
        Refused(Codes.WebhookSecretMissing, "What is sent to 'webhook_url' is signed, and this client has no secret yet. POST /v1/webhooks/secret/rotate makes one and shows it once."),
        Problems.Question(new(Video, Codes.SamePromptOtherOptions, "There is a video of this prompt at 720x1280.", new("c_7Qm2", 3.20m, Now.AddMinutes(10)))),
        Problems.Question(new(Video, Codes.SamePromptVariation, "There is a video of this prompt.", new("c_7Qm2", 3.20m, Now.AddMinutes(10)))),
        Problems.Question(new(Video with { Deleted = true }, Codes.SamePromptDeleted, "The video of this prompt was deleted.", new("c_7Qm2", 3.20m, Now.AddMinutes(10)))),
        Problems.OutcomeUnknown(Now),
    ];

    /// <summary>What an ask may meet.</summary>
    public static readonly IReadOnlyList<Problem> OfAsk = [.. OfAskBody, .. OfAdmission, Problems.KeyReused(), Problems.KeyOfDeleted(), Problems.InputNotStored(Now)];

    /// <summary>And one that makes a video from another.</summary>
    public static readonly IReadOnlyList<Problem> OfRemix = [.. OfAsk, NotFound, Problems.RemixNotOffered("veo"), Refused(Codes.RemixSourceNotReady, "The video that it is to be made from is not completed yet.")];

    /// <summary>What stands in the address of a quote may be as wrong as a body.</summary>
    public static readonly IReadOnlyList<Problem> OfQuote = [Duplicate, Unknown, Missing, Field, Problems.ModelNotFound(["local", "veo"]), NotAllowed];

    public static readonly IReadOnlyList<Problem> OfContent =
    [
        NotFound, Field, Problems.VideoNotReady(Video), Problems.VideoFailed(Failed), Problems.ContentMissing(), Problems.ContentExpired(Video with { EndedAt = Now }, TimeSpan.FromDays(30)),
        Problems.PictureMissing(MediaVariant.Thumbnail), Problems.StoreUnavailable(Now), Problems.ForStatus(412), Problems.ForStatus(416),
    ];

    public static readonly IReadOnlyList<Problem> OfEvents = [NotFound, Problems.TooManyStreams(5_000)];

    public static readonly IReadOnlyList<Problem> OfCallbacks =
    [
        .. new[] { CallbackVerdict.UnknownAddress, CallbackVerdict.NotSigned, CallbackVerdict.NotNow, CallbackVerdict.Unreadable }.Select(Problems.NotTaken), Problems.BodyTooLarge(1 << 20), Problems.Unavailable(Now),
    ];

    /// <summary>Where nobody knows whether a pause holds.</summary>
    public static readonly Problem PausesUnknown = Problems.PausesUnknown(Now);

    public static readonly Problem NothingToConfirm = Problems.NothingToConfirm(), NotRequeued = Problems.NotRequeued("It is not dead-lettered.", Video), NotDiscarded = Problems.NotDiscarded(Video);

    public static readonly Problem NoSuchKey = Problems.NoSuchKey(), TooManyKeys = Problems.TooManyKeys(), NoSuchClient = Problems.NoSuchClient(), ClientConfigured = Problems.ClientConfigured("bot"),
        KeyNotRotated = Problems.KeyNotRotated("Key 7 (vg_G173nS9U) was revoked at 2026-11-21 18:30:00Z: make a new one.");

    public static readonly Problem NoSweepsHere = Problems.NoSweepsHere(), TooManyStreams = Problems.TooManyStreams(5_000);
    public static readonly Problem NoSuchWebhook = Problems.WebhookNotFound(), TooManyWebhooks = Problems.TooManyWebhooks(VideoGen.Webhooks.IWebhookBook.MaxPerClient),
        TooManySecrets = Problems.TooManySecrets(VideoGen.Webhooks.IWebhookBook.MaxSecrets, Now.AddHours(3)), NotEnded = Problems.NotEnded(Video), NobodyToTell = Problems.NobodyToTell();

    private static Problem Refused(string code, string text, DateTimeOffset? until = null, int? limit = null, int? remaining = null) => Problems.Refused(new(code, text, until, limit, remaining), Alice);
}
