namespace VideoGen.Storage;

/// <summary>This installation's own facts, one row in the database, made at the first start.</summary>
public interface IInstallation
{
    /// <summary>8 lower-case letters and digits: the first part of every key that a provider sees from us.</summary>
    string Id { get; }

    /// <summary>The version of the rules that make request keys, see <see cref="Requests.VideoRequestKey"/>.</summary>
    int KeyRules { get; }
}
