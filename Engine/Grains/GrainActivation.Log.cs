using Microsoft.Extensions.Logging;

namespace VideoGen.Engine;

internal sealed partial class GrainActivation
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{GrainId} could not be activated; the calls that waited for it fail.")]
    private static partial void LogActivationFailed(ILogger logger, Exception failure, GrainId grainId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{GrainId} failed while it was deactivated; it ends all the same.")]
    private static partial void LogDeactivationFailed(ILogger logger, Exception failure, GrainId grainId);
}
