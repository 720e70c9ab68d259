using System.Text;
using System.Text.Json;

namespace Unroll.Studies;

/// <summary>The folder that relative paths in a study file begin at: that of the file. A store keeps it in the document.</summary>
internal static class StudyFolder
{
    public const string Member = "folder";

    /// <summary>The document with its folder as the first member; a document that has it already stays as it is.</summary>
    public static string Add(string json, string folder)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        reader.Read();
        int inside = (int)reader.BytesConsumed;
        bool isEmpty = !reader.Read() || reader.TokenType == JsonTokenType.EndObject;
        for (int depth = reader.CurrentDepth; !isEmpty && reader.CurrentDepth >= depth; reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth && reader.ValueTextEquals(Member)) return json;
        }

        string member = $" \"{Member}\": {JsonSerializer.Serialize(folder, FolderJson.Default.String)}{(isEmpty ? "" : ",")}";
        return Encoding.UTF8.GetString(utf8, 0, inside) + member + Encoding.UTF8.GetString(utf8, inside, utf8.Length - inside);
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class FolderJson : System.Text.Json.Serialization.JsonSerializerContext;
