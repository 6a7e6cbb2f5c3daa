using System.Globalization;
using System.Text;
using System.Text.Json;
using VideoGen.Storage.Processes;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>What is really in a video file.</summary>
internal static class Ffprobe
{
    public static async Task<(string Codec, string Pixels, int Width, int Height, string Rate, int Frames, double Seconds)> Read(string path)
    {
        var stream = Assert.Single(await Streams(path), stream => Word(stream, "codec_type") == "video");
        return (Word(stream, "codec_name"), Word(stream, "pix_fmt"), stream.GetProperty("width").GetInt32(), stream.GetProperty("height").GetInt32(), Word(stream, "r_frame_rate"),
            int.Parse(Word(stream, "nb_frames"), CultureInfo.InvariantCulture), Number(stream, "duration"));
    }

    public static async Task<(string Codec, string Rate, double Seconds)> ReadSound(string path)
    {
        var stream = Assert.Single(await Streams(path), stream => Word(stream, "codec_type") == "audio");
        return (Word(stream, "codec_name"), Word(stream, "sample_rate"), Number(stream, "duration"));
    }

    private static async Task<IReadOnlyList<JsonElement>> Streams(string path)
    {
        await using var probe = WatchedProcess.Start("ffprobe", ["-v", "error", "-of", "json", "-show_streams", path]);
        Assert.Equal(0, await probe.Exited);
        using var json = JsonDocument.Parse(probe.Output);
        return [.. json.RootElement.GetProperty("streams").EnumerateArray().Select(stream => stream.Clone())];
    }

    public static async Task<(int Width, int Height)> Pixels(string path)
    {
        var stream = Assert.Single(await Streams(path));
        return (stream.GetProperty("width").GetInt32(), stream.GetProperty("height").GetInt32());
    }

    private static string Word(JsonElement stream, string name) => stream.GetProperty(name).GetString()!;

    private static double Number(JsonElement stream, string name) => double.Parse(Word(stream, name), CultureInfo.InvariantCulture);

    public static bool StartsAtOnce(string path)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        return bytes.IndexOf("moov"u8) is >= 0 and var index && index < bytes.IndexOf("mdat"u8);
    }
}
