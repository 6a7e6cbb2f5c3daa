using System.Text.RegularExpressions;
using VideoGen.Gateway.Catalogue;
using VideoGen.Requests;
using VideoGen.Silo.Providers.VertexVeo;
using VideoGen.Silo.Webhooks;

namespace VideoGen.Silo.Providers.Http;

/// <summary>Reads provider accounts out of the configuration, in words that say what to change where they cannot be read.</summary>
internal static partial class AccountReader
{
    private const int LongestKey = 4096, Most = 10_000;

    private static readonly TimeSpan _shortestMemory = TimeSpan.FromHours(1), _longestMemory = TimeSpan.FromDays(30);

    private static readonly string[] _replicateKeys =
    [
        nameof(AccountSettings.CallbackUrl), nameof(AccountSettings.WebhookSecret), nameof(AccountSettings.SecondsInput), nameof(AccountSettings.AspectInput),
        nameof(AccountSettings.ResolutionInput), nameof(AccountSettings.PictureInput),
    ];

    private static readonly (string Type, string[] Keys)[] _ownKeys = [(AccountTypes.Replicate, _replicateKeys), (AccountTypes.VertexVeo, VertexSettings.Keys)];

    private static readonly string[] _keys =
    [
        nameof(AccountSettings.Type), nameof(AccountSettings.BaseUrl), nameof(AccountSettings.ApiKey), nameof(AccountSettings.ApiKeyFile),
        nameof(AccountSettings.AccessKey), nameof(AccountSettings.Resolution), nameof(AccountSettings.DeleteStops), nameof(AccountSettings.UnfinishedJobs),
        nameof(AccountSettings.Slots), nameof(AccountSettings.SubmitsPerMinute), nameof(AccountSettings.KeyKeptFor),
        .. _ownKeys.SelectMany(own => own.Keys),
        nameof(AccountSettings.PrivateAddresses),
    ];

    /// <summary>What is wrong with an account; nothing where it can be read.</summary>
    public static IEnumerable<string> WrongWith(IConfigurationSection section, AccountSettings settings)
    {
        var at = section.Path;
        foreach (var child in section.GetChildren().Where(child => !_keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase))) yield return $"{child.Path} is no option. There are: {string.Join(", ", _keys)}.";
        if (!Name().IsMatch(section.Key) || section.Key == ModelCatalogue.LocalAccount)
        {
            yield return $"{at}: an account's name has 1 to 32 of a-z, 0-9, dash and underscore, and is not '{ModelCatalogue.LocalAccount}', the embedded provider's.";
        }

        if (settings.Type is not (AccountTypes.OpenAiVideos or AccountTypes.Kling or AccountTypes.Replicate or AccountTypes.VertexVeo))
        {
            yield return $"{at}:{nameof(settings.Type)} must be {AccountTypes.OpenAiVideos}, {AccountTypes.Kling}, {AccountTypes.Replicate} or {AccountTypes.VertexVeo}.";
            yield break;
        }

        if (AddressOf(settings.BaseUrl) is null) yield return $"{at}:{nameof(settings.BaseUrl)} must be an http or https address without user, query and fragment, for example https://videos.example.com/v1.";
        if (KeyTrouble(at, settings) is { } trouble) yield return trouble;
        if (settings.UnfinishedJobs is not (null or "unknown" or "free" or "charged")) yield return $"{at}:{nameof(settings.UnfinishedJobs)} must be unknown, free or charged.";
        if (settings.Slots is < 1 or > Most) yield return $"{at}:{nameof(settings.Slots)} must be from 1 to {Most}.";
        if (settings.SubmitsPerMinute is < 1 or > Most) yield return $"{at}:{nameof(settings.SubmitsPerMinute)} must be from 1 to {Most}.";
        if (settings.KeyKeptFor is not null && settings.Resolution != "key") yield return $"{at}:{nameof(settings.KeyKeptFor)} is for {nameof(settings.Resolution)}=key alone.";
        if (settings.KeyKeptFor < _shortestMemory || settings.KeyKeptFor > _longestMemory) yield return $"{at}:{nameof(settings.KeyKeptFor)} must be from {_shortestMemory} to {_longestMemory}.";
        foreach (var (type, keys) in _ownKeys.Where(own => own.Type != settings.Type))
        {
            foreach (var key in keys.Where(key => section[key] is not null)) yield return $"{at}:{key} is for {type} alone.";
        }

        if (settings.Type is AccountTypes.Replicate or AccountTypes.VertexVeo)
        {
            foreach (var wrong in settings.Type == AccountTypes.Replicate ? WrongWithReplicate(at, settings) : VertexSettings.WrongWith(at, settings, AddressOf(settings.BaseUrl))) yield return wrong;
            yield break;
        }

