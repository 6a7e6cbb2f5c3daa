using Npgsql;
using VideoGen.Silo.Tests.Hosting;
using VideoGen.Storage.Processes;

namespace VideoGen.Silo.Tests.Duplicates;

/// <summary>The command on another service's table, as a person runs it: what it says, and what is in the table afterwards.</summary>
public sealed class TableDuplicatesTests : OnHostFolder
{
    // Ann's second is the one that was made; her third is no duplicate, because it is a day later.
    private const string Videos = """
        create schema shop;
        create table shop.videos (
          id uuid primary key, user_id bigint not null, prompt text, status text not null, created_at timestamptz not null, cost numeric(8, 2),
          duplicate_of uuid, hidden boolean not null default false, hidden_at timestamp, note jsonb);
        insert into shop.videos values
          ('00000000-0000-0000-0000-000000000001', 7, 'A cat, "surfing"', 'failed', '2026-11-20 12:00+02', 3.20),
          ('00000000-0000-0000-0000-000000000002', 7, ' A cat,  "surfing"', 'completed', '2026-11-20 10:03Z', 4.00),
          ('00000000-0000-0000-0000-000000000003', 7, 'A cat, "surfing"', 'pending', '2026-11-21 10:00Z', 3.20),
          ('00000000-0000-0000-0000-000000000004', 8, 'A cat, "surfing"', 'completed', '2026-11-20 10:03Z', 3.20),
          ('00000000-0000-0000-0000-000000000005', 8, null, 'completed', '2026-11-20 10:03Z', null),
          ('00000000-0000-0000-0000-000000000006', 8, 'A cat, "surfing"', 'running', '2026-11-20 10:04:00.123Z', 0.80);
        """;

    private const string Report =
        "Video 00000000-0000-0000-0000-000000000001 (7, 2026-11-20 10:00:00Z, failed, 3.20 USD) is a duplicate of video 00000000-0000-0000-0000-000000000002 (2026-11-20 10:03:00Z, completed).\n" +
        "Video 00000000-0000-0000-0000-000000000006 (8, 2026-11-20 10:04:00Z, running, 0.80 USD) is a duplicate of video 00000000-0000-0000-0000-000000000004 (2026-11-20 10:03:00Z, completed).\n" +
        "2 of 6 videos are duplicates: 4.00 of 14.40 USD.";

    [Fact]
    public async Task A_table_is_looked_into_and_nothing_of_it_is_changed_until_that_is_said()
    {
        await Sql(Videos);
        var before = await All();
        var verdicts = Path.Combine(Folder, "verdicts.csv");

        foreach (var options in (string[][])[[], ["--delete"], ["--mark", "duplicate_of"], ["--output", verdicts]])
        {
            var dry = await Run(["--table", "shop.videos", .. options]);
            Assert.True(dry.Code == 0, dry.Said);
            Assert.Equal(Report, dry.Printed.Trim());
            Assert.Contains("Nothing was changed.", dry.Said, StringComparison.Ordinal);
        }

        Assert.Equal(before, await All());
        Assert.Equal(
            "id,status,created,usd,duplicate_of\r\n" +
            "00000000-0000-0000-0000-000000000001,failed,2026-11-20T10:00:00.0000000+00:00,3.20,00000000-0000-0000-0000-000000000002\r\n" +
            "00000000-0000-0000-0000-000000000006,running,2026-11-20T10:04:00.1230000+00:00,0.80,00000000-0000-0000-0000-000000000004\r\n",
            await File.ReadAllTextAsync(verdicts));
        Assert.Equal(1, (await Run("--table", "shop.videos", "--output", verdicts, "--delete", "--apply")).Code); // Never over what is there, and then nothing else either.
        Assert.Equal(before, await All());
    }

    [Theory]
    [InlineData("duplicate_of", "00000000-0000-0000-0000-000000000002 00000000-0000-0000-0000-000000000004")]
    [InlineData("hidden", "true true")]
    public async Task Duplicates_are_marked_with_what_their_column_can_hold_and_nothing_else_is_touched(string column, string marks)
    {
        await Sql(Videos);
        var others = await Text("select string_agg(v::text, '\n' order by id) from shop.videos v where right(id::text, 1) not in ('1', '6')");

        foreach (var _ in (int[])[1, 2]) // Twice is as once.
        {
            var done = await Run("--table", "shop.videos", "--mark", column, "--apply");
            Assert.True(done.Code == 0, done.Said);
            Assert.Equal($"{Report}\n2 rows of shop.videos were marked: 4.00 USD.", done.Printed.Trim());
        }

        Assert.Equal(marks, await Text($"select string_agg({column}::text, ' ' order by id) from shop.videos where right(id::text, 1) in ('1', '6')"));
        Assert.Equal(others, await Text("select string_agg(v::text, '\n' order by id) from shop.videos v where right(id::text, 1) not in ('1', '6')"));
    }

