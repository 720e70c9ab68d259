using Npgsql;

namespace Unroll.Studies.Storage;

/// <summary>
/// <c>postgresql://user:password@host:port/database?sslmode=require</c> as settings of a connection. In the query,
/// <c>host</c> may be the folder of a Unix socket, as everywhere with PostgreSQL.
/// </summary>
internal static class PostgreSqlUrl
{
    /// <summary>Seconds that a connection may take.</summary>
    private const int ConnectSeconds = 15;

    public static NpgsqlConnectionStringBuilder Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? parts) || parts.Scheme is not ("postgresql" or "postgres"))
            throw new ArgumentException($"'{Masked(url)}' is not the address of a PostgreSQL database; use postgresql://USER@HOST/DATABASE.");
        string database = Uri.UnescapeDataString(parts.AbsolutePath.TrimStart('/'));
        if (database.Length == 0 || database.Contains('/'))
            throw new ArgumentException($"'{Masked(url)}' names no database; use postgresql://USER@HOST/DATABASE.");
        string[] user = parts.UserInfo.Split(':', 2);
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = parts.Host.Length > 0 ? parts.Host.Trim('[', ']') : "localhost",
            Port = parts.Port > 0 ? parts.Port : 5432,
            Database = database,
            Username = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null,
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            Timeout = ConnectSeconds,
            ApplicationName = "unroll",
            SearchPath = PostgreSqlSchema.Name,
            MaxPoolSize = 1, // a worker is one of many; servers have a hundred connections
        };
        foreach (string pair in parts.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] field = pair.Split('=', 2);
            string value = field.Length > 1 ? Uri.UnescapeDataString(field[1]) : "";
            switch (field[0])
            {
                case "sslmode" when Enum.TryParse(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out SslMode mode):
                    settings.SslMode = mode;
                    break;
                case "host" when value.Length > 0:
                    settings.Host = value;
                    break;
                default:
                    throw new ArgumentException($"'{pair}' in '{Masked(url)}' is not known; sslmode=disable, prefer, require, verify-ca or verify-full, and host=FOLDER of a Unix socket are.");
            }
        }

        return settings;
    }

    /// <summary>The address without the password, for messages.</summary>
    public static string Masked(string url)
    {
        int start = url.IndexOf("://", StringComparison.Ordinal) is var at and >= 0 ? at + 3 : 0;
        int end = url.LastIndexOf('@'); // a password may hold one, unescaped by mistake
        int colon = end < 0 ? -1 : url.IndexOf(':', start, end - start);
        return colon < 0 ? url : url[..colon] + url[end..];
    }
}
