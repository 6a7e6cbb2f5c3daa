using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.VertexVeo;

/// <summary>What of an account's configuration is for Vertex AI alone.</summary>
internal static class VertexSettings
{
    /// <summary>The options that no other type has.</summary>
    public static readonly string[] Keys = [nameof(AccountSettings.StorageUri), nameof(AccountSettings.StorageUrl), nameof(AccountSettings.Credentials)];

    /// <summary>What <see cref="AccountSettings.Credentials"/> can be.</summary>
    public const string Key = "key", MetadataServer = "metadata_server";

    /// <summary>What is wrong; nothing where it can be read.</summary>
    /// <param name="at">The account's section.</param>
    /// <param name="settings">What stands there.</param>
    /// <param name="address">Its address; null where that is none, which is said elsewhere.</param>
    public static IEnumerable<string> WrongWith(string at, AccountSettings settings, Uri? address)
    {
        if (settings is not { AccessKey: null, Resolution: null, DeleteStops: false })
        {
            yield return $"{at}: {nameof(settings.AccessKey)}, {nameof(settings.Resolution)} and {nameof(settings.DeleteStops)} are not for {AccountTypes.VertexVeo}: its jobs are found by their videos, and cannot be stopped.";
        }

        if (settings.Credentials is not (null or Key or MetadataServer)) yield return $"{at}:{nameof(settings.Credentials)} must be {Key} or {MetadataServer}.";
        if (address is not null && VertexPlace.Parse(address, null) is null) yield return $"{at}:{nameof(settings.BaseUrl)} must end with /v1/projects/PROJECT/locations/LOCATION for {AccountTypes.VertexVeo}.";
        else if (address is not null && VertexPlace.Parse(address, settings.StorageUrl) is null) yield return $"{at}:{nameof(settings.StorageUrl)} must be an http or https address without a path.";
        if (settings.StorageUri is not null && BucketPlace.Parse(settings.StorageUri) is null) yield return $"{at}:{nameof(settings.StorageUri)} must be gs://BUCKET, or a folder in one: gs://BUCKET/FOLDER.";
    }
}