    [Fact]
    public async Task A_time_of_marking_stays_the_first()
    {
        await Sql(Videos);
        await Sql("update shop.videos set hidden_at = '2026-11-21 10:00' where right(id::text, 1) = '1'");
        Assert.Equal(0, (await Run("--table", "shop.videos", "--mark", "hidden_at", "--apply")).Code);
        Assert.Equal("2026-11-21 10:00:00", await Text("select hidden_at::text from shop.videos where right(id::text, 1) = '1'"));
        Assert.Equal("t,t", await Text("select count(*) = 2, every(hidden_at between '2026-11-21 10:00' and now() at time zone 'utc') from shop.videos where hidden_at is not null"));
    }

    [Fact]
    public async Task Duplicates_are_deleted_and_what_goes_with_them_is_said()
    {
        await Sql(Videos);
        await Sql("create table shop.likes (video uuid references shop.videos on delete cascade); insert into shop.likes values ('00000000-0000-0000-0000-000000000001')");

        Assert.Contains("Rows of shop.likes that refer to them go with them.", (await Run("--table", "shop.videos", "--delete")).Said, StringComparison.Ordinal);
        var done = await Run("--table", "shop.videos", "--delete", "--apply");

        Assert.True(done.Code == 0, done.Said);
        Assert.Equal($"{Report}\n2 rows of shop.videos were deleted: 4.00 USD.", done.Printed.Trim());
        Assert.Equal("2,3,4,5", await Text("select string_agg(right(id::text, 1), ',' order by id) from shop.videos"));
    }

