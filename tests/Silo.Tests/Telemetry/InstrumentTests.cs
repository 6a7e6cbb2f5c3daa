using System.Diagnostics.Metrics;
using VideoGen.Budgets;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Gateway.Telemetry;
using VideoGen.Silo.Tests.Architecture;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Telemetry;

/// <summary>The instruments as people read of them.</summary>
public sealed class InstrumentTests
{
    [Fact]
    public void The_table_of_metrics_is_that_of_the_code()
    {
        using var heard = new HeardTelemetry();
        TellEverything(heard.Telemetry);
        heard.Collect();

        var code = heard.Instruments.Select(i => RowOf(i, heard.Labels[i.Name])).ToList();
        var table = File.ReadLines(Path.Combine(TidyTests.Repository, "docs", "telemetry.md")).Where(l => l.StartsWith("| `videogen.", StringComparison.Ordinal)).ToList();
        Assert.True(code.SequenceEqual(table), $"docs/telemetry.md must have these rows:\n{string.Join('\n', code)}");
    }

    [Fact]
    public void What_people_are_alerted_on_is_there_before_it_happens()
    {
        using var heard = new HeardTelemetry();
        heard.Telemetry.StartAtZero();
        Assert.All(
            new[] { "videogen.orphans", "videogen.sweep.wakes{outcome=failed}", "videogen.dead_letters{charged=no}", "videogen.dead_letters{charged=unknown}", "videogen.prevented.payments{kind=joined}" },
            series => Assert.Equal(0, heard.Sums[series]));
    }

    [Fact]
    public void A_word_is_written_as_documents_spell_it()
    {
        Assert.Equal("lost_race", VideoGenTelemetry.Word(WriteOutcome.LostRace));
        Assert.Equal("refused", VideoGenTelemetry.Word(new AskAnswer.Refused(new("", ""))));
        Assert.Equal("request_document", VideoGenTelemetry.Word("RequestDocument"));
    }

    // One of each, so that every label is heard.
    private static void TellEverything(VideoGenTelemetry telemetry)
    {
        telemetry.ActivationCount = () => 1;
        telemetry.Asked(null, new AskAnswer.Refused(new(Codes.Cooldown, "")));
        telemetry.RoundEnded("Completed", Charged.Yes);
        telemetry.StageEnded("Queued", TimeSpan.Zero);
        telemetry.ProviderCalled("local", "SubmitJob", "JobAccepted", TimeSpan.Zero);
        telemetry.PaymentPrevented(PreventedKind.Joined, 1);
        telemetry.MoneyMoved(FundsState.Spent, 1);
        telemetry.DeadLettered(Charged.Unknown);
        telemetry.OrphanFound();
        telemetry.Written("RequestDocument", WriteOutcome.Written);
        telemetry.Swept(woken: true);
        telemetry.ReminderTicked();
        telemetry.CalledBack("taken");
        telemetry.ClientTold("heard");
        telemetry.Owed(1, TimeSpan.Zero);
        telemetry.ModelRetires("local", 30);
        telemetry.Strangers(ours: true, 1);
    }

    private static string RowOf(Instrument instrument, string[] labels)
    {
        var kind = instrument.GetType().GetGenericTypeDefinition();
        var name = PrometheusText.NameOf(instrument.Name, instrument.Unit ?? "", isCounter: kind == typeof(Counter<>), isGauge: kind == typeof(Gauge<>) || kind == typeof(ObservableGauge<>));
        return $"| `{instrument.Name}` | `{name}` | {instrument.Unit} | {string.Join(", ", labels)} | {instrument.Description} |";
    }
}
