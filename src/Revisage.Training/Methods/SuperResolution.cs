using Revisage.Training.Runs;

namespace Revisage.Training.Methods;

/// <summary>What recipes of all super-resolvers have in common.</summary>
internal static class SuperResolution
{
    /// <exception cref="RevisageException">The network makes faces of another size than the recipe's.</exception>
    public static void CheckSizes(Recipe recipe, Method method)
    {
        var (small, large) = (recipe.Data.LowRes, recipe.Data.HighRes);
        var made = method.Walk(recipe).OutputShapes[0];
        if (!made.SequenceEqual([3, large, large]))
        {
            throw new RevisageException(
                $"The recipe's network makes {string.Join('x', made)} from faces of {small} pixels, but data.high_res is {large}. Set data.low_res, data.high_res or the network's doublings so that they agree.");
        }
    }
}
