namespace VideoGen.Fakes;

/// <summary>What all protocols have in common: decide, write it down, then do it, and go wrong where that was asked for.</summary>
internal sealed class Desk(ProviderLog log, Jobs jobs, FaultList faults, HoldList holds, Answers answers, TimeProvider time)
{
    public Jobs Jobs => jobs;

    /// <summary>How this server differs from the documentation of its protocol.</summary>
    public ServerStyle Style { get; set; } = new();

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>A request has reached us: its head is read, its body is not.</summary>
    public void Arrived(HttpContext context) => Write(new(Now, "arrived", context.Request.Method, PathOf(context), "read on", Mark: MarkOf(context), IdempotencyKey: MarkOf(context)));

    /// <summary>A connection is broken before anything is read of it.</summary>
    public Fault? NewConnection()
    {
        var fault = faults.Take("connection");
        if (fault is not null) Write(new(Now, "connection", "", "", "broken", Fault: fault.ToString()));
        return fault;
    }

    /// <summary>Whose a request is, once its key was looked at.</summary>
    public static string OwnerOf(HttpContext context) => (string)context.Items[nameof(Job.Owner)]!;

    /// <summary>What <see cref="OwnerOf"/> says from now on.</summary>
    public static void Belongs(HttpContext context, string owner) => context.Items[nameof(Job.Owner)] = owner;

    /// <summary>A submit that nobody has read yet. False where nobody ever does.</summary>
    public async Task<bool> Unread(HttpContext context)
    {
        if (holds.Find(HoldWords.Unread, OwnerOf(context)) is null) return true;

        // Its bytes are here, wherever a server may have them: who sent them may die, and they stay.
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes);
        context.Request.Body = new MemoryStream(bytes.ToArray());
        context.RequestAborted = CancellationToken.None;
        return await GoesOn(context, HoldWords.Unread);
    }

    /// <summary>A whole submit.</summary>
    /// <param name="context">Its request.</param>
    /// <param name="draft">The job that it asks for.</param>
    /// <param name="accepted">The answer with the job.</param>
    /// <param name="policy">The answer of the content policy.</param>
    /// <param name="known">The job that the same submit made before, where the account remembers keys; null where there is none.</param>
    public async Task Submit(HttpContext context, Job draft, Func<Job, Reply> accepted, Reply policy, Func<Job?>? known = null)
    {
        var fault = PromptWords.Of(draft.Prompt).Fault ?? faults.Take("submit");
        if (fault?.Do == FaultWords.Late)
        {
            Write(Line(context, "submit", "later", fault, draft.Mark));
            await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMs), time);
            if (known?.Invoke() is { } earlier)
            {
                await Answers.Send(context, accepted(earlier));
                return;
            }

            var late = draft with { CreatedAt = Now };
            Write(Line(context, "made", "job", fault, draft.Mark) with { JobId = late.Id, Usd = late.Usd, Made = late });
            await Answers.Send(context, accepted(late));
            return;
        }

        var makes = fault?.Do switch
        {
            null or FaultWords.Half or FaultWords.Huge or FaultWords.Drip or FaultWords.WrongType => true,
            FaultWords.Policy => false,
            _ => fault.Job,
        };
        if (makes && known?.Invoke() is { } same)
        {
            Write(Line(context, "submit", "the same job", fault, draft.Mark) with { JobId = same.Id });
            await Answer(context, fault, accepted(same));
            return;
        }

        var line = Line(context, "submit", makes ? "job" : "no job", fault, draft.Mark);
        Write(makes ? line with { JobId = draft.Id, Usd = draft.Usd, Made = draft } : line);
        if (makes && holds.Find(HoldWords.Made, draft.Owner) is not null)
        {
            if (!await GoesOn(context, HoldWords.Made)) return;
            await Answers.Send(context, accepted(draft));
            await context.Response.CompleteAsync();
            Write(Line(context, "answered", "accepted", fault, draft.Mark));
            return;
        }

        if (fault?.Do == FaultWords.Policy) await Answers.Send(context, policy);
        else await Answer(context, fault, accepted(draft));
    }

    /// <summary>A call about what is there.</summary>
    /// <param name="context">Its request.</param>
    /// <param name="what">Its word in the log.</param>
    /// <param name="jobId">The job that it is about.</param>
    /// <param name="decided">What becomes of it.</param>
    /// <param name="right">The answer.</param>
    /// <param name="usd">What the job takes from now on, where that changes.</param>
    public async Task Call(HttpContext context, string what, string? jobId, string decided, Func<Reply> right, decimal? usd = null)
    {
        if (!await GoesOn(context, what)) return;
        var fault = faults.Take(what);
        Write(Line(context, what, fault is null ? decided : "fault", fault, null) with { JobId = jobId, Usd = usd });
        var reply = right();
        await Answer(context, fault, reply is { Status: 200, ContentType: VideoParts.Type } ? VideoParts.Of(context.Request, reply.Body, Style.Validator, fault?.Do, Now) : reply);
    }

    /// <summary>A request that is refused before anything else, with the reason as the log's word.</summary>
    public Task Refuse(HttpContext context, string why, Reply reply)
    {
        Write(Line(context, "refused", why, null, null));
        return Answers.Send(context, reply);
    }

    public static async Task<byte[]> Read(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    /// <summary>Waits where calls are held. False where the call ends there.</summary>
    private async Task<bool> GoesOn(HttpContext context, string on)
    {
        if (context.Items[nameof(Job.Owner)] is not string owner || holds.Find(on, owner) is not { } decided) return true;
        Write(Line(context, "held", on, null, null) with { Owner = owner });
        try
        {
            if (await decided.WaitAsync(context.RequestAborted)) return true;
        }
        catch (OperationCanceledException)
        {
            return false; // Its caller is gone, and nothing was to come but an answer.
        }

        context.Abort();
        return false;
    }

    private Task Answer(HttpContext context, Fault? fault, Reply right) => fault is null ? Answers.Send(context, right) : answers.Send(context, fault, right);

    /// <summary>Somebody who wants to know of jobs as they are made.</summary>
    public Action<Job>? OnMade { get; set; }

    /// <summary>Writes down what is no answer to a request.</summary>
    public void Note(LogLine line) => Write(line);

    private void Write(LogLine line)
    {
        log.Write(line);
        jobs.Apply(line);
        if (line.Made is { } made) OnMade?.Invoke(made);
    }

    private LogLine Line(HttpContext context, string what, string decided, Fault? fault, string? mark) =>
        new(Now, what, context.Request.Method, PathOf(context), decided, mark ?? MarkOf(context), MarkOf(context), fault?.ToString(),
            Range: HeaderOf(context, "Range"), IfRange: HeaderOf(context, "If-Range"));

    private static string PathOf(HttpContext context) => context.Request.Path.Value + context.Request.QueryString.Value;

    private static string? MarkOf(HttpContext context) => HeaderOf(context, "Idempotency-Key");

    private static string? HeaderOf(HttpContext context, string name) => context.Request.Headers[name] is [var value] ? value : null;
}

