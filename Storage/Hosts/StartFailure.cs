using Microsoft.Extensions.Options;
using Npgsql;
using VideoGen.Storage.Schema;

namespace VideoGen.Storage.Hosts;

/// <summary>Expected reasons why a host cannot start, each as a sentence for a person instead of a stack trace.</summary>
public static class StartFailure
{
    /// <summary>The sentence; null where nobody expected this.</summary>
    public static string? Sentence(Exception exception) => exception switch
    {
        PrivatePostgresException or HostLockException or SchemaException or InvalidOperationException => exception.Message,
        OptionsValidationException options => $"The configuration is not valid: {string.Join(" ", options.Failures)}",
        NpgsqlException database => $"The database does not answer: {database.Message} Check ConnectionStrings:{ConfiguredDatabase.Name}.",
        ArgumentException argument when argument.Source == "Npgsql" => $"ConnectionStrings:{ConfiguredDatabase.Name} cannot be read: {argument.Message}",
        IOException or UnauthorizedAccessException => exception.Message,
        AggregateException { InnerException: { } inner } => Sentence(inner),
        _ => null,
    };
}
