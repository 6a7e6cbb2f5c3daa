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
/// <param name="Provider">The provider account that serves it.</param>
/// <param name="UsdPerSecond">US dollars for each second of video; 0 is free.</param>
/// <param name="CountsAgainstQuota">Whether its videos count: by default those with a price.</param>
/// <param name="Sizes">The sizes it offers, the default first.</param>
/// <param name="Seconds">The lengths it offers, the default first.</param>
/// <param name="Remixes">Whether it makes videos from finished ones of the same provider account.</param>
/// <param name="TakesInput">Whether a picture may guide it.</param>
public sealed record ModelTerms(
    string Model,
    string Provider,
    decimal UsdPerSecond,
    bool CountsAgainstQuota,
    IReadOnlyList<string> Sizes,
    IReadOnlyList<int> Seconds,
    bool Remixes = false,
    bool TakesInput = false);
