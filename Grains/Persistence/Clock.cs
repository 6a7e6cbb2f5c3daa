namespace VideoGen.Grains.Persistence;

/// <summary>The wall clock as documents know it: to the millisecond, so that a stored time equals the one in memory.</summary>
internal static class Clock
{
    public static DateTimeOffset Now(this TimeProvider time) => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    public static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
