using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Revisage.Training.Import;

/// <summary>
/// A machine for Python's pickles, protocols 0 to 5 (Lib/pickletools.py of CPython lists the opcodes), that builds
/// data and runs no code: what a pickle would call is looked up in a closed list.
/// </summary>
/// <remarks>
/// Nothing recurses, and nothing is allocated on a pickle's word alone: text is never longer than what remains of
/// the file, and operations (so the memo too), stack and marks have limits far above what PyTorch writes.
/// </remarks>
/// <param name="stream">Read from where it stands to the pickle's end, no further.</param>
/// <param name="length">The stream's.</param>
internal sealed class Unpickler(Stream stream, long length, TorchGlobals globals)
{
    private const int OperationLimit = 1_000_000;
    private const int StackLimit = 100_000;
    // Python's own pickler recurses, and gives up at 1000.
    private const int MarkLimit = 1_000;
    private const int TextLimit = 64 << 20;
    private const int LineLimit = 1_000;
    private const int IntegerLimit = 256;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<object?> stack = [];
    private readonly Stack<int> marks = new();
    private readonly Dictionary<long, object?> memo = [];

    /// <exception cref="InvalidDataException">The pickle is damaged, lies, or wants what is not in the list; the message says where.</exception>
    public object? Read()
    {
        for (var operations = 0; operations < OperationLimit; operations++)
        {
            var position = stream.Position;
            var code = Byte();
            if (code == '.')
            {
                return Pop();
            }

            try
            {
                Execute(code);
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"at byte {position}: {e.Message}", e);
            }
        }

