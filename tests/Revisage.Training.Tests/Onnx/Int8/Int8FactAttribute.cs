using Revisage.Restoration;
using Revisage.Tests;

namespace Revisage.Training.Tests.Onnx.Int8;

/// <summary>A fact about sums of bytes, skipped on processors that cut them to 16 bits on the way.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class Int8FactAttribute : FactAttribute
{
    public Int8FactAttribute()
    {
        if (FastInt8.Instructions is null)
        {
            Skip = "This processor has no instructions for sums of products of bytes.";
        }
    }

    /// <summary>Whether it is about real photographs too.</summary>
    public bool OnFaces
    {
        get;
        init
        {
            field = value;
            if (value && new FacesFactAttribute().Skip is { } reason)
            {
                Skip = reason;
            }
        }
    }
}
