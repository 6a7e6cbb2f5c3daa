using Microsoft.Extensions.Logging;

namespace VideoGen.Storage.Files;

public sealed partial class FileVideoStore
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Removed the unfinished file {Name} of {WrittenAt:u}, left by a process that died while saving")]
    private static partial void LogLeftover(ILogger logger, string name, DateTime writtenAt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The unfinished file {Path} could not be removed; the next start tries again")]
    private static partial void LogNotRemoved(ILogger logger, Exception exception, string path);
}
