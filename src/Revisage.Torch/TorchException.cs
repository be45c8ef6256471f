namespace Revisage.Torch;

/// <summary>LibTorch refused a call. The message names the operator, what it found wrong, and the shapes of its inputs.</summary>
public sealed class TorchException(string message) : Exception(message);

/// <summary>LibTorch or the bridge to it is not installed; the message says how to get them.</summary>
public sealed class TorchMissingException(string message, Exception inner) : Exception(message, inner);
