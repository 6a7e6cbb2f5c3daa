using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using VideoGen.Storage.Access;
using VideoGen.Storage.Hosts;

namespace VideoGen.Storage.Tests.Access;

/// <summary>Which key is the operator's.</summary>
public sealed class OperatorKeyFileTests : IDisposable
{
    // What printf %s secret | sha256sum prints.
    private const string HashOfSecret = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("videogen-operator-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("secret", true)]
    [InlineData("Secret", false)]
    [InlineData("secret ", false)]
    [InlineData("", false)]
    public async Task The_configured_one_makes_no_file(string sent, bool opens)
    {
        var key = await OperatorKeyFile.Find(With(HashOfSecret), folder.FullName, CancellationToken.None);

        Assert.Equal(opens, key.Is(sent));
        Assert.Empty(folder.GetFiles());
    }

    [Fact]
    public async Task A_key_instead_of_its_hash_is_refused_in_a_sentence_without_it()
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => OperatorKeyFile.Find(With("secret"), folder.FullName, CancellationToken.None));

        Assert.Contains("Operator:KeySha256 must be the SHA-256 of the operator's key", StartFailure.Sentence(refused), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", StartFailure.Sentence(refused), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Without_one_a_key_is_drawn_once_that_only_its_owner_can_read(string? configured)
    {
        await OperatorKeyFile.Find(With(configured), folder.FullName, CancellationToken.None);
        var file = Path.Combine(folder.FullName, OperatorKeyFile.Name);
        var drawn = (await File.ReadAllTextAsync(file)).Trim();
        var again = await OperatorKeyFile.Find(With(configured), folder.FullName, CancellationToken.None);

        Assert.Equal(40, drawn.Length);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.True(again.Is(drawn));
        Assert.Equal($"in {file}", again.Place);
    }

    [Fact]
    public async Task An_empty_file_is_no_key()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, OperatorKeyFile.Name), "\n");

        var refused = await Assert.ThrowsAsync<IOException>(() => OperatorKeyFile.Find(With(null), folder.FullName, CancellationToken.None));
        Assert.Contains("operator.key is empty: remove it", refused.Message, StringComparison.Ordinal);
    }

    private static IConfiguration With(string? hash) =>
        new ConfigurationBuilder().AddInMemoryCollection([new(OperatorKeyFile.HashOption, hash)]).Build();
}