/// <summary>How a server that speaks a protocol differs from its documentation. Each is done by one that people run.</summary>
/// <param name="IntCodes">Error codes are numbers: vLLM-Omni.</param>
/// <param name="DetailErrors">Errors are <c>{"detail":…}</c>: SGLang and everything else on FastAPI.</param>
/// <param name="NoPaging">The list says neither <c>has_more</c> nor <c>last_id</c>: SGLang.</param>
/// <param name="RunningWord">The status of a job that runs: <c>in_progress</c>; LiteLLM's examples say <c>processing</c>.</param>
/// <param name="OnDelete">What DELETE does to a job that runs: <c>stops</c> and keeps it as cancelled, <c>forgets</c> after stopping (vLLM-Omni), <c>hides</c> without stopping (SGLang).</param>
/// <param name="TellsCost">A job says what it took: OpenRouter, Kling.</param>
/// <param name="ContentLagMs">How long after its end the content of a job is not there yet, milliseconds.</param>
/// <param name="HidesPrompt">Jobs do not say what they were asked for.</param>
/// <param name="ShowsWebhook">Predictions say which address they call: in no specification of Replicate's, but in its client.</param>
/// <param name="RemovesData">Input and output of what has ended are removed, as Replicate does after an hour.</param>
/// <param name="RemovesFiles">The files are gone although their job still names them.</param>
/// <param name="NamesByOperation">A video in a bucket is <c>&lt;operation&gt;.mp4</c>, and not <c>&lt;time&gt;/sample_0.mp4</c>: Vertex AI, both seen.</param>
/// <param name="Validator">How a video is known again, of which parts can be asked for: <c>tag</c>, <c>date</c>; not well enough: <c>weak</c>, <c>fresh_date</c>; <c>tag_alone</c> does not say that there are parts; <c>none</c>.</param>
internal sealed record ServerStyle(
    bool IntCodes = false,
    bool DetailErrors = false,
    bool NoPaging = false,
    string RunningWord = "in_progress",
    string OnDelete = "stops",
    bool TellsCost = true,
    int ContentLagMs = 0,
    bool HidesPrompt = false,
    bool ShowsWebhook = false,
    bool RemovesData = false,
    bool RemovesFiles = false,
    bool NamesByOperation = false,
    string Validator = "tag");
