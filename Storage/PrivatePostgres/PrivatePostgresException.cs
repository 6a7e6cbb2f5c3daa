namespace VideoGen.Storage;

/// <summary>The private PostgreSQL cannot start; the message says in one sentence what is wrong and what to do.</summary>
public sealed class PrivatePostgresException(string message, Exception? innerException = null) : Exception(message, innerException);
