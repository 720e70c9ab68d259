// Folders with arrows that should not be, for the test of the test.
namespace Unroll.Tests.Architecture.Planted.Upper
{
    internal sealed class Attic
    {
        public int Count { get; init; }
    }
}

namespace Unroll.Tests.Architecture.Planted.Lower
{
    internal sealed class Cellar
    {
        public static Func<int> InALambda() => () => new Upper.Attic().Count;

        public static IEnumerable<object> InAnIterator()
        {
            yield return new Upper.Attic();
        }

        public static bool AsAGenericArgument() => new List<object>().OfType<Upper.Attic>().Any();

        public static bool AsALocal(object any)
        {
            var known = any as Upper.Attic;
            return known?.Count > 0;
        }

        public static bool AsAParameter(Upper.Attic[] attics) => attics.Length == 0;
    }
}

namespace Unroll.Tests.Architecture.Planted.Beside
{
    internal sealed class Neighbour
    {
        public static object Visit() => new Lower.Cellar();
    }
}
