namespace VideoGen.Storage.Schema;

/// <summary>The database's schema is not one that this code can work on. The message says why and what to do.</summary>
public sealed class SchemaException : Exception
{
    public SchemaException() { }

    public SchemaException(string message) : base(message) { }

    public SchemaException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>Whether another host that starts now may put it right.</summary>
    public bool MayPass { get; init; }
}
