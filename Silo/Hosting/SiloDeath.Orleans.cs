namespace VideoGen.Silo.Hosting;

/// <summary>
/// The end of a silo that Orleans gives up, above all one that finds itself declared dead: other silos have its requests by then, so nothing
/// may be answered from its memory. Orleans's own would wait two seconds first, while the door stays open, and end in an abort.
/// </summary>
internal sealed class SiloDeath : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => true;

    /// <summary>Does not return.</summary>
    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        // Not by the logger, which writes later on a thread of its own.
        Console.Error.WriteLine($"This silo ends at once, the other silos carry on, and it may be started again. Orleans says why: {context} {exception}");
        Environment.Exit(VideoGenHost.WouldAnswerFromMemory);
    }
}