        if (settings.Type == AccountTypes.Kling)
        {
            if (string.IsNullOrWhiteSpace(settings.AccessKey)) yield return $"{at}:{nameof(settings.AccessKey)} must be said for {AccountTypes.Kling}.";
            if (settings.Resolution is not null) yield return $"{at}:{nameof(settings.Resolution)} is for {AccountTypes.OpenAiVideos} alone: {AccountTypes.Kling} is asked by our own key.";
            if (settings.DeleteStops) yield return $"{at}:{nameof(settings.DeleteStops)} is for {AccountTypes.OpenAiVideos} alone: {AccountTypes.Kling} cannot stop a job.";
        }
        else
        {
            if (settings.Resolution is not (null or "none" or "list" or "key")) yield return $"{at}:{nameof(settings.Resolution)} must be none, list or key.";
            if (settings.Resolution == "key" && settings.KeyKeptFor is null) yield return $"{at}:{nameof(settings.KeyKeptFor)} must be said where {nameof(settings.Resolution)} is key: how long the server documents to remember one.";
            if (settings.AccessKey is not null) yield return $"{at}:{nameof(settings.AccessKey)} is for {AccountTypes.Kling} alone.";
        }
    }

    /// <summary>An account with which nothing is wrong.</summary>
    public static AccountOptions Read(AccountSettings settings) => new(
        AddressOf(settings.BaseUrl)!,
        new(AsksMetadataServer(settings) ? "" : KeyOf(settings)),
        settings.AccessKey ?? "",
        FindsByList: settings.Resolution == "list",
        settings.KeyKeptFor,
        settings.DeleteStops,
        settings.UnfinishedJobs switch { "free" => Charged.No, "charged" => Charged.Yes, _ => Charged.Unknown },
        settings.Slots,
        settings.SubmitsPerMinute)
    {
        Callbacks = settings.CallbackUrl is null ? null : new(AddressOf(settings.CallbackUrl)!, StandardWebhook.SecretOf(settings.WebhookSecret)!),
        Inputs = InputsOf(settings),
        PrivateAddresses = settings.PrivateAddresses,
        Vertex = settings.Type == AccountTypes.VertexVeo ? VertexPlace.Parse(AddressOf(settings.BaseUrl), settings.StorageUrl) : null,
        Bucket = BucketPlace.Parse(settings.StorageUri),
        AsksMetadataServer = AsksMetadataServer(settings),
    };

    private static IEnumerable<string> WrongWithReplicate(string at, AccountSettings settings)
    {
        if (settings.AccessKey is not null) yield return $"{at}:{nameof(settings.AccessKey)} is for {AccountTypes.Kling} alone.";
        if (settings.Resolution is not null) yield return $"{at}:{nameof(settings.Resolution)} is for {AccountTypes.OpenAiVideos} alone: {AccountTypes.Replicate} lists its jobs.";
        if (settings.DeleteStops) yield return $"{at}:{nameof(settings.DeleteStops)} is for {AccountTypes.OpenAiVideos} alone: {AccountTypes.Replicate} cancels.";
        if (settings.CallbackUrl is null != settings.WebhookSecret is null) yield return $"{at}:{nameof(settings.CallbackUrl)} and {nameof(settings.WebhookSecret)} need each other.";
        if (settings.CallbackUrl is not null && AddressOf(settings.CallbackUrl) is null) yield return $"{at}:{nameof(settings.CallbackUrl)} must be an http or https address without user, query and fragment, where the provider reaches this service.";
        if (settings.WebhookSecret is not null && StandardWebhook.SecretOf(settings.WebhookSecret) is null) yield return $"{at}:{nameof(settings.WebhookSecret)} must be whsec_ and 24 to 64 bytes in base64.";
        var (names, prompt) = (InputsOf(settings), "prompt");
        var said = new[] { prompt, names.Seconds, names.Aspect, names.Resolution, names.Picture }.Where(name => name.Length > 0).ToList();
        if (said.Distinct(StringComparer.Ordinal).Count() < said.Count || !said.TrueForAll(Input().IsMatch)) yield return $"{at}: the names of inputs have 1 to 64 of a-z, A-Z, 0-9 and underscore, and each is of one input.";
    }

    private static InputNames InputsOf(AccountSettings settings)
    {
        var usual = new InputNames();
        return new(settings.SecondsInput ?? usual.Seconds, settings.AspectInput ?? usual.Aspect, settings.ResolutionInput ?? usual.Resolution, settings.PictureInput ?? usual.Picture);
    }

    private static Uri? AddressOf(string? url) =>
        Uri.TryCreate(url?.TrimEnd('/') + "/", UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https" && address is { UserInfo: "", Query: "", Fragment: "" } ? address : null;

    private static bool AsksMetadataServer(AccountSettings settings) => settings is { Type: AccountTypes.VertexVeo, Credentials: VertexSettings.MetadataServer };

    private static string KeyOf(AccountSettings settings) => (settings.ApiKey ?? File.ReadAllText(settings.ApiKeyFile!)).Trim();

    // The key itself is in none of the sentences.
    private static string? KeyTrouble(string at, AccountSettings settings)
    {
        var (option, file) = ($"{at}:{nameof(settings.ApiKey)}", $"{at}:{nameof(settings.ApiKeyFile)}");
        if (AsksMetadataServer(settings))
        {
            return settings is { ApiKey: null, ApiKeyFile: null } ? null : $"{at}:{nameof(settings.Credentials)} is {VertexSettings.MetadataServer}, so neither {option} nor {file} is to be said.";
        }

        if (settings.ApiKey is null == settings.ApiKeyFile is null) return $"One of {option} and {file} must be said.";
        try
        {
            if (settings.Type == AccountTypes.VertexVeo && GoogleAccess.IsKeyFile(KeyOf(settings)))
            {
                return GoogleAccess.WrongWith(KeyOf(settings)) is { } wrong ? $"{(settings.ApiKey is null ? file : option)} must be an access token, or {wrong}." : null;
            }

            return KeyOf(settings) is { Length: > 0 and <= LongestKey } key && key.All(c => c is >= '!' and <= '~') ? null : $"{(settings.ApiKey is null ? file : option)} must have a key in it: visible ASCII characters, at most {LongestKey}.";
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return $"{file} cannot be read: {trouble.Message}";
        }
    }

    [GeneratedRegex(@"\A[a-z0-9_-]{1,32}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[a-zA-Z0-9_]{1,64}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Input();
}
