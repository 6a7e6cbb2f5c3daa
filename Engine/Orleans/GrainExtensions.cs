using VideoGen.Engine;

namespace Orleans;

public static class GrainExtensions
{
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain)
    {
        var (engine, id) = Identify(grain);
        return (TGrainInterface)engine.References.Create(typeof(TGrainInterface), id);
    }

    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();

    public static GrainId GetGrainId(this IAddressable grain) => Identify(grain).Id;

    public static string GetPrimaryKeyString(this IAddressable grain) => GetGrainId(grain).Key.ToString();

    private static (EmbeddedEngine Engine, GrainId Id) Identify(IAddressable grain)
    {
        ArgumentNullException.ThrowIfNull(grain);
        return grain switch
        {
            GrainProxy proxy => (proxy.Engine, proxy.GrainId),
            IGrainBase { GrainContext: GrainActivation activation } => (activation.Engine, activation.GrainId),
            _ => throw new ArgumentException($"{grain.GetType()} is neither a grain reference nor a grain that this engine made.", nameof(grain)),
        };
    }
}
