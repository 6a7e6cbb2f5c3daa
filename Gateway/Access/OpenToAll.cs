namespace VideoGen.Gateway.Access;

/// <summary>Marks a route that needs no key where others do: <c>routes.MapGet(…).WithMetadata(OpenToAll.Mark)</c>.</summary>
public sealed class OpenToAll
{
    /// <summary>The mark.</summary>
    public static readonly OpenToAll Mark = new();

    private OpenToAll() { }
}
