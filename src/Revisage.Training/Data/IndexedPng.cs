namespace Revisage.Training.Data;
public static class IndexedPng { public static (int Width, int Height, byte[] Values) Decode(ReadOnlySpan<byte> png, string name) => throw new RevisageException(name); }
