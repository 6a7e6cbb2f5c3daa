using System.Security.Cryptography;
using System.Text;

namespace VideoGen.Access;

/// <summary>The key of whoever runs this installation. One of its own: those of clients ask for videos, and this one stops them all.</summary>
/// <param name="hash">All that a process knows of it.</param>
/// <param name="place">Where a person finds it, to end a sentence with: <c>in /…/operator.key</c>.</param>
public sealed class OperatorKey(KeyHash hash, string place)
{
    /// <summary>Where a person finds it, to end a sentence with.</summary>
    public string Place => place;

    /// <summary>Whether this text is it. Takes as long whatever of it is right.</summary>
    public bool Is(string sent) => HashOf(sent).Equals(hash);

    /// <summary>What is kept of a key.</summary>
    public static KeyHash HashOf(string key) => new(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
