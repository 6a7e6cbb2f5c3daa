namespace VideoGen.Silo.Operator;

/// <summary>Who is told of dead letters; section <c>Operator:Webhook</c>.</summary>
internal sealed class OperatorWebhookOptions
{
    public const string Section = "Operator:Webhook";

    /// <summary>Where each dead letter is posted to: an http or https address. Default: nowhere.</summary>
    public Uri? Url { get; set; }

    /// <summary>What its messages are signed with: <c>whsec_</c> and 24 to 64 bytes in base64. It must be said where there is an address.</summary>
    public string? Secret { get; set; }

    /// <summary>Whether that may be an address that is not public, such as one of this machine or of a network of yours. Default: false.</summary>
    public bool PrivateAddresses { get; set; }

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{Url}";
}
