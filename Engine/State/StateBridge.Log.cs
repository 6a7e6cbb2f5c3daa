using Microsoft.Extensions.Logging;

namespace VideoGen.Engine;

internal sealed partial class StateBridge<T>
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Operation} of state {StateName} of {GrainId} failed.")]
    private static partial void LogFailed(ILogger logger, Exception failure, Kind operation, string stateName, GrainId grainId);
}
