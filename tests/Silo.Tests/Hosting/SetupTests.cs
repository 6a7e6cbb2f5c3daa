using VideoGen.Silo.Tests.Architecture;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Storage.Processes;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>What is installed before the host is built, on systems of all kinds: <c>deploy/setup.sh</c>, without installing anything.</summary>
public sealed class SetupTests : IDisposable
{
    private readonly TestFolder settings = new();

    public void Dispose() => settings.Dispose();

    [Theory]
    [InlineData(null, null, "create_main_cluster = false")]
    [InlineData("createcluster.conf", "#create_main_cluster = true", "create_main_cluster = false")]
    [InlineData("createcluster.conf", "create_main_cluster = true", null)]
    [InlineData("createcluster.d/mine.conf", "  create_main_cluster=off", null)]
    [InlineData("createcluster.d/mine.conf", "ssl = off", "create_main_cluster = false")]
    public async Task Debians_package_starts_no_server_of_the_system_unless_a_person_has_decided(string? file, string? says, string? ours)
    {
        if (file is not null)
        {
            Directory.CreateDirectory(Path.Combine(settings.Root, "createcluster.d"));
            await File.WriteAllTextAsync(Path.Combine(settings.Root, file), says + "\n");
        }

        foreach (var _ in (int[])[1, 2]) Assert.Equal((0, ""), await Run("no_system_server \"$1\"", settings.Root));

        var written = Path.Combine(settings.Root, "createcluster.d", "videogen.conf");
        Assert.Equal(ours, File.Exists(written) ? (await File.ReadAllLinesAsync(written))[^1] : null);
        if (file is not null) Assert.Equal(says + "\n", await File.ReadAllTextAsync(Path.Combine(settings.Root, file)));
    }

    [DebianFact]
    public async Task Debian_understands_what_we_write()
    {
        var debians = Path.Combine(settings.Root, "createcluster.conf");
        await File.WriteAllTextAsync(debians, $"#create_main_cluster = true\ninclude_dir '{settings.Root}/createcluster.d'\n");

        // As its package asks before it makes a server.
        Assert.Equal((0, "off\n"), await Run("no_system_server \"$1\"; pg_conftool \"$1/createcluster.conf\" show -bs create_main_cluster", settings.Root));
    }

    [Theory]
    [InlineData("has_postgres() { false; }", "decided\ninstall gone postgresql\n")]
    [InlineData("has_postgres() { true; }", "install gone\n")]
    public async Task It_is_decided_before_PostgreSQL_is_installed_and_only_then(string postgres, string does)
    {
        var root = """
            id() { echo 0; }; apt-get() { :; }; ffmpeg() { :; }; fc-match() { :; }; curl() { :; }; missing_fonts() { :; }
            no_system_server() { echo decided; }; apt_install() { echo "install $*"; }
            """;

        Assert.Equal((0, does), await Run($"{root}\n{postgres}\ninstall_missing no-such-command:gone"));
    }

    [Fact]
    public async Task Who_is_not_root_is_told_one_line_to_type()
    {
        var (code, said) = await Run("id() { echo 1000; }; apt-get() { :; }; sudo() { :; }; has_postgres() { false; }; install_missing 2>&1");

        Assert.Equal(1, code);
        Assert.EndsWith($"To install, type this line once and start again:\n  sudo '{TidyTests.Repository}/deploy/setup.sh'\n", said, StringComparison.Ordinal);
    }

    /// <summary>Runs lines in a shell that has read the script.</summary>
    private static async Task<(int Code, string Said)> Run(string lines, params string[] arguments)
    {
        var script = Path.Combine(TidyTests.Repository, "deploy", "setup.sh");
        await using var shell = WatchedProcess.Start("bash", ["-c", $"source '{script}'\n{lines}", "setup", .. arguments]);
        return (await shell.Exited.WaitAsync(TimeSpan.FromSeconds(30)), shell.Output);
    }

    private sealed class DebianFactAttribute : FactAttribute
    {
        public DebianFactAttribute()
        {
            if (!File.Exists("/usr/bin/pg_conftool")) Skip = "Its program pg_conftool comes with Debian's PostgreSQL only.";
        }
    }
}
