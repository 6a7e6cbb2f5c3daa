namespace VideoGen.Engine;

/// <summary>The engine takes no calls from outside: it has not started, or it is stopping. Nothing was done.</summary>
public sealed class EngineClosedException : OrleansException
{
    /// <inheritdoc cref="EngineClosedException"/>
    public EngineClosedException()
        : this("The engine takes no calls now.")
    {
    }

    /// <inheritdoc cref="EngineClosedException"/>
    public EngineClosedException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="EngineClosedException"/>
    public EngineClosedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
