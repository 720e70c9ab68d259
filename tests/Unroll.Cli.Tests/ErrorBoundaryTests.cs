using Unroll.Cli.Infrastructure;
using Xunit;

namespace Unroll.Cli.Tests;

public sealed class ErrorBoundaryTests
{
    private static (int Code, string Error) Throw(Exception e)
    {
        var error = new StringWriter();
        int code = ErrorBoundary.Run(new CliContext(TextWriter.Null, error, CancellationToken.None), () => throw e);
        return (code, error.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Each_kind_of_error_has_its_exit_code()
    {
        Assert.Equal((2, "unroll: wrong\n"), Throw(new ArgumentException("wrong")));
        Assert.Equal((2, "unroll: wrong\n"), Throw(new ArgumentException("wrong", "units")));
        Assert.Equal((2, "unroll: too small\n"), Throw(new ArgumentOutOfRangeException("units", 5, "too small")));
        Assert.Equal((2, "unroll: wrong\n"), Throw(new FormatException("wrong")));
        Assert.Equal((2, "unroll: wrong\n"), Throw(new InvalidDataException("wrong")));
        Assert.Equal((2, "unroll: wrong\n"), Throw(new IOException("wrong")));
        Assert.Equal((2, "unroll: wrong\n"), Throw(new UnauthorizedAccessException("wrong")));
        Assert.Equal((2, "unroll: wrong\n"), Throw(new AggregateException(new IOException("wrong"))));
        Assert.Equal((1, "unroll: diverged\n"), Throw(new NonFiniteLossException("diverged")));
        Assert.Equal((130, "unroll: stopped.\n"), Throw(new OperationCanceledException()));
    }

    [Fact]
    public void The_unexpected_is_a_bug_without_a_stack_trace()
    {
        (int code, string error) = Throw(new InvalidOperationException("odd"));
        Assert.Equal(70, code);
        Assert.StartsWith("unroll: InvalidOperationException: odd\nThis is a bug in Unroll.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_stack_trace_can_be_asked_for()
    {
        Environment.SetEnvironmentVariable("UNROLL_DEBUG", "1");
        try
        {
            Assert.Contains("   at ", Throw(new InvalidOperationException("odd")).Error, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("UNROLL_DEBUG", null);
        }
    }
}
