namespace VideoGen.Storage.Settings;

/// <summary>Options that take effect while the host runs; all others take a restart. Each is applied in the order of registration.</summary>
/// <param name="Section">Where they are; all under it.</param>
/// <param name="Apply">Takes over what the configuration says now, which passed its trial. Null where whoever needs them looks each time.</param>
public sealed record LiveSettings(string Section, Action? Apply = null)
{
    internal bool Has(string option) => option.StartsWith($"{Section}:", StringComparison.OrdinalIgnoreCase) || string.Equals(option, Section, StringComparison.OrdinalIgnoreCase);
}
