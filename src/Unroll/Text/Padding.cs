namespace Unroll.Text;

/// <summary>Which end of a sequence is padded or cut.</summary>
public enum Padding
{
    /// <summary>The beginning: Keras' <c>"pre"</c>. Padded, the sample ends where the row ends; cut, its end is kept.</summary>
    Pre,

    /// <summary>The end: Keras' <c>"post"</c>. Padded, the sample begins where the row begins; cut, its beginning is kept.</summary>
    Post,
}
