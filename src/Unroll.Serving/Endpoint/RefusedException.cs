namespace Unroll.Serving.Endpoint;

/// <summary>A request that gets no answer but a problem.</summary>
internal sealed class RefusedException(int status, string detail) : Exception(detail)
{
    public int Status { get; } = status;
}
