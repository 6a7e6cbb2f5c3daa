using Microsoft.Extensions.Logging;

namespace VideoGen.Engine;

internal sealed partial class GrainTimer
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A timer tick of {GrainId} failed; the timer goes on.")]
    private static partial void LogTickFailed(ILogger logger, Exception failure, GrainId grainId);
}
