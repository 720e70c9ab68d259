namespace Unroll.Testing;

/// <summary>Something of one's own does not keep what is asked of it; the message says what, where and by how much.</summary>
public sealed class ContractException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ContractException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public ContractException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public ContractException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal ContractException(ContractParts part, string layer, string message, Exception? innerException = null)
        : base($"{layer} does not keep the part {part} of the contract. {message}", innerException) => Part = part;

    /// <summary>The part of the layers' contract that is broken; <see cref="ContractParts.None"/> for anything else than a layer.</summary>
    public ContractParts Part { get; }
}
