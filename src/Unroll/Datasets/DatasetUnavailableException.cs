namespace Unroll.Datasets;

/// <summary>A data set is neither on this machine nor could it be downloaded. The message says what to do.</summary>
public sealed class DatasetUnavailableException : IOException
{
    /// <summary>Creates the exception with a general message.</summary>
    public DatasetUnavailableException()
        : base("The data set is not available.")
    {
    }

    /// <summary>Creates the exception.</summary>
    public DatasetUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    public DatasetUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
