namespace VideoGen.Silo.Webhooks;

/// <summary>Where clients may have us tell how their videos end; section <c>Webhooks</c>.</summary>
internal sealed class WebhooksOptions
{
    public const string Section = "Webhooks";

    /// <summary>Whether those may be addresses that are not public, such as ones of this machine or of a network of yours, and http ones. Default: false.</summary>
    public bool PrivateAddresses { get; set; }
}
