using VideoGen.Access;
using VideoGen.Gateway.Operator;
using VideoGen.Reports;

namespace VideoGen.Gateway.OpenApi;

/// <summary>What the document says of <c>/api/admin</c>.</summary>
internal static class OperatorOperations
{
    private static readonly Given Id = Given.Path("id", "A video's id.", "video_v-..._1");

    private static readonly IReadOnlyList<Problem> OfBody = [.. Samples.OfJson];

    public static readonly Operation Pauses = new("list_pauses", "The pauses that are in force.")
    {
        Replies = [new(200, "All of them.", typeof(PausesBody))],
        Refusals = [Samples.PausesUnknown],
    };

    public static readonly Operation Pause = new("pause", "Stops what is paid, for all, a client, a user or a provider.")
    {
        Description = "When it is answered, nothing that it concerns is paid any more, at no host. It is a row in the database and outlives every host.",
        Body = new(typeof(PauseDocument), """{"scope":"global","reason":"Too many videos"}"""),
        Replies = [new(200, "The pause, and with drain what became of each video.", typeof(PausedBody))],
        Refusals = [.. OfBody, Samples.PausesUnknown],
    };

    public static readonly Operation Resume = new("resume", "Lifts the pauses of a scope, those of the spend breaker too.")
    {
        Body = new(typeof(ResumeDocument), """{"scope":"global"}"""),
        Replies = [new(200, "Which they were, and which are left.", typeof(ResumedBody))],
        Refusals = [.. OfBody, Samples.PausesUnknown],
    };

    public static readonly Operation Reconcile = new("get_reconcile", "Whether the database may have forgotten what was paid.")
    {
        Replies = [new(200, "Why and since when, and what was found at each account.", typeof(ReconcileRoutes.ReconcileBody))],
    };

    public static readonly Operation Confirm = new("confirm_reconcile", "Lets payments go on although the database may have forgotten some.")
    {
        Body = new(typeof(ReconcileDocument), """{"confirm":true,"reason":"Compared with the provider's invoice"}"""),
        Replies = [new(200, "How it ended.", typeof(ReconcileRoutes.ReconcileBody))],
        Refusals = [.. OfBody, Samples.NothingToConfirm, Samples.PausesUnknown],
    };

    public static readonly Operation Strangers = new("list_strangers", "Jobs of the provider accounts that the database does not know.")
    {
        Replies = [new(200, "The newest, at most 1,000.", typeof(ReconcileRoutes.StrangersBody))],
    };

    public static readonly Operation Costs = new("get_costs", "What was spent, is reserved, is at risk and was prevented.")
    {
        Given =
        [
            Given.Day("from", "The first day, UTC; 29 days before 'to' where nothing is said."), Given.Day("to", "The last day, UTC; today where nothing is said."),
            Given.Text("by", "What is kept apart: some of day, client, user, model, provider, separated by commas."), Given.OneOf("format", "json where nothing is said.", "json", "csv"),
        ],
        Replies = [new(200, "The sums.", typeof(CostsBody)) { Media = [CostSheet.MediaType] }],
        Refusals = [Samples.Field],
    };

    public static readonly Operation DeadLetters = new("list_dead_letters", "What was given up and waits for a person, the newest first.")
    {
        Given =
        [
            Given.Text("client", "Whose."), Given.Text("user", "Whose of the client's.", Owner.MaxUserLength), Given.OneOf("charged", "Whether it was paid for.", "no", "yes", "unknown"),
            Given.OneOf("stopped_at", "Where it stopped.", DeadLetter.Stops), Given.Text("before", "'next' of the page before, or a moment."), Given.Whole("limit", "The most on a page.", 1, DeadLetterRoutes.MaxLimit),
        ],
        Replies = [new(200, "A page.", typeof(DeadLetterListBody))],
        Refusals = [Samples.Field],
    };

    public static readonly Operation History = new("get_dead_letter", "All that is on record of its request: rounds, jobs, money, and the prompt.")
    {
        Given = [Id],
        Replies = [new(200, "The record.", typeof(HistoryBody))],
        Refusals = [Samples.NoSuchRound],
    };

    public static readonly Operation Requeue = new("requeue_dead_letter", "Sends it again where it stopped, or as a new round where nothing was sent.")
    {
        Given = [Id],
        Body = new(typeof(RequeueDocument), "{}") { IsRequired = false },
        Replies = [new(200, "The video on its way again.", typeof(RequeuedBody))],
        Refusals = [.. OfBody, Samples.NoSuchRound, Samples.NotRequeued],
    };

    public static readonly Operation Discard = new("discard_dead_letter", "Gives up finding out whether it was paid: it counts as spent.")
    {
        Given = [Id],
        Body = new(typeof(DiscardDocument), """{"reason":"The provider's invoice has it"}"""),
        Replies = [new(200, "The video as its client sees it.", typeof(DiscardedBody))],
        Refusals = [.. OfBody, Samples.NoSuchRound, Samples.NotDiscarded],
    };
}
