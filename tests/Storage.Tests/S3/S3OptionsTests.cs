using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoGen.Requests;
using VideoGen.Storage.Files;

namespace VideoGen.Storage.Tests.S3;

/// <summary>What is refused at start, and which store a host has.</summary>
public sealed class S3OptionsTests
{
    [Theory]
    [InlineData("", "Bucket=", "Store:S3:Bucket must be the name of a bucket")]
    [InlineData("", "Bucket=No_Bucket", "Store:S3:Bucket must be the name of a bucket")]
    [InlineData("", "Prefix=a b", "Store:S3:Prefix must have at most 200 of")]
    [InlineData("", "Region=", "Store:S3:Region must be said where Store:S3:Endpoint is not")]
    [InlineData("", "Region=Frankfurt am Main", "Store:S3:Region must be the name of a region")]
    [InlineData("", "Endpoint=minio.example.com:9000", "Store:S3:Endpoint must be an http or https address without")]
    [InlineData("", "Endpoint=https://minio.example.com/bucket", "Store:S3:Endpoint must be an http or https address without")]
    [InlineData("", "LinksFor=00:00:30", "Store:S3:LinksFor must be from 00:01:00 to 7.00:00:00")]
    [InlineData("", "LinksFor=7.00:00:01", "Store:S3:LinksFor must be from 00:01:00 to 7.00:00:00")]
    [InlineData("", "AccessKey=", "Store:S3:AccessKey and one of Store:S3:SecretKey and Store:S3:SecretKeyFile need each other")]
    [InlineData("", "SecretKey=", "Store:S3:AccessKey and one of Store:S3:SecretKey and Store:S3:SecretKeyFile need each other")]
    [InlineData("", "SecretKey=two words", "Store:S3:SecretKey must have a key in it")]
    [InlineData("", "SecretKeyFile=/no/such/file", "Only one of Store:S3:SecretKey and Store:S3:SecretKeyFile may be said")]
    [InlineData("SecretKey=", "SecretKeyFile=/no/such/file", "Store:S3:SecretKeyFile cannot be read")]
    [InlineData("", "Buckets=b", "Store:S3:Buckets is no option. There are: Bucket, Prefix")]
    public void What_cannot_work_is_refused_at_start_by_name(string also, string setting, string sentence)
    {
        using var services = Host(also, setting);

        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("two words", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LinksFor=00:05:00", "Prefix=a/b")]
    [InlineData("Region=", "Endpoint=http://127.0.0.1:9000")]
    [InlineData("AccessKey=", "SecretKey=")]
    public async Task What_can_work_starts_as_a_bucket(string one, string other)
    {
        await using var services = Host(one, other);
        services.GetRequiredService<IStartupValidator>().Validate();
        Assert.Equal("S3VideoStore", services.GetRequiredService<IVideoStore>().GetType().Name);
        Assert.Same(services.GetRequiredService<IVideoStore>(), services.GetRequiredService<IVideoFiles>());
        Assert.Same(services.GetRequiredService<IInputStore>(), services.GetRequiredService<IInputFiles>());
    }

    [Fact]
    public async Task The_secret_can_be_in_a_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "secret-in-a-file\n");
            await using var services = Host("SecretKey=", $"SecretKeyFile={file}");
            services.GetRequiredService<IStartupValidator>().Validate();
            Assert.Equal("secret-in-a-file", services.GetRequiredService<VideoGen.Storage.S3.S3StoreOptions>().ReadSecret());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Where_nothing_of_it_is_said_videos_are_files()
    {
        using var services = Services([new("Store:S3:Bucket", "")]);
        Assert.IsType<FileVideoStore>(services.GetRequiredService<IVideoStore>());
        Assert.IsType<FileInputStore>(services.GetRequiredService<IInputStore>());
    }

    private static ServiceProvider Host(params string[] settings) => Services(
        new[] { "Bucket=a-bucket", "Region=eu-central-1", "AccessKey=an-access-key", "SecretKey=a-secret" }.Concat(settings.Where(setting => setting.Length > 0))
            .Select(setting => setting.Split('=', 2)).GroupBy(pair => pair[0], pair => pair[1], StringComparer.Ordinal)
            .Select(option => KeyValuePair.Create("Store:S3:" + option.Key, (string?)option.Last())));

    private static ServiceProvider Services(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Store:Folder", "videos"), new("Store:Inputs", "inputs")]).AddInMemoryCollection(settings).Build();
        return new ServiceCollection().AddLogging().AddSingleton<IInstallation>(new Installation()).AddStores(configuration).BuildServiceProvider();
    }

    private sealed class Installation : IInstallation
    {
        public string Id => "options1";

        public int KeyRules => 1;
    }
}
