using System.Text.Json;
using VideoGen.Access;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Storage.Reports;

/// <summary>
/// What a person may read in the document of a request, whatever version of it is stored: a member that is not there, or is something
/// else than expected, is left out, because whoever looks at a dead letter needs what there is.
/// </summary>
internal static class HistoryInDocument
{
    /// <summary>Characters of any text but the prompt: what providers say is short when it is written, and nothing else gets long here.</summary>
    private const int MaxText = 500;

    /// <summary>The most characters of a prompt.</summary>
    private const int MaxPrompt = 4_000;

    private const int MaxRounds = 200, MaxSent = 100, MaxLeft = 10;

    /// <summary>The history without jobs and money, which are elsewhere; null where nobody ever asked.</summary>
    public static RequestHistory? Read(string requestKey, string document)
    {
        using var parsed = JsonDocument.Parse(document);
        var root = parsed.RootElement;
        if (Text(root, "owner") is not { Length: > 0 } owner || !owner.Contains('/', StringComparison.Ordinal)) return null;
        var rounds = Member(root, "rounds") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().TakeLast(MaxRounds).Where(r => r.ValueKind == JsonValueKind.Object).Select(Round).ToArray() : [];
        return new(
            requestKey, Owner.Parse(owner), Text(root, "prompt", MaxPrompt) ?? "", Text(root, "remixOf"), Whole(Member(root, "variation")) ?? 0,
            Moment(Member(root, "createdAt")), Moment(Member(root, "updatedAt")), rounds, [], []);
    }

    /// <summary>One round of a document.</summary>
    public static RecordedRound RoundIn(string document)
    {
        using var parsed = JsonDocument.Parse(document);
        return Round(parsed.RootElement);
    }

    /// <summary>At most as much as a person reads.</summary>
    public static string Capped(string text, int most = MaxText) => text.Length <= most ? text : text[..most];

    public static Charged ChargedOf(string? word) => word switch
    {
        "yes" => Charged.Yes,
        "no" => Charged.No,
        _ => Charged.Unknown, // A word that we do not know proves nothing.
    };

    private static RecordedRound Round(JsonElement round)
    {
        // A live round has its terms in a ticket and its way in a course; an ended one has them itself.
        var terms = Member(round, "ticket") ?? round;
        var course = Member(round, "course") ?? round;
        var outcome = Member(round, "outcome");
        var options = Member(terms, "options");
        var resumed = Member(outcome, "resumeAt");
        return new(
            Whole(Member(round, "round")) ?? 0,
            Text(round, "state") ?? "",
            Text(round, "status"),
            Moment(Member(round, "since")),
            Text(outcome, "ending"),
            Text(resumed, "state"),
            Text(options, "model") is { } model ? new VideoOptions(model, Text(options, "size") ?? "", Whole(Member(options, "seconds")) ?? 0) : null,
            Text(terms, "account"),
            Number(Member(terms, "priceUsd")),
            Whole(Member(course, "attempt")),
            Text(round, "jobId"),
            Text(terms, "run"),
            Stages(Member(course, "stages")),
            Member(course, "sent") is { ValueKind: JsonValueKind.Array } sent ? [.. sent.EnumerateArray().TakeLast(MaxSent).Select(at => Moment(at)).OfType<DateTimeOffset>()] : [],
            Moment(Member(course, "cancelWanted")) ?? Moment(Member(Member(resumed, "course"), "cancelWanted")),
            Member(round, "charge") is { ValueKind: JsonValueKind.Object } charge ? new(ChargedOf(Text(charge, "charged")), Text(charge, "evidence") ?? "", Number(Member(charge, "usd"))) : null,
            Failure(round, outcome),
            Moment(Member(Member(outcome, "check"), "notBefore")),
            Text(round, "discarded"),
            Member(round, "deleted") is { ValueKind: JsonValueKind.True },
            Text(terms, "model"),
            Member(course, "left") is { ValueKind: JsonValueKind.Array } left ? [.. left.EnumerateArray().TakeLast(MaxLeft).Select(stop => Stop(stop))] : []);
    }

    private static RecordedStop Stop(JsonElement stop) => new(
        Text(stop, "model") ?? "", Text(stop, "account") ?? "", Number(Member(stop, "priceUsd")), Whole(Member(stop, "lastAttempt")), Text(stop, "why") ?? "");

    // A dead letter says it whole, a failed round in a code and a text, a waiting one as its last failure, and a refused one as its refusal.
    private static RecordedFailure? Failure(JsonElement round, JsonElement? outcome)
    {
        if ((Member(outcome, "failure") ?? Member(round, "lastFailure") ?? Member(round, "cause")) is { ValueKind: JsonValueKind.Object } failure)
        {
            return new(Text(failure, "kind") ?? "", Text(failure, "detail") ?? "", Text(failure, "code"));
        }

        if (Text(outcome, "text") is { } text) return new(Text(outcome, "ending") ?? "", text, Text(outcome, "code"));
        return Member(round, "refusal") is { ValueKind: JsonValueKind.Object } refusal ? new("refused", Text(refusal, "text") ?? "", Text(refusal, "code")) : null;
    }

    private static RecordedStages? Stages(JsonElement? stages)
    {
        if (stages is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() != 5 || Moment(list[0]) is not { } asked) return null;
        return new(asked, At(1), At(2), At(3), At(4));

        DateTimeOffset? At(int index) => Number(list[index]) is >= 0 and var later ? asked.AddMilliseconds((double)later) : null;
    }

    private static JsonElement? Member(JsonElement? of, string name) =>
        of is { ValueKind: JsonValueKind.Object } it && it.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement? of, string name, int most = MaxText) =>
        Member(of, name) is { ValueKind: JsonValueKind.String } text ? Capped(text.GetString()!, most) : null;

    private static int? Whole(JsonElement? value) => value is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var whole) ? whole : null;

    private static decimal? Number(JsonElement? value) => value is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var amount) ? amount : null;

    private static DateTimeOffset? Moment(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var ms) && ms is >= 0 and < 253_402_300_800_000 ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;
}
