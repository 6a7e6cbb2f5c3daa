namespace VideoGen.Gateway.Catalogue;

/// <summary>Which models can be asked for; section <c>Catalogue</c>.</summary>
internal sealed class CatalogueOptions
{
    public const string Section = "Catalogue";

    /// <summary>The model to use where an ask names none. Default: the only model, or <c>local</c> where there are several.</summary>
    public string? DefaultModel { get; set; }

    /// <summary>
    /// The models by their public names. Default, where none is named: <c>local</c>, served by the embedded provider.
    /// As soon as one is named here, only those named here are offered.
    /// </summary>
    public Dictionary<string, ModelOptions> Models { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// One model; section <c>Catalogue:Models:&lt;name&gt;</c>. Lists are null until configured: the binder would append to a default.
/// </summary>
internal sealed class ModelOptions
{
    /// <summary>The provider account that serves it. Default: <c>local</c>.</summary>
    public string? Provider { get; set; }

    /// <summary>What the provider calls it. Default: the public name.</summary>
    public string? ProviderModel { get; set; }

    /// <summary>
    /// US dollars for each second of video, 0 is free. Default: the price of the embedded provider; for any other provider this or
    /// <see cref="Prices"/> must be said.
    /// </summary>
    public decimal? UsdPerSecond { get; set; }

    /// <summary>Prices by size and from a day on, in place of <see cref="UsdPerSecond"/>.</summary>
    public IReadOnlyList<PriceOptions>? Prices { get; set; }

    /// <summary>The first day, in UTC, on which it is not made any more, as <c>2026-12-31</c>. Default: none.</summary>
    public DateOnly? Retires { get; set; }

    /// <summary>
    /// The names of 1 to 5 other models that are tried one after another, each only when the one before has proven no job. What those offer in
    /// common it offers, so that none of the other settings but <see cref="Retires"/>, <see cref="CountsAgainstQuota"/> and <see cref="MaxUsd"/> is its own.
    /// </summary>
    public IReadOnlyList<string>? Route { get; set; }

    /// <summary>For a route: what a video may cost at most, US dollars; a model that costs more for what is asked is left out. Default: no such bound.</summary>
    public decimal? MaxUsd { get; set; }

    /// <summary>Whether its videos count against the users' quotas. Default: if it has a price.</summary>
    public bool? CountsAgainstQuota { get; set; }

    /// <summary>Sizes in pixels (<c>1280x720</c>), the default first. Default for the embedded provider: six sizes from 320x180 to 1792x1024.</summary>
    public IReadOnlyList<string>? Sizes { get; set; }

    /// <summary>Lengths in seconds, the default first. Default for the embedded provider: 4, 8, 12, 1, 2.</summary>
    public IReadOnlyList<int>? Seconds { get; set; }
}

/// <summary>One price; section <c>Catalogue:Models:&lt;name&gt;:Prices:&lt;number&gt;</c>. Of those that are in force a size's own goes first, then the newest.</summary>
internal sealed class PriceOptions
{
    /// <summary>US dollars for each second of video, 0 is free. Must be said.</summary>
    public decimal? UsdPerSecond { get; set; }

    /// <summary>The first day, in UTC, on which it is in force, as <c>2026-12-31</c>. Default: it always was.</summary>
    public DateOnly? From { get; set; }

    /// <summary>One of the model's sizes. Default: all that have no price of their own.</summary>
    public string? Size { get; set; }
}
