namespace VideoGen.Storage.States;

/// <summary>What a stored document may consist of.</summary>
internal static class StateText
{
    /// <summary>Whether JSON text has an escaped NUL, which PostgreSQL's jsonb cannot hold. A NUL that is not escaped is not JSON.</summary>
    public static bool HasNul(ReadOnlySpan<byte> json)
    {
        while (true)
        {
            var backslash = json.IndexOf((byte)'\\');
            if (backslash < 0) return false;
            json = json[(backslash + 1)..];
            if (json.StartsWith("u0000"u8)) return true;

            // What is escaped is past: the second of two backslashes escapes nothing.
            if (!json.IsEmpty) json = json[1..];
        }
    }
}
