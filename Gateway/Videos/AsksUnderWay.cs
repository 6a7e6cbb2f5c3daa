using System.Collections.Concurrent;

namespace VideoGen.Gateway.Videos;

/// <summary>The asks that this process has begun and that are not answered: who has to know all that was let in waits for them.</summary>
internal sealed class AsksUnderWay
{
    private readonly ConcurrentDictionary<TaskCompletionSource, bool> _asks = new();

    /// <summary>Completes when all that are under way now are over, however they end.</summary>
    public Task Over() => Task.WhenAll(_asks.Keys.Select(ask => ask.Task));

    /// <summary>Makes a call that is, or may be, an ask.</summary>
    public async Task<T> Call<T>(Func<Task<T>> ask)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _asks[over] = true;
        try
        {
            return await ask();
        }
        finally
        {
            _asks.TryRemove(over, out _);
            over.SetResult();
        }
    }
}
