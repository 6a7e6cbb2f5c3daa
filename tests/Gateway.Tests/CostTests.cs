using VideoGen.Reports;

namespace VideoGen.Gateway.Tests;

/// <summary>What was paid, for whom, for programs and for spreadsheets.</summary>
public sealed class CostTests
{
    private static readonly CostSums Some = new(7.2m, 2, 3.2m, 1, 0, 0, 12.80m, 4);

    [Fact]
    public async Task Costs_are_the_last_30_days_by_day_unless_said_otherwise()
    {
        await using var door = await Door.Open();
        door.Costs.Lines = [new(new(2026, 11, 20), null, null, null, null, Some), new(new(2026, 11, 21), null, null, null, null, Some)];

        var answer = await door.Get("/api/admin/costs", OperatorTests.Key);

        Assert.Equal("2026-10-23 2026-11-21 Day", Asked(door));
        Assert.Equal(
            """
            {"from":"2026-10-23","to":"2026-11-21","by":["day"],"lines":[
            {"day":"2026-11-20","client":null,"user":null,"model":null,"provider":null,"sums":{"spent":{"usd":7.2,"count":2},"reserved":{"usd":3.2,"count":1},"at_risk":{"usd":0,"count":0},"prevented":{"usd":12.80,"count":4}}},
            {"day":"2026-11-21","client":null,"user":null,"model":null,"provider":null,"sums":{"spent":{"usd":7.2,"count":2},"reserved":{"usd":3.2,"count":1},"at_risk":{"usd":0,"count":0},"prevented":{"usd":12.80,"count":4}}}],
            "total":{"spent":{"usd":14.4,"count":4},"reserved":{"usd":6.4,"count":2},"at_risk":{"usd":0,"count":0},"prevented":{"usd":25.60,"count":8}}}
            """.ReplaceLineEndings(""),
            answer.Text);
    }

    [Theory]
    [InlineData("?from=2026-01-01&to=2026-12-31&by=provider,day,user", "2026-01-01 2026-12-31 Provider Day User")]
    [InlineData("?from=2026-11-21&to=2026-11-21&by=", "2026-11-21 2026-11-21 ")]
    [InlineData("?to=0001-01-02&by=client,model", "0001-01-01 0001-01-02 Client Model")]
    [InlineData("?from=2028-01-01&to=2028-12-31", "2028-01-01 2028-12-31 Day")]
    public async Task They_can_be_of_any_days_and_kept_apart_by_anything(string query, string asked)
    {
        await using var door = await Door.Open();

        Assert.Equal(200, (await door.Get("/api/admin/costs" + query, OperatorTests.Key)).Status);
        Assert.Equal(asked, Asked(door));
    }

    [Theory]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?from=2026-02-30", "from")]
    [InlineData("?to=21.11.2026", "to")]
    [InlineData("?from=2026-11-22&to=2026-11-21", "from")]
    [InlineData("?from=2026-01-01&to=2027-01-02", "from")]
    [InlineData("?from=2026-01-01&from=2026-01-02", "from")]
    [InlineData("?by=hour", "by")]
    [InlineData("?by=day,day", "by")]
    [InlineData("?by=day;drop", "by")]
    [InlineData("?format=xlsx", "format")]
    public async Task What_is_out_of_bounds_is_said_and_not_looked_for(string query, string param)
    {
        await using var door = await Door.Open();

        var answer = await door.Get("/api/admin/costs" + query, OperatorTests.Key);

        Assert.Equal((400, param), (answer.Status, (string?)answer.Json["param"]));
        Assert.Empty(door.Costs.Queries);
    }

    [Fact]
    public async Task More_lines_than_a_person_reads_are_refused_and_not_cut_off()
    {
        await using var door = await Door.Open();
        door.Costs.Lines = [.. Enumerable.Range(0, 10_001).Select(i => new CostLine(null, "bot", $"u{i}", null, null, Some))];

        Assert.Contains("more than 10000 lines", (await door.Get("/api/admin/costs?by=user", OperatorTests.Key)).Text, StringComparison.Ordinal);
        door.Costs.Lines = [.. door.Costs.Lines.Take(10_000)];
        Assert.Equal(200, (await door.Get("/api/admin/costs?by=user", OperatorTests.Key)).Status);
    }

    [Theory]
    [InlineData("", "text/csv", true)]
    [InlineData("", "text/csv;q=0.9, application/json;q=0.5", true)]
    [InlineData("", "application/json, text/csv;q=0.5", false)]
    [InlineData("", "*/*", false)]
    [InlineData("&format=csv", "application/json", true)]
    [InlineData("&format=json", "text/csv", false)]
    public async Task A_spreadsheet_is_asked_for_by_header_or_address(string query, string accept, bool isCsv)
    {
        await using var door = await Door.Open();

        var answer = await door.Get("/api/admin/costs?by=client" + query, OperatorTests.Key, ("Accept", accept));

        Assert.Equal(isCsv, answer.Header("Content-Type")!.StartsWith("text/csv; charset=utf-8", StringComparison.Ordinal));
        if (isCsv) Assert.Equal("attachment; filename=\"costs-2026-10-23-2026-11-21.csv\"", answer.Header("Content-Disposition"));
    }

    [Fact]
    public async Task No_name_becomes_a_formula_in_a_spreadsheet_or_another_cell()
    {
        await using var door = await Door.Open();
        string?[] users = ["=1+1", "+1", "-", "@SUM(A1)", "ann", "a,b;c", "\"quoted\"", "=HYPERLINK(\"http://evil.example\")", null];
        door.Costs.Lines = [.. users.Select(user => new CostLine(new(2026, 11, 21), "bot", user, null, null, Some))];

        var answer = await door.Get("/api/admin/costs?by=user,day&format=csv", OperatorTests.Key);

        Assert.Equal(
            """
            client,user,day,spent_usd,spent,reserved_usd,reserved,at_risk_usd,at_risk,prevented_usd,prevented
            "bot","'=1+1",2026-11-21,7.2,2,3.2,1,0,0,12.80,4
            "bot","'+1",2026-11-21,7.2,2,3.2,1,0,0,12.80,4
            "bot","'-",2026-11-21,7.2,2,3.2,1,0,0,12.80,4
            "bot","'@SUM(A1)",2026-11-21,7.2,2,3.2,1,0,0,12.80,4
            "bot","ann",2026-11-21,7.2,2,3.2,1,0,0,12.80,4
            "bot","a,b;c",2026-11-21,7.2,2,3.2,1,0,0,12.80,4
            "bot",\"\"\"quoted\"\"\",2026-11-21,7.2,2,3.2,1,0,0,12.80,4
            "bot","'=HYPERLINK(""http://evil.example"")",2026-11-21,7.2,2,3.2,1,0,0,12.80,4
            "bot",,2026-11-21,7.2,2,3.2,1,0,0,12.80,4

            """.Replace("\\\"", "\"", StringComparison.Ordinal).ReplaceLineEndings("\r\n"),
            answer.Text);
    }

    private static string Asked(Door door) => Assert.Single(door.Costs.Queries) is var query
        ? FormattableString.Invariant($"{query.From:yyyy-MM-dd} {query.To:yyyy-MM-dd} {string.Join(' ', query.By)}")
        : "";
}
