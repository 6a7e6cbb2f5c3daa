using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace VideoGen.Storage.Schema;

/// <summary>One step of the schema: a file of <c>deploy/sql/</c>, named by its version and what it makes.</summary>
internal sealed partial record SchemaFile(int Version, string Name, string Sql)
{
    /// <summary>Over the text with LF line ends: a checkout that turns them into CRLF changes nothing.</summary>
    public string Checksum =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Version:000}_{Name}.sql");

    /// <summary>The files of this build, in order.</summary>
    public static IReadOnlyList<SchemaFile> Embedded { get; } = Read(typeof(SchemaFile).Assembly);

    private static List<SchemaFile> Read(Assembly assembly)
    {
        var files = new List<SchemaFile>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (FileNames().Match(resource) is not { Success: true } match) continue;
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            files.Add(new(int.Parse(match.Groups["version"].ValueSpan, CultureInfo.InvariantCulture), match.Groups["name"].Value, reader.ReadToEnd()));
        }

        files.Sort((a, b) => a.Version.CompareTo(b.Version));
        return files;
    }

    [GeneratedRegex(@"(?:\A|\.)(?<version>[0-9]{3})_(?<name>[a-z0-9_]+)\.sql\z", RegexOptions.NonBacktracking)]
    private static partial Regex FileNames();
}
