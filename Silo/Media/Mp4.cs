using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace VideoGen.Silo.Media;

/// <summary>What the boxes of a file say.</summary>
/// <param name="Wrong">What is wrong with it: null, <see cref="Mp4.NotMp4"/> or <see cref="Mp4.Truncated"/>.</param>
/// <param name="IndexIsLast">Whether its index lies behind its pictures: a player has to wait for all of it.</param>
/// <param name="HasMarks">Whether it has boxes of somebody's own, as Content Credentials (C2PA) are: they would not outlive being written anew.</param>
internal sealed record Mp4Look(string? Wrong, bool IndexIsLast = false, bool HasMarks = false);

/// <summary>Tells a whole MP4 from an error page that was served in its place, and from a copy that broke off, without any tool.</summary>
internal static class Mp4
{
    public const string NotMp4 = "not_mp4", Truncated = "truncated";

    private const int HeadBytes = 8, LongHeadBytes = 16;

    /// <summary>More boxes than any honest file has at its top: from here a tool decides.</summary>
    private const int MostBoxes = 100_000;

    /// <summary>Looks at the boxes of a file.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static Mp4Look Look(string path)
    {
        using var file = File.OpenHandle(path);
        var end = RandomAccess.GetLength(file);
        if (Read(file, 0, end) is not { Type: "ftyp" } first) return new(NotMp4);

        // An MP4 is a row of boxes, each with its length and its type: "ftyp" first, "moov" (the index) and "mdat" (the pictures) in any order.
        var (hasIndex, hasPictures, indexIsLast, hasMarks) = (false, false, false, false);
        var (at, box) = (0L, first);
        for (var count = 0; count < MostBoxes; count++)
        {
            if (box.Length > end - at) return new(Truncated);
            indexIsLast |= box.Type == "moov" && hasPictures && !hasIndex;
            hasIndex |= box.Type == "moov";
            hasPictures |= box.Type == "mdat";
            hasMarks |= box.Type == "uuid";
            at += box.Length;
            if (at == end) break;
            if (Read(file, at, end) is not { } next) break; // Padding behind the last box harms nobody.
            box = next;
        }

        return new(hasIndex ? null : Truncated, indexIsLast, hasMarks);
    }

    private static Box? Read(SafeFileHandle file, long at, long end)
    {
        Span<byte> head = stackalloc byte[LongHeadBytes];
        head = head[..RandomAccess.Read(file, head, at)];
        if (head.Length < HeadBytes || !IsType(head[4..HeadBytes])) return null;
        long length = BinaryPrimitives.ReadUInt32BigEndian(head);
        if (length == 0) length = end - at; // It goes on to the end.
        if (length == 1) length = head.Length < LongHeadBytes ? long.MaxValue : BinaryPrimitives.ReadInt64BigEndian(head[HeadBytes..]);
        return length < HeadBytes ? null : new(System.Text.Encoding.ASCII.GetString(head[4..HeadBytes]), length);
    }

    private static bool IsType(ReadOnlySpan<byte> type) => !type.ContainsAnyExceptInRange((byte)' ', (byte)'~');

    private sealed record Box(string Type, long Length);
}
