namespace Unroll.Configuration;

/// <summary>Messages for people who write files, not C#.</summary>
internal static class ErrorText
{
    /// <summary>The message without the name of the C# parameter that .NET appends.</summary>
    public static string Of(Exception exception)
    {
        string? parameter = (exception as ArgumentException)?.ParamName;
        int suffix = parameter is null ? -1 : exception.Message.LastIndexOf($" (Parameter '{parameter}')", StringComparison.Ordinal);
        return suffix > 0 ? exception.Message[..suffix] : exception.Message;
    }
}
