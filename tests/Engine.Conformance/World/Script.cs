using System.Collections.Concurrent;

namespace VideoGen.Engine.Conformance;

/// <summary>How a test and its grains meet: gates that hold a grain until the test opens them, and notes of what happened.</summary>
public sealed class Script
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _reached = new();
    private readonly ConcurrentQueue<string> _notes = new();
    private readonly ConcurrentDictionary<string, Exception> _faults = new();

    /// <summary>Told of each wait of a grain for the test, before it begins.</summary>
    public Action<Task>? Waits { get; set; }

    public IReadOnlyList<string> Notes => [.. _notes];

    public void Note(string what) => _notes.Enqueue(what);

    public int Count(string what) => _notes.Count(note => note == what);

    /// <summary>Called by a grain: waits until the test opens the gate.</summary>
    public Task Wait(string gate)
    {
        Of(_reached, gate).TrySetResult();
        return WaitFor(Of(_gates, gate).Task);
    }

    /// <summary>Called by a grain: waits for what the test brings about in another way than by a gate.</summary>
    public Task WaitFor(Task test)
    {
        Waits?.Invoke(test);
        return test;
    }

    public void Open(string gate) => Of(_gates, gate).TrySetResult();

    /// <summary>Called by a test: a grain waits at the gate.</summary>
    public Task Reached(string gate) => Of(_reached, gate).Task.WaitAsync(World.Patience);

    public void Break(string what, Exception? fault)
    {
        if (fault is null)
            _faults.TryRemove(what, out _);
        else
            _faults[what] = fault;
    }

    public void ThrowIfBroken(string what)
    {
        if (_faults.TryGetValue(what, out var fault))
            throw fault;
    }

    private static TaskCompletionSource Of(ConcurrentDictionary<string, TaskCompletionSource> all, string name) =>
        all.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
