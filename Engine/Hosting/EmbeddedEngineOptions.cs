using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace VideoGen.Engine;

/// <summary>How the embedded engine runs, and which grains.</summary>
public sealed class EmbeddedEngineOptions
{
    private readonly HashSet<Type> _grains = [];

    /// <summary>How long a caller waits for an answer; also how long a grain may take to activate or to deactivate. The method itself is not stopped.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an activation that nobody uses is kept.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often unused activations are looked for.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The grain classes that were added.</summary>
    public IReadOnlyCollection<Type> Grains => _grains;

    /// <summary>Adds every grain class of an assembly, internal ones too.</summary>
    public EmbeddedEngineOptions AddGrainsFrom(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        _grains.UnionWith(assembly.GetTypes().Where(GrainClass.IsGrainClass));
        return this;
    }

    /// <summary>Adds one grain class.</summary>
    public EmbeddedEngineOptions AddGrain(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!GrainClass.IsGrainClass(type))
            throw new ArgumentException($"{type} is not a grain class: not a closed class that implements IGrainBase and an interface of a grain.", nameof(type));
        _grains.Add(type);
        return this;
    }
}
