using Microsoft.Extensions.Logging;

namespace VideoGen.Engine;

public sealed partial class EmbeddedEngine
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The embedded engine runs {GrainClasses} grain classes.")]
    private static partial void LogStarted(ILogger logger, int grainClasses);

    [LoggerMessage(Level = LogLevel.Information, Message = "The embedded engine has stopped; every grain was deactivated.")]
    private static partial void LogStopped(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The embedded engine stopped waiting; {Living} activations were left as they were.")]
    private static partial void LogAbandoned(ILogger logger, int living);
}