    [Fact]
    public async Task What_refers_to_a_duplicate_and_does_not_let_it_go_keeps_all_of_them()
    {
        await Sql(Videos);
        await Sql("create table shop.likes (video uuid references shop.videos); insert into shop.likes values ('00000000-0000-0000-0000-000000000006')");
        var before = await All();
        var refused = await Run("--table", "shop.videos", "--delete", "--apply");
        Assert.Equal(1, refused.Code);
        Assert.Contains("likes", refused.Said, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed.", refused.Said, StringComparison.Ordinal);
        Assert.Equal(before, await All());
    }

    [Fact]
    public async Task What_is_not_done_to_all_of_them_is_done_to_none()
    {
        await Sql(Videos);
        await Sql("create function shop.keep() returns trigger language plpgsql as 'begin if old.cost > 3 then return null; end if; return old; end'; create trigger keep before delete on shop.videos for each row execute function shop.keep()");
        var before = await All();
        var refused = await Run("--table", "shop.videos", "--delete", "--apply");
        Assert.Equal(1, refused.Code);
        Assert.Contains("changed 1 rows of 2", refused.Said, StringComparison.Ordinal);
        Assert.Equal(before, await All());
    }

    [Fact]
    public async Task Words_for_a_status_that_nobody_knows_keep_it_from_being_changed()
    {
        await Sql(Videos);
        await Sql("update shop.videos set status = 'succeeded' where status = 'completed'");
        var before = await All();
        var refused = await Run("--table", "shop.videos", "--delete", "--apply");
        Assert.Equal(1, refused.Code);
        Assert.Contains("'succeeded'", refused.Said, StringComparison.Ordinal);
        Assert.Equal(before, await All());

        Assert.Equal(0, (await Run("--table", "shop.videos", "--delete", "--apply", "--means", "Succeeded=completed")).Code);
        Assert.Equal("2,3,4,5", await Text("select string_agg(right(id::text, 1), ',' order by id) from shop.videos"));
    }

    [Fact]
    public async Task Names_are_taken_as_names_whatever_is_in_them()
    {
        await Sql(Videos);
        await Sql("""
            create schema "a.b""c";
            create table "a.b""c"."Vid;eos" ("I""D" integer primary key, "User" text, "the prompt" varchar(99), "state" char(9), "when" bigint, "price $" money, "mark;--" bigint);
            insert into "a.b""c"."Vid;eos" values (5, 'ann', 'A cat', 'completed', 1763726400, '3.50'), (6, 'ann', 'A cat', 'completed', 1763726460000, '1.50');
            """);

        var done = await Run(
            "--table", "\"a.b\"\"c\".\"Vid;eos\"", "--user", "user", "--prompt", "the prompt", "--created", "when", "--cost", "price $", "--mark", "mark;--", "--apply");

        Assert.True(done.Code == 0, done.Said);
        Assert.Equal("6,5", await Text("""select "I""D", "mark;--" from "a.b""c"."Vid;eos" where "mark;--" is not null"""));
        Assert.EndsWith("1 rows of \"a.b\"\"c\".\"Vid;eos\" were marked: 1.50 USD.", done.Printed.Trim(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("has no table shop.nothing", "--table", "shop.nothing")]
    [InlineData("There is shop.\"Films\".", "--table", "shop.Films")]
    [InlineData("invalid name syntax", "--table", "shop.\"")]
    [InlineData("has no column 'who'. It has: id, user_id, prompt", "--table", "shop.videos", "--user", "who")]
    [InlineData("Column note is of type jsonb, which is no text: name another one with --prompt", "--table", "shop.videos", "--prompt", "note")]
    [InlineData("Column hidden is of type boolean, which is neither a timestamp", "--table", "shop.videos", "--created", "hidden")]
    [InlineData("Column id is of type uuid, which is no amount", "--table", "shop.videos", "--cost", "id")]
    [InlineData("has no time such as", "--table", "shop.videos", "--created", "user_id")]
    [InlineData("has no cost such as", "--table", "shop.videos", "--cost", "status")]
    [InlineData("Several rows of shop.videos have the user_id 7", "--table", "shop.videos", "--id", "user_id")]
    [InlineData("A row of shop.videos has no note", "--table", "shop.videos", "--id", "note")]
    [InlineData("has no primary key of one column", "--table", "shop.\"Films\"")]
    [InlineData("has no column 'verdict' for the marks", "--table", "shop.videos", "--mark", "verdict")]
    [InlineData("Column status is what duplicates are found by", "--table", "shop.videos", "--mark", "status")]
    [InlineData("cannot hold a mark", "--table", "shop.videos", "--mark", "note")]
    [InlineData("is no table", "--table", "shop.seen", "--id", "id", "--delete", "--apply")]
    [InlineData("videogen.grain_state is our own", "--table", "videogen.grain_state")]
    [InlineData("videogen.grain_state is our own", "--table", "VideoGen . Grain_State", "--delete", "--apply")]
    [InlineData("What is to be done?", "--table", "shop.videos", "--apply")]
    [InlineData("Mark or delete?", "--table", "shop.videos", "--delete", "--mark", "note")]
    [InlineData("Which?", "list.csv", "--table", "shop.videos")]
    [InlineData("must be a word of yours", "--table", "shop.videos", "--means", "done=ready")]
    [InlineData("A list is not changed", "list.csv", "--delete")]
    [InlineData("A list is not changed", "list.csv", "--delete", "--apply")]
    [InlineData("--self looks into our own database", "--self", "--apply")]
    [InlineData("The connection string cannot be read", "--table", "shop.videos", "--database", "postgresql://ann:secret@127.0.0.1/shop")]
    [InlineData("does not answer", "--table", "shop.videos", "--database", "Host=127.0.0.1;Port=1;Username=ann;Password=secret")]
    public async Task What_is_wrong_is_said_in_a_sentence_and_changes_nothing(string sentence, params string[] command)
    {
        await Sql(Videos + """
            create table shop."Films" (prompt text); create view shop.seen as select * from shop.videos;
            create schema videogen; create table videogen.grain_state (id int primary key, user_id text, prompt text, status text, created timestamptz, cost numeric);
            """);
        var before = await All();

        var (code, printed, said) = await Run(command);

        Assert.True(code == 1, printed + said);
        Assert.Contains(sentence, said, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal); // No stack.
        Assert.Equal(before, await All());
    }

    [Fact]
    public async Task While_others_write_to_the_table_it_is_waited_for_them_and_then_given_up()
    {
        await Sql(Videos);
        var before = await All();
        await using var other = await (await Database()).DataSource.OpenConnectionAsync();
        await using var writes = await other.BeginTransactionAsync();
        await using (var update = new NpgsqlCommand("update shop.videos set cost = 9", other)) await update.ExecuteNonQueryAsync();

        Assert.Equal(Report, (await Run("--table", "shop.videos", "--delete")).Printed.Trim()); // Looking waits for nobody.
        var refused = await Run("--table", "shop.videos", "--delete", "--apply");

        Assert.Equal(1, refused.Code);
        Assert.Contains("Somebody else works on the table", refused.Said, StringComparison.Ordinal);
        await writes.RollbackAsync();
        Assert.Equal(before, await All());
    }

    private Task<string> All() => Text("select string_agg(v::text, '\n' order by id) from shop.videos v");

    private async Task Sql(string text)
    {
        await using var command = (await Database()).DataSource.CreateCommand(text);
        await command.ExecuteNonQueryAsync();
    }

    // The cells of the first row, as the database writes them.
    private async Task<string> Text(string sql)
    {
        await using var command = (await Database()).DataSource.CreateCommand($"select trim(both '()' from replace(x::text, '\"', '')) from ({sql}) x");
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task<(int Code, string Printed, string Said)> Run(params string[] command)
    {
        await using var process = WatchedProcess.Start(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "videogen.dll"), "duplicates", .. command],
            new()
            {
                WorkingDirectory = Folder,
                Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["VIDEOGEN_DATA"] = Folder, ["ConnectionStrings__Duplicates"] = (await Database()).ConnectionString },
            });
        var code = await process.Exited.WaitAsync(TimeSpan.FromSeconds(90));
        return (code, process.Output, process.Errors);
    }
}
