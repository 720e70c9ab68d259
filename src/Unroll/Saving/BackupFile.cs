using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Formats.Zip;

namespace Unroll.Saving;

/// <summary>
/// A file from which a training goes on: an object of JSON and arrays of bytes, as members of a ZIP archive. It is there whole or
/// not at all.
/// </summary>
internal sealed class BackupFile
{
    private const string StateMember = "training.json";

    private const int MaxState = 64 << 20;

    private readonly BoundedZip _zip;

    private BackupFile(BoundedZip zip)
    {
        _zip = zip;
        State = SafeJson.ParseObject(zip.Read(StateMember, MaxState), $"{zip.Name}: {StateMember}", zip.Budget);
    }

    /// <summary>The object.</summary>
    public JsonObject State { get; }

    public string Path => _zip.Name;

    /// <summary>Names of the members.</summary>
    public IReadOnlyList<string> Members => _zip.Members;

    /// <summary>Replaces the file.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public static void Write(string path, JsonObject state, IReadOnlyDictionary<string, Action<Stream>> members) => AtomicFile.Write(path, file =>
    {
        using var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true);
        Add(StateMember, stream =>
        {
            using var writer = new Utf8JsonWriter(stream);
            state.WriteTo(writer);
        });
        foreach ((string name, Action<Stream> write) in members) Add(name, write);

        void Add(string name, Action<Stream> write)
        {
            using Stream stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open(); // weights hardly shrink
            write(stream);
        }
    });

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static BackupFile Read(string path) => new(BoundedZip.Open(path));

    /// <exception cref="InvalidDataException">There is no such member, or it is damaged.</exception>
    public byte[] Member(string name) => _zip.Read(name, Array.MaxLength);
}
