using Microsoft.Extensions.Options;
using Npgsql;
using VideoGen.Storage;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Schema;

namespace VideoGen.Silo.Hosting;

/// <summary>Expected reasons why a host cannot start, each as a sentence for a person instead of a stack trace.</summary>
internal static class StartFailure
{
    public static string? Sentence(Exception exception) => exception switch
    {
        PrivatePostgresException or HostLockException or SchemaException or InvalidOperationException => exception.Message,
        OptionsValidationException options => $"The configuration is not valid: {string.Join(" ", options.Failures)}",
        NpgsqlException database => $"The database does not answer: {database.Message} Check ConnectionStrings:{Database.ConnectionName}.",
        ArgumentException argument when argument.Source == "Npgsql" => $"ConnectionStrings:{Database.ConnectionName} cannot be read: {argument.Message}",
        IOException or UnauthorizedAccessException => exception.Message,
        AggregateException { InnerException: { } inner } => Sentence(inner),
        _ => null,
    };
}
