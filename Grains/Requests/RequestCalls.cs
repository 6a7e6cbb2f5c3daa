using Microsoft.Extensions.Logging;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Persistence;
using VideoGen.Grains.Providers;
using VideoGen.Providers;
using VideoGen.Quotas;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestEffect;
using static VideoGen.Grains.Requests.RequestEvent;

namespace VideoGen.Grains.Requests;

/// <summary>Each effect as one call through a port, and each answer as one fact. What a port throws is a failure of that call.</summary>
internal sealed partial class RequestCalls(string key, RequestPorts ports, ILogger logger)
{
    private Dictionary<string, long>? unresolvedSince; // By nonce, on this activation's monotonic clock. Few requests ever need it.
    private (string Account, string JobId)[] claimed = []; // Of jobs. There is one for each round and attempt, and for most requests one in all.

    /// <summary>The longest id of a provider's job that we store; Vertex's operation names are the longest known, about 160.</summary>
    public const int MaxJobIdLength = 500;

    /// <param name="document">The document on disk that says so: the money ledger books by its revision, which notes must not have raised.</param>
    /// <param name="e">What is reserved: the run's place first, then the user's, then money, which is everybody's.</param>
    public Task<RequestEvent> Reserve(RequestDocument document, ReserveFunds e) => Call(
        e,
        async () =>
        {
            var owner = Owner.Parse(document.Owner);
            foreach (var reservations in e.Metered ? ports.ReservationsOf(owner, e.Run) : [])
            {
                if (await reservations.Reserve(key, e.Round) is ReserveVerdict.Refused refused) return new FundsRefused(e.Round, refused.Refusal, Now, e.Attempt);
            }

            if (e.Price is { } price)
            {
                var movement = new Movement.Reserve(new(key, e.Round), document.Revision, price.PaidBy(owner), price.Usd);
                if (await ports.Budget.Move(movement) is { } refusal) return new FundsRefused(e.Round, refusal, Now, e.Attempt);
            }

            return new FundsReserved(e.Round, Now, e.Attempt);
        },
        failure => new ReserveFailed(e.Round, failure, Now, e.Attempt));

    /// <param name="document">The document on disk that says so, see <see cref="Reserve"/>.</param>
    /// <param name="e">What became of it.</param>
    public Task<RequestEvent> Settle(RequestDocument document, SettleFunds e) => Call(
        e,
        async () =>
        {
            var owner = Owner.Parse(document.Owner);
            if (e.Metered && e.What.Counts is { } counts)
            {
                foreach (var reservations in ports.ReservationsOf(owner, e.Run)) await reservations.Settle(key, e.Round, counts, e.Asked);
            }

            if (e.Price is { } price) await ports.Budget.Move(price.MovementOf(new(key, e.Round, e.JobId ?? ""), document.Revision, owner, e.What, e.PaidUsd));
            return new FundsSettled(e.Round, e.What, Now, e.JobId);
        },
        failure => new SettleFailed(e.Round, e.What, failure, Now, e.JobId));

    /// <param name="document">What is made, and from what.</param>
    /// <param name="e">The submit.</param>
    /// <param name="stamp">When its intent was decided, on the monotonic clock.</param>
    public Task<RequestEvent> Submit(RequestDocument document, SubmitJob e, long stamp) => Call(
        e,
        async () =>
        {
            if (ports.Providers.Find(e.Ticket.Account) is not { } provider) return new NotSent(e.Id, e.Nonce, NoSuchAccount(e, e.Ticket.Account), Now);
            var order = new SubmitOrder(ProviderKey(e.Id), document.Prompt, e.Ticket.Ordered, document.Input, e.Ticket.SourceJobId, e.Ticket.Limits.JobDeadline);
            using var timeout = new CancellationTokenSource(e.Ticket.Limits.SubmitTimeout, ports.Time);
            var look = ports.Time.GetTimestamp(); // Before the look begins: however long it takes, the gate knows.
            if (await HeldBack(document, e, timeout.Token) is { } heldBack) return new NotSent(e.Id, e.Nonce, heldBack, Now);
            var gate = new SubmitGate(ports.Time, stamp, e.Ticket.Limits.SubmitWindow, e.Ticket.Price is null ? null : look, SpendOptions.PauseFresh);
            return await provider.Submit(order, gate, timeout.Token) switch
            {
                SubmitReply.Accepted reply when IsJobId(reply.JobId) => new JobAccepted(e.Id, reply.JobId, Now),
                SubmitReply.Accepted => new OutcomeUnknown(e.Id, e.Nonce, NoJobId, Now),
                SubmitReply.NotSent reply => new NotSent(e.Id, e.Nonce, reply.Failure, Now),
                SubmitReply.NoJob reply => new NoJob(e.Id, e.Nonce, reply.Failure, Now),
                SubmitReply.Unknown reply => new OutcomeUnknown(e.Id, e.Nonce, reply.Failure, Now),
                _ => throw NotAnAnswer(),
            };
        },
        failure => new OutcomeUnknown(e.Id, e.Nonce, failure, Now));

