namespace Unroll.Cli.Infrastructure;

/// <summary>The user stopped the command; the message says what became of the work.</summary>
internal sealed class StoppedException(string message) : Exception(message);
