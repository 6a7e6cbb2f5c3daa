namespace VideoGen.Storage.States;

/// <summary>
/// Sends what many ask for at the same time in few commands. Nobody waits for company: what arrives while a lane is free is sent at once,
/// and what arrives while all are busy goes together as soon as one is free.
/// </summary>
/// <param name="lanes">How many commands may be under way.</param>
/// <param name="largest">The most asks in one command.</param>
/// <param name="patience">Who waited longer for a lane is not sent any more: it fails with <see cref="TimeoutException"/>.</param>
/// <param name="time">The clock of patience.</param>
/// <param name="send">Sends a batch and answers each ask in it. What it throws is the answer of all that have none yet.</param>
internal sealed class Batches<TAsk, TAnswer>(int lanes, int largest, TimeSpan patience, TimeProvider time, Func<IReadOnlyList<Pending<TAsk, TAnswer>>, Task> send)
{
    private readonly Lock gate = new();
    private readonly Queue<Pending<TAsk, TAnswer>> waiting = new();
    private int busy;

    public Task<TAnswer> Ask(TAsk ask)
    {
        var pending = new Pending<TAsk, TAnswer>(ask, time.GetTimestamp());
        lock (gate)
        {
            waiting.Enqueue(pending);
            if (busy == lanes) return pending.Answer;
            busy++;
        }

        // The lane serves others too: it must not carry this caller's ambient values along.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Serve();
        }

        return pending.Answer;
    }

    private async Task Serve()
    {
        while (Next() is { } batch)
        {
            try
            {
                batch.RemoveAll(TooLate);
                if (batch.Count > 0) await send(batch).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever it is, it is the answer to whoever asked; the lane goes on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                batch.ForEach(pending => pending.Fail(e));
            }
        }
    }

    /// <summary>Null when nobody waits: the lane is free again.</summary>
    private List<Pending<TAsk, TAnswer>>? Next()
    {
        lock (gate)
        {
            if (waiting.Count == 0)
            {
                busy--;
                return null;
            }

            var batch = new List<Pending<TAsk, TAnswer>>(Math.Min(waiting.Count, largest));
            while (batch.Count < largest && waiting.TryDequeue(out var pending)) batch.Add(pending);
            return batch;
        }
    }

    private bool TooLate(Pending<TAsk, TAnswer> pending)
    {
        if (time.GetElapsedTime(pending.Since) <= patience) return false;
        pending.Fail(new TimeoutException($"The database was too busy for {patience}; nothing was sent."));
        return true;
    }
}

/// <summary>One ask of a batch, and its own answer.</summary>
internal sealed class Pending<TAsk, TAnswer>(TAsk ask, long since)
{
    private readonly TaskCompletionSource<TAnswer> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TAsk Ask { get; } = ask;

    public long Since { get; } = since;

    public Task<TAnswer> Answer => answer.Task;

    public void Succeed(TAnswer result) => answer.TrySetResult(result);

    public void Fail(Exception failure) => answer.TrySetException(failure);
}
