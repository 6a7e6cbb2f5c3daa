namespace VideoGen.Fakes;

/// <summary>Calls of an account that wait until they are told to go on, so that their caller can be killed at exactly that point.</summary>
/// <param name="On">One of <see cref="HoldWords"/>.</param>
/// <param name="Owner">The account: what it came in with.</param>
/// <param name="Drops">Whether what waited is forgotten, instead of going on, when it is not held any more.</param>
internal sealed record Hold(string On, string Owner, bool Drops = false);

/// <summary>Where a call can be held.</summary>
internal static class HoldWords
{
    /// <summary>A submit that nobody has read, although it is here: it goes on when its caller is long gone, too.</summary>
    public const string Unread = "unread";

    /// <summary>A submit whose job is made, before its answer.</summary>
    public const string Made = "made";

    /// <summary>A look for a job by the caller's own key, or in the list.</summary>
    public const string List = "list";

    /// <summary>A question about a job.</summary>
    public const string Check = "check";

    /// <summary>The video itself.</summary>
    public const string Content = "content";
}

/// <summary>The holds that are set, and what waits in them.</summary>
internal sealed class HoldList
{
    private readonly Lock _gate = new();
    private Dictionary<(string On, string Owner), Held> _holds = [];

    /// <summary>Sets them anew: what waits in one that is not among them goes on, or is dropped.</summary>
    public void Set(IEnumerable<Hold> holds)
    {
        lock (_gate)
        {
            var before = _holds;
            _holds = holds.ToDictionary(hold => (hold.On, hold.Owner), hold => before.GetValueOrDefault((hold.On, hold.Owner)) ?? new(hold));
            foreach (var (key, held) in before)
            {
                if (!_holds.ContainsKey(key)) held.GoesOn.TrySetResult(!held.Hold.Drops);
            }
        }
    }

    /// <summary>Whether a call that comes there now goes on, once that is decided; null where nothing holds it.</summary>
    public Task<bool>? Find(string on, string owner)
    {
        lock (_gate) return _holds.GetValueOrDefault((on, owner))?.GoesOn.Task;
    }

    private sealed record Held(Hold Hold)
    {
        public TaskCompletionSource<bool> GoesOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
