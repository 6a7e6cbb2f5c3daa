using System.Data.Common;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Reports;

namespace VideoGen.Gateway.Tests;

/// <summary>What is read from the database while it does not answer.</summary>
public sealed class DatabaseAwayTests
{
    /// <summary>Whatever reads it, and needs no body.</summary>
    private static readonly (string Method, string Path)[] Readers =
    [
        ("GET", "/v1/videos"), ("GET", "/v1/users/alice"), ("GET", "/v1/users/alice/videos"), ("DELETE", "/v1/users/alice"), ("GET", "/v1/runs/nightly"), ("GET", "/api/stats"),
        ("GET", "/api/admin/requests"), ("GET", $"/api/admin/requests/{Views.Id}"), ("GET", "/api/admin/costs"), ("GET", "/api/admin/dead-letters"), ("GET", $"/api/admin/dead-letters/{Views.Id}"),
        ("GET", "/api/admin/overview"), ("GET", "/api/admin/events"), ("GET", "/api/admin/keys"), ("GET", "/api/admin/clients"), ("GET", "/api/admin/strangers"),
    ];

    /// <summary>How it may go wrong, and whether the database is away then.</summary>
    public static TheoryData<bool, string?, bool, bool> Troubles => new()
    {
        { true, null, false, true },
        { false, null, true, true },
        { false, "57P01", false, true },
        { false, "57P02", false, true },
        { false, null, false, false },
        { false, "42P01", false, false },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task While_the_database_does_not_answer_whatever_reads_it_is_unavailable_and_no_failure_of_ours(bool isTransient, string? state, bool isTimeout, bool isAway)
    {
        var trouble = new Trouble(isTransient, state, isTimeout ? new TimeoutException("secret inner text") : null);
        await using var door = await Door.Open(services =>
        {
            Throw<IRequestBook>(services, trouble);
            Throw<IUserBook>(services, trouble);
            Throw<ILiveBook>(services, trouble);
            Throw<ICostBook>(services, trouble);
            Throw<IDeadLetterBook>(services, trouble);
            Throw<IVideoSearch>(services, trouble);
            Throw<IOverviewBook>(services, trouble);
            Throw<IClientBook>(services, trouble);
            Throw<IReconciles>(services, trouble);
        });

        foreach (var (method, path) in Readers)
        {
            door.Log.Clear();
            var answer = await door.Send(new(method), path, null, path.StartsWith("/api/admin", StringComparison.Ordinal) ? [OperatorTests.Key] : []);
            var code = path.StartsWith("/v1", StringComparison.Ordinal) ? answer.Code : (string)answer.Json["code"]!;
            Assert.Equal(isAway ? (path, 503, "unavailable", "5") : (path, 500, "internal_error", null), (path, answer.Status, code, answer.Header("Retry-After")));
            Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
            Assert.Contains(door.Log, line => line.Contains($"{(isAway ? "The database did not answer" : "Unhandled failure of")} {answer.Header("x-request-id")}", StringComparison.Ordinal));
        }
    }

    private static void Throw<T>(IServiceCollection services, Exception trouble)
        where T : class
    {
        var port = DispatchProxy.Create<T, Throwing>();
        ((Throwing)(object)port).Trouble = trouble;
        services.Replace(ServiceDescriptor.Singleton(port));
    }

#pragma warning disable CA1852 // The proxy is made from it.
    private class Throwing : DispatchProxy
#pragma warning restore CA1852
    {
        public Exception Trouble { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw Trouble;
    }

#pragma warning disable CA1032, CA1064, RCS1194 // Made here alone.
    private sealed class Trouble(bool isTransient, string? state, Exception? inner) : DbException("secret inner text", inner)
#pragma warning restore CA1032, CA1064, RCS1194
    {
        public override bool IsTransient => isTransient;

        public override string? SqlState => state;
    }
}
