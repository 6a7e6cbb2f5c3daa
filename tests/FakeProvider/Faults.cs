using System.Globalization;
using System.Text.RegularExpressions;

namespace VideoGen.Fakes;

/// <summary>Something that goes wrong on purpose.</summary>
/// <param name="On">Which call, as in the log; <c>connection</c> for before a request is read.</param>
/// <param name="Do">One of <see cref="FaultWords"/>.</param>
/// <param name="Job">For a submit: whether the job is made all the same.</param>
/// <param name="Status">For <see cref="FaultWords.Answer"/>: the status, any number of three digits.</param>
/// <param name="Body">The body of that answer.</param>
/// <param name="RetryAfter">Its header of that name.</param>
/// <param name="DelayMs">For <see cref="FaultWords.Late"/>: milliseconds.</param>
/// <param name="Times">How often it happens; 0 for until the faults are set anew.</param>
internal sealed record Fault(
    string On, string Do, bool Job = false, int Status = 500, string Body = "", string ContentType = "application/json", string? RetryAfter = null, int DelayMs = 0, int Times = 1)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Do}{(Do == FaultWords.Answer ? $":{Status}" : "")}{(Job ? "+job" : "")}");
}

/// <summary>What can go wrong with an answer.</summary>
internal static class FaultWords
{
    /// <summary>The connection is reset: on a <c>connection</c> before a byte is read, else after the whole request.</summary>
    public const string Reset = "reset";

    /// <summary>The connection is closed in good order, without an answer.</summary>
    public const string Close = "close";

    /// <summary>Nothing is ever answered.</summary>
    public const string Silence = "silence";

    /// <summary>The right thing is done and answered, later than that.</summary>
    public const string Late = "late";

    /// <summary>A status and a body of the test's choice.</summary>
    public const string Answer = "answer";

    /// <summary>307 to the same place.</summary>
    public const string Redirect = "redirect";

    /// <summary>200 with a text that is not what the protocol says.</summary>
    public const string Garbage = "garbage";

    /// <summary>Bytes that are no HTTP.</summary>
    public const string NotHttp = "not_http";

    /// <summary>The right answer up to its middle, then the end of the connection.</summary>
    public const string Half = "half";

    /// <summary>The right answer up to its middle, and then nothing.</summary>
    public const string Stall = "stall";

    /// <summary>For a video: all of it, whatever part was asked for.</summary>
    public const string NoParts = "no_parts";

    /// <summary>For a video: 206 with another part than the one that was asked for.</summary>
    public const string WrongPart = "wrong_part";

    /// <summary>For a video: another one is there by now.</summary>
    public const string Changed = "changed";

    /// <summary>The right answer after 64 MiB of blanks.</summary>
    public const string Huge = "huge";

    /// <summary>The right answer, a byte every tenth of a second.</summary>
    public const string Drip = "drip";

    /// <summary>The right answer as <c>text/html</c>.</summary>
    public const string WrongType = "wrong_type";

    /// <summary>The content policy's no, before a job is made.</summary>
    public const string Policy = "policy";
}

/// <summary>The faults that are set, in order.</summary>
internal sealed class FaultList
{
    private readonly Lock _gate = new();
    private List<Fault> _faults = [];

    public void Set(IEnumerable<Fault> faults)
    {
        lock (_gate) _faults = [.. faults];
    }

    /// <summary>The next fault of a call; one that happens only so often is used up by it.</summary>
    public Fault? Take(string on)
    {
        lock (_gate)
        {
            var index = _faults.FindIndex(fault => fault.On == on);
            if (index < 0) return null;
            var fault = _faults[index];
            if (fault.Times == 1) _faults.RemoveAt(index);
            else if (fault.Times > 1) _faults[index] = fault with { Times = fault.Times - 1 };
            return fault;
        }
    }
}

/// <summary>What a prompt says about its own submit and job: <c>fault:answer:503+job ending:failed_free hidden:2000 takes:60000</c>.</summary>
internal sealed partial record PromptWords(Fault? Fault, string? Ending, TimeSpan? Hidden, TimeSpan? JobTime)
{
    public static PromptWords Of(string prompt)
    {
        var fault = FaultPattern().Match(prompt);
        return new(
            fault.Success ? new("submit", fault.Groups["do"].Value, fault.Groups["job"].Success, fault.Groups["status"].Success ? Number(fault.Groups["status"].Value) : 500) : null,
            EndingPattern().Match(prompt) is { Success: true } ending ? ending.Groups["ending"].Value : null,
            HiddenPattern().Match(prompt) is { Success: true } hidden ? TimeSpan.FromMilliseconds(Number(hidden.Groups["ms"].Value)) : null,
            TakesPattern().Match(prompt) is { Success: true } takes ? TimeSpan.FromMilliseconds(Number(takes.Groups["ms"].Value)) : null);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"fault:(?<do>[a-z_]+)(:(?<status>\d{3}))?(?<job>\+job)?", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex FaultPattern();

    [GeneratedRegex("ending:(?<ending>[a-z_]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex EndingPattern();

    [GeneratedRegex(@"hidden:(?<ms>\d{1,8})", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex HiddenPattern();

    [GeneratedRegex(@"takes:(?<ms>\d{1,8})", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex TakesPattern();
}