    /// <param name="document">What was asked for.</param>
    /// <param name="e">The lookup.</param>
    public Task<RequestEvent> Find(RequestDocument document, FindJob e)
    {
        // The document on disk said unresolved before this clock started, so nothing sent before it can arrive after the quiet time.
        unresolvedSince ??= [];
        if (!unresolvedSince.TryGetValue(e.Nonce, out var since)) unresolvedSince[e.Nonce] = since = ports.Time.GetTimestamp();
        var limits = e.Ticket.Limits;
        var order = new FindOrder(ProviderKey(e.Id), document.Prompt, e.Ticket.Ordered, e.SentAt, e.SentAt + limits.SubmitWindow + limits.SubmitTimeout, e.Candidate);
        return CallProvider(
            e,
            e.Ticket.Account,
            async (provider, cancellation) =>
            {
                var quietFor = ports.Time.GetElapsedTime(since); // Before the lookup: what arrives while it runs, it may miss.
                return await provider.Find(order, cancellation) switch
                {
                    FindReply.Nothing => new JobAbsent(e.Id, e.Nonce, quietFor, Now),
                    FindReply.Found reply when !IsJobId(reply.JobId) => new FindFailed(e.Id, e.Nonce, NoJobId, Now),
                    FindReply.Found reply when await Claim(e.Id, e.Ticket.Account, reply.JobId) => new JobAccepted(e.Id, reply.JobId, Now),
                    FindReply.Found => new FindFailed(e.Id, e.Nonce, new(FailureKind.Unknown, "The job that was found belongs to another request."), Now),
                    FindReply.Trouble reply => new FindFailed(e.Id, e.Nonce, reply.Failure, Now),
                    _ => throw NotAnAnswer(),
                };
            },
            failure => new FindFailed(e.Id, e.Nonce, failure, Now));
    }

    public Task<RequestEvent> Check(CheckJob e) => CallProvider(
        e,
        e.Account,
        async (provider, cancellation) =>
        {
            // A submit's job id is in the document whatever the book says; the book is told before anything else is done with the job.
            if (!await Claim(e.Id, e.Account, e.JobId)) LogClaimLost(key, e.Id.Round, e.Id.Attempt, e.JobId);
            return await provider.Check(e.JobId, cancellation) switch
            {
                CheckReply.Running reply => new JobProgressed(e.Id, e.JobId, reply.Percent, Now),
                CheckReply.Finished reply => new JobFinished(e.Id, e.JobId, reply.CostUsd, Now),
                CheckReply.Failed reply => new JobFailed(e.Id, e.JobId, reply.Failure, reply.Charged, Now),
                CheckReply.Trouble reply => new CheckFailed(e.Id, e.JobId, reply.Failure, Now),
                _ => throw NotAnAnswer(),
            };
        },
        failure => new CheckFailed(e.Id, e.JobId, failure, Now));

    public Task<RequestEvent> Cancel(CancelJob e) => CallProvider(
        e,
        e.Account,
        async (provider, cancellation) => await provider.Cancel(e.JobId, cancellation) switch
        {
            CancelReply.Cancelled reply => new JobCancelled(e.Id, e.JobId, reply.Charged, Now),
            CancelReply.TooLate => new CancelTooLate(e.Id, e.JobId, Now),
            CancelReply.Trouble reply => new CancelFailed(e.Id, e.JobId, reply.Failure, Now),
            _ => throw NotAnAnswer(),
        },
        failure => new CancelFailed(e.Id, e.JobId, failure, Now));

    public Task<RequestEvent> Discard(DiscardOriginal e) => CallProvider(
        e,
        e.Account,
        async (provider, cancellation) => await provider.Discard(e.JobId, cancellation) switch
        {
            DiscardReply.Discarded => new OriginalDiscarded(e.Id, Now),
            DiscardReply.Trouble reply => new DiscardFailed(e.Id, reply.Failure, Now),
            _ => throw NotAnAnswer(),
        },
        failure => new DiscardFailed(e.Id, failure, Now));

    public Task<RequestEvent> Save(SaveVideo e) => Call(
        e,
        async () =>
        {
            using var timeout = new CancellationTokenSource(ports.Options.CurrentValue.SaveTimeout, ports.Time);
            return await ports.Saver.Save(new(key, e.Round), e.Account, e.JobId, e.Asked, timeout.Token) switch
            {
                SaveReply.Saved reply => new VideoSaved(e.Id, reply.File, Now),
                SaveReply.Gone reply => new SourceGone(e.Id, reply.Detail, Now),
                SaveReply.Trouble reply => new SaveFailed(e.Id, reply.Failure, Now),
                _ => throw NotAnAnswer(),
            };
        },
        failure => new SaveFailed(e.Id, failure, Now));

