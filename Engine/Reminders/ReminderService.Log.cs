using Microsoft.Extensions.Logging;

namespace VideoGen.Engine;

internal sealed partial class ReminderService
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Reminder {Name} of {GrainId} belongs to no grain class; it is left alone.")]
    private static partial void LogOfNobody(ILogger logger, string name, GrainId grainId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reminder {Name} of {GrainId} failed; it ticks again a period later.")]
    private static partial void LogTickFailed(ILogger logger, Exception failure, string name, GrainId grainId);
}
