namespace VideoGen.Gateway.Videos;

/// <summary>
/// Whether calls of grains can be sent at all: always where the grains are in this process; in a gateway once it has found its cluster, of
/// which it knows nothing before. Connections that are lost later are no matter of this: the client makes new ones when it is called.
/// </summary>
internal sealed class GrainContact
{
    private volatile bool made;

    /// <summary>From when it is true on it stays so.</summary>
    public bool Made
    {
        get => made;
        set => made = value;
    }
}