    public Task<RequestEvent> Remove(RemoveMedia e) => Call(
        e,
        async () =>
        {
            using var timeout = CallTimeout();
            await ports.Files.Delete(new(key, e.Round), timeout.Token);
            return new MediaRemoved(e.Round, Now);
        },
        failure => new RemoveFailed(e.Round, failure, Now));

    /// <param name="document">Whose it is.</param>
    /// <param name="e">The dead letter.</param>
    public Task<RequestEvent> Tell(RequestDocument document, TellOperator e) => Call(
        e,
        async () =>
        {
            using var timeout = CallTimeout();
            await ports.News.Tell(new(new(key, e.Round), Owner.Parse(document.Owner), e.Charged, e.StoppedAt, e.Reason, e.Since), timeout.Token);
            return new OperatorTold(e.Round, Now);
        },
        failure => new TellFailed(e.Round, failure, Now));

    private Task<RequestEvent> CallProvider(
        RequestEffect effect,
        string account,
        Func<IVideoProvider, CancellationToken, Task<RequestEvent>> call,
        Func<Failure, RequestEvent> failed) => Call(
            effect,
            async () =>
            {
                if (ports.Providers.Find(account) is not { } provider) return failed(NoSuchAccount(effect, account));
                using var timeout = CallTimeout();
                return await call(provider, timeout.Token);
            },
            failed);

    private async Task<RequestEvent> Call(RequestEffect effect, Func<Task<RequestEvent>> call, Func<Failure, RequestEvent> failed)
    {
        RequestEvent fact;
        var since = ports.Time.GetTimestamp();
        try
        {
            fact = await call();
        }
#pragma warning disable CA1031 // The border: whatever a port throws is a failure of this one call, and says nothing about its effect.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogCallFailed(key, effect.Round, effect.GetType().Name, e);
            fact = failed(new(FailureKind.Unknown, e is OperationCanceledException or TimeoutException
                ? "There was no answer in time."
                : $"The call failed ({e.GetType().Name})."));
        }

        if (effect.CalledAccount is { } account)
        {
            ports.Telemetry.ProviderCalled(account, effect, fact, ports.Time.GetElapsedTime(since));
            if (CallReports.Of(fact) is { } report) await Report(account, effect.Round, report);
        }

        return fact;
    }

    /// <summary>Our mark on an attempt, as the provider gets it.</summary>
    private string ProviderKey(AttemptId id) => ProviderMark.Of(ports.Installation.Id, key, id.Round, id.Attempt);

    private async Task<bool> Claim(AttemptId id, string account, string jobId)
    {
        if (claimed.Contains((account, jobId))) return true;
        using var timeout = CallTimeout();
        var ours = await ports.Jobs.Claim(account, jobId, key, id.Round, id.Attempt, timeout.Token);
        if (ours) claimed = [.. claimed, (account, jobId)];
        return ours;
    }

    private CancellationTokenSource CallTimeout() => new(ports.Options.CurrentValue.CallTimeout, ports.Time);

    private DateTimeOffset Now => ports.Time.Now();

    private static readonly Failure NoJobId = new(FailureKind.Unknown, "The provider has it under an id that cannot be stored.");

    // An id that the database refuses would be tried for ever, because a fact about money is never thrown away.
    internal static bool IsJobId(string id) => id.Length is > 0 and <= MaxJobIdLength && !id.Any(char.IsControl);

    private Failure NoSuchAccount(RequestEffect effect, string account)
    {
        LogAccountNotConfigured(key, effect.Round, account, effect.GetType().Name);
        return new(FailureKind.Unavailable, $"The provider account '{account}' is not configured here.", Codes.AccountNotConfigured);
    }

    private static InvalidOperationException NotAnAnswer() => new("A port answered with something that is no answer.");

    [LoggerMessage(31, LogLevel.Critical, "Request {Key} round {Round} attempt {Attempt}: its job {JobId} is claimed by another request")]
    private partial void LogClaimLost(string key, int round, int attempt, string jobId);

    [LoggerMessage(34, LogLevel.Error, "AccountNotConfigured: request {Key} round {Round} waits with {Effect} for account {Account}, which the configuration does not have; put it back until its jobs have ended", EventName = "AccountNotConfigured")]
    private partial void LogAccountNotConfigured(string key, int round, string account, string effect);

    [LoggerMessage(32, LogLevel.Warning, "Request {Key} round {Round}: {Effect} failed")]
    private partial void LogCallFailed(string key, int round, string effect, Exception exception);
}
