using VideoGen.Requests;
using VideoGen.Storage.Files;

namespace VideoGen.Storage.Tests.Files;

/// <summary>A place that is empty at first, and hosts that keep their videos there.</summary>
public abstract class StoreUnderTest
{
    /// <summary>The clock of ages.</summary>
    public abstract void Advance(TimeSpan by);

    public abstract DateTimeOffset Now { get; }

    /// <summary>A host's store; each has one of its own.</summary>
    public abstract IVideoStore New(string installation = "store001");

    /// <summary>A host's store of pictures.</summary>
    public abstract IInputStore NewInputs();

    /// <summary>The names of all that is there, in order, but for what the store itself needs.</summary>
    public abstract IReadOnlyList<string> Names();

    /// <summary>How many are unfinished.</summary>
    public abstract int Unfinished();

    /// <summary>Leaves something unfinished, as a host does that is killed while it saves.</summary>
    public abstract Task LeaveUnfinished();

    /// <summary>Lets a thing be written so long ago.</summary>
    /// <param name="name">The end of its name.</param>
    /// <param name="ago">Before <see cref="Now"/>.</param>
    public abstract void Age(string name, TimeSpan ago);

    /// <summary>Puts something there that is none of ours.</summary>
    public abstract Task PutForeign(string name);

    /// <summary>Takes the place away, as it is; gives it back.</summary>
    public abstract Task Lose();

    public abstract Task GiveBack();
}
