namespace VideoGen.Requests;

/// <summary>Which models there are, what they offer and what they cost.</summary>
public interface IModelCatalogue
{
    /// <summary>The model to use where an ask names none.</summary>
    string DefaultModel { get; }

    /// <summary>All models that can be asked for, by name.</summary>
    IReadOnlyList<ModelTerms> All { get; }

    /// <summary>One model; null where there is none of that name.</summary>
    ModelTerms? Find(string model);
}

/// <summary>What a model offers and costs.</summary>
/// <param name="Model">Its public name.</param>
/// <param name="Provider">The provider account that serves it; empty for a route.</param>
/// <param name="Prices">Its price list. Without a row that fits and is in force it has no price, which is not the same as free.</param>
/// <param name="CountsAgainstQuota">Whether its videos count: by default those with a price.</param>
/// <param name="Sizes">The sizes it offers, the default first.</param>
/// <param name="Seconds">The lengths it offers, the default first.</param>
/// <param name="Remixes">Whether it makes videos from finished ones of the same provider account.</param>
/// <param name="TakesInput">Whether a picture may guide it.</param>
public sealed record ModelTerms(
    string Model,
    string Provider,
    IReadOnlyList<ModelPrice> Prices,
    bool CountsAgainstQuota,
    IReadOnlyList<string> Sizes,
    IReadOnlyList<int> Seconds,
    bool Remixes = false,
    bool TakesInput = false)
{
    /// <summary>What its provider calls it. Default: its public name.</summary>
    public string ProviderModel { get; init; } = Model;

    /// <summary>The first day, in UTC, on which it is not made any more; null where nobody knows of one.</summary>
    public DateOnly? Retires { get; init; }

    /// <summary>The models that are tried one after another, each only when the one before has proven no job; empty for a model of its own.</summary>
    public IReadOnlyList<string> Route { get; init; } = [];

    /// <summary>For a route: what a video may cost at most, US dollars. A model that costs more for what is asked is left out. Null: no such bound.</summary>
    public decimal? MaxUsd { get; init; }
}

/// <summary>One row of a price list.</summary>
/// <param name="UsdPerSecond">US dollars for each second of video, from 0 (free) to 1000.</param>
/// <param name="From">The first day, in UTC, on which it is in force; null: always was.</param>
/// <param name="Size">The size that it is for; null for all that have no row of their own.</param>
public sealed record ModelPrice(decimal UsdPerSecond, DateOnly? From = null, string? Size = null);