        throw new InvalidDataException($"its pickle has more than {OperationLimit} operations.");
    }

    private void Execute(byte code)
    {
        switch (code)
        {
            // Text that ends with its line: protocol 0.
            case (byte)'I': Push(Line() switch { "00" => false, "01" => true, var text => Integer(text) }); break;
            case (byte)'L': Push(Integer(Line().TrimEnd('L'))); break;
            case (byte)'F': Push(double.TryParse(Line(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw new InvalidDataException("a number that is none.")); break;
            case (byte)'S': Push(Unescape(Unquote(Line(TextLimit)))); break;
            case (byte)'V': Push(Unescape(Line(TextLimit))); break;
            case (byte)'c': Push(globals.Find(Line(), Line())); break;
            case (byte)'p': Remember(Index(Line()), Peek()); break;
            case (byte)'g': Push(Recall(Index(Line()))); break;

            // Constants.
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;
            case (byte)'K': Push((long)Byte()); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;
            case 0x8a: Push(Integer(Bytes(Byte()))); break;
            case 0x8b: Push(Integer(Bytes(Limited(BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)), IntegerLimit)))); break;

            // Text and bytes after their length. Python 2's text has no encoding: Latin-1 loses nothing.
            case (byte)'U': Push(Encoding.Latin1.GetString(Bytes(Byte()))); break;
            case (byte)'T': Push(Encoding.Latin1.GetString(Bytes(Limited(BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)))))); break;
            case 0x8c: Push(Text(Byte())); break;
            case (byte)'X': Push(Text(Length32())); break;
            case 0x8d: Push(Text(Length64())); break;
            case (byte)'C': Push(Bytes(Byte())); break;
            case (byte)'B': Push(Bytes(Length32())); break;
            case 0x8e or 0x96: Push(Bytes(Length64())); break;

            // Containers.
            case (byte)'(': Mark(); break;
            case (byte)')': Push(PickleTuple.Empty); break;
            case (byte)'t': Push(new PickleTuple(PopToMark())); break;
            case 0x85: Push(new PickleTuple(PopMany(1))); break;
            case 0x86: Push(new PickleTuple(PopMany(2))); break;
            case 0x87: Push(new PickleTuple(PopMany(3))); break;
            case (byte)']': Push(new PickleList()); break;
            case (byte)'l': Push(ListOf(PopToMark())); break;
            case (byte)'a': Append(PopMany(1)); break;
            case (byte)'e': Append(PopToMark()); break;
            case (byte)'}': Push(new PickleDictionary()); break;
            case (byte)'d': var pairs = PopToMark(); Push(new PickleDictionary()); SetItems(pairs); break;
            case (byte)'s': SetItems(PopMany(2)); break;
            case (byte)'u': SetItems(PopToMark()); break;
            case 0x8f: Push(new PickleSet()); break;
            case 0x90: Add(PopToMark()); break;
            case 0x91: var items = PopToMark(); Push(new PickleSet()); Add(items); break;

            // Stack and memo.
            case (byte)'0': Pop(); break;
            case (byte)'1': PopToMark(); break;
            case (byte)'2': Push(Peek()); break;
            case (byte)'q': Remember(Byte(), Peek()); break;
            case (byte)'r': Remember(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)), Peek()); break;
            case 0x94: Remember(memo.Count, Peek()); break;
            case (byte)'h': Push(Recall(Byte())); break;
            case (byte)'j': Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))); break;

            // Classes, functions and objects: by name, from the closed list.
            case 0x93: var (module, name) = Pair<string, string>(); Push(globals.Find(Short(module), Short(name))); break;
            case (byte)'R': var (function, arguments) = Pair<object, PickleTuple>(); Push(TorchGlobals.Call(function, arguments)); break;
            case 0x81: var (type, given) = Pair<object, PickleTuple>(); Push(globals.New(type, given)); break;
            case 0x92: PopEmptyDictionary(); goto case 0x81;
            case (byte)'o': var parts = PopToMark(); Push(globals.New(parts.Count > 0 ? parts[0] : null, new PickleTuple([.. parts.Skip(1)]))); break;
            case (byte)'i': var found = globals.Find(Line(), Line()); Push(globals.New(found, new PickleTuple(PopToMark()))); break;
            case (byte)'b': Build(Pop()); break;
            case (byte)'Q': Push(globals.Persistent(Pop())); break;

            case 0x80:
                if (Byte() is var protocol and > 5)
                {
                    throw new InvalidDataException($"a pickle of protocol {protocol}, where 5 is the last one known.");
                }

                break;
            case 0x95: Length64(); break;
            default: throw new InvalidDataException($"0x{code:x2} is no opcode that PyTorch writes.");
        }
    }

    private void Build(object? state) =>
        (Peek() as IPickleState ?? throw new InvalidDataException($"a {Kind(Peek())} is given a state, and takes none.")).Build(state);

    private void Append(List<object?> items) => Target<PickleList>().Items.AddRange(items);

    private void Add(List<object?> items) => Target<PickleSet>().Items.AddRange(items);

    private void SetItems(List<object?> items)
    {
        if (items.Count % 2 != 0)
        {
            throw new InvalidDataException("a key without a value.");
        }

        var target = Target<PickleDictionary>();
        for (var i = 0; i < items.Count; i += 2)
        {
            target.Set(items[i], items[i + 1]);
        }
    }

    private static PickleList ListOf(List<object?> items)
    {
        var list = new PickleList();
        list.Items.AddRange(items);
        return list;
    }

    private void PopEmptyDictionary()
    {
        if (Pop() is not PickleDictionary { Pairs.Count: 0 })
        {
            throw new InvalidDataException("an object is made with named arguments, which no checkpoint needs.");
        }
    }

    private T Target<T>() => Peek() is T target ? target : throw new InvalidDataException($"a {Kind(Peek())} is filled as a {typeof(T).Name}.");

    private (TFirst First, TSecond Second) Pair<TFirst, TSecond>()
    {
        var second = Pop();
        var first = Pop();
        return first is TFirst one && second is TSecond two
            ? (one, two)
            : throw new InvalidDataException($"a {Kind(first)} and a {Kind(second)}, where {typeof(TFirst).Name} and {typeof(TSecond).Name} belong.");
    }

    private static string Kind(object? value) => value?.GetType().Name ?? "None";

    private void Push(object? value)
    {
        if (stack.Count >= StackLimit)
        {
            throw new InvalidDataException($"more than {StackLimit} values on the stack.");
        }

        stack.Add(value);
    }

    private void Mark()
    {
        if (marks.Count >= MarkLimit)
        {
            throw new InvalidDataException($"it is nested deeper than {MarkLimit}.");
        }

        marks.Push(stack.Count);
    }

    private object? Peek() => stack.Count > Floor ? stack[^1] : throw new InvalidDataException("the stack is empty.");

    private object? Pop()
    {
        var value = Peek();
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    private List<object?> PopMany(int count)
    {
        if (stack.Count - Floor < count)
        {
            throw new InvalidDataException($"the stack has {stack.Count - Floor} values, where {count} are wanted.");
        }

        var values = stack.GetRange(stack.Count - count, count);
        stack.RemoveRange(stack.Count - count, count);
        return values;
    }

    private List<object?> PopToMark()
    {
        var count = stack.Count - (marks.Count > 0 ? Floor : throw new InvalidDataException("a mark is missing."));
        var values = PopMany(count);
        marks.Pop();
        return values;
    }

    // What lies below the last mark belongs to an outer value.
    private int Floor => marks.Count > 0 ? marks.Peek() : 0;

    private void Remember(long index, object? value) => memo[index] = value;

    private object? Recall(long index) => memo.TryGetValue(index, out var value) ? value : throw new InvalidDataException($"it refers to value {index}, which was never stored.");

    private byte Byte() => stream.ReadByte() is var value and >= 0 ? (byte)value : throw new InvalidDataException("it ends in the middle of a pickle.");

    private byte[] Bytes(int count)
    {
        if (count > length - stream.Position)
        {
            throw new InvalidDataException($"it claims {count} bytes, where {length - stream.Position} remain.");
        }

        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private int Length32() => Limited(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)));

    private int Length64() => Limited(BinaryPrimitives.ReadInt64LittleEndian(Bytes(8)));

    private static int Limited(long count, int limit = TextLimit) =>
        count >= 0 && count <= limit ? (int)count : throw new InvalidDataException($"it claims {count} bytes at once, where 0 to {limit} are read.");

    private string Text(int count)
    {
        try
        {
            return Utf8.GetString(Bytes(count));
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("text that is not UTF-8.", e);
        }
    }

    private string Line(int limit = LineLimit)
    {
        var line = new StringBuilder();
        for (var next = Byte(); next != '\n'; next = Byte())
        {
            if (line.Length >= limit)
            {
                throw new InvalidDataException($"a line of more than {limit} characters.");
            }

            line.Append((char)next);
        }

        return line.ToString();
    }

    private static string Short(string name) =>
        name.Length <= LineLimit ? name : throw new InvalidDataException($"a name of {name.Length} characters.");

    private static object Integer(string text) => BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        ? Narrow(value)
        : throw new InvalidDataException("an integer that is none.");

    private static object Integer(byte[] bytes) => Narrow(new BigInteger(bytes));

    private static object Narrow(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;

    private static long Index(string text) => Integer(text) is long index ? index : throw new InvalidDataException("an index that is too large.");

    private static string Unquote(string text) => text.Length >= 2 && text[0] is '\'' or '"' && text[^1] == text[0]
        ? text[1..^1]
        : throw new InvalidDataException("text without its quotes.");

    // Of Python's escapes, those its pickler writes.
    private static string Unescape(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            var digits = text[++i] switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
            if (digits == 0)
            {
                result.Append(text[i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
            }
            else if (i + digits < text.Length && int.TryParse(text.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) && Rune.IsValid(point))
            {
                result.Append(new Rune(point));
                i += digits;
            }
            else
            {
                throw new InvalidDataException("an escape that is none.");
            }
        }

        return result.ToString();
    }
}
