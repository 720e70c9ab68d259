using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Unroll.Tests.Support;

/// <summary>
/// A PostgreSQL server of the tests' own: in a temporary folder, on a free port of this machine, gone when the process ends.
/// Tests skip where its programs are not installed.
/// </summary>
public sealed class PostgresServer
{
    /// <summary>Password of <see cref="User"/>.</summary>
    public const string Password = "pass word:@/%";

    /// <summary>The owner of all databases.</summary>
    public const string User = "unroll";

    private static readonly Lazy<PostgresServer> s_instance = new(() => new PostgresServer());
    private static int s_databases;

    private readonly string _folder = "";
    private readonly string _programs = "";
    private readonly string? _absent;
    private int _port;

    private PostgresServer()
    {
        string? programs = Programs();
        if (programs is null)
        {
            _absent = "PostgreSQL's initdb is not installed (Debian: apt-get install postgresql).";
            return;
        }

        _programs = programs;
        _folder = Directory.CreateTempSubdirectory("unroll-postgres-").FullName;
        string password = Path.Combine(_folder, "password");
        File.WriteAllText(password, Password);
        if (IsRoot) Execute("chown", "-R", "postgres", _folder); // the server refuses to run as root
        Run("initdb", "-D", Data, "-U", User, "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8", "--locale", "C", "--no-sync");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop();
        Start();
    }

    /// <summary>The one server of this process; the test that asks skips if there can be none.</summary>
    public static PostgresServer Get()
    {
        Assert.SkipWhen(s_instance.Value._absent is not null, s_instance.Value._absent ?? "");
        return s_instance.Value;
    }

    private string Data => Path.Combine(_folder, "data");

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>Port on this machine.</summary>
    public int Port => _port;

    /// <summary>Address of a new, empty database.</summary>
    public string NewDatabase()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"studies{Interlocked.Increment(ref s_databases)}");
        Sql("postgres", $"CREATE DATABASE {name}");
        return Url(name);
    }

    /// <summary>Address of a database.</summary>
    public string Url(string database, string user = User, string password = Password) =>
        string.Create(CultureInfo.InvariantCulture, $"postgresql://{user}:{Uri.EscapeDataString(password)}@127.0.0.1:{_port}/{database}");

    /// <summary>Runs SQL in a database and returns what psql prints.</summary>
    public string Sql(string database, string sql) => Execute(
        "env", $"PGPASSWORD={Password}", Path.Combine(_programs, "psql"), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
        "-p", _port.ToString(CultureInfo.InvariantCulture), "-U", User, "-d", database, "-c", sql).Trim();

    /// <summary>Name of the database in an address.</summary>
    public static string DatabaseOf(string url) => new Uri(url).AbsolutePath[1..];

    /// <summary>Stops the server and starts it again on the same port, as an update of the machine does.</summary>
    public void Restart() => Run("pg_ctl", "-D", Data, "-m", "fast", "-w", "-l", Path.Combine(_folder, "log"), "restart");

    private void Start()
    {
        _port = FreePort();
        Run("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o", string.Create(CultureInfo.InvariantCulture,
            $"-c listen_addresses=127.0.0.1 -c port={_port} -c unix_socket_directories={_folder} -c fsync=off -c max_connections=60"), "start");
    }

    private void Stop()
    {
        try
        {
            Run("pg_ctl", "-D", Data, "-m", "immediate", "stop");
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // The process ends anyway.
        }
    }

    private void Run(string program, params string[] arguments)
    {
        string path = Path.Combine(_programs, program);
        if (IsRoot) Execute("runuser", ["-u", "postgres", "--", path, .. arguments]);
        else Execute(path, arguments);
    }

    private static string Execute(string program, params string[] arguments)
    {
        // The server inherits the streams of pg_ctl: without files of its own, reading would wait for the server's end.
        var start = new ProcessStartInfo("sh") { WorkingDirectory = "/", RedirectStandardOutput = true };
        string output = Path.GetTempFileName();
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("out=$1; shift; exec \"$@\" >\"$out\" 2>&1 </dev/null");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(output);
        start.ArgumentList.Add(program);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        string text = File.ReadAllText(output);
        File.Delete(output);
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {text}");
    }

    private static string? Programs()
    {
        const string Debian = "/usr/lib/postgresql";
        IEnumerable<string> folders = Directory.Exists(Debian) ? Directory.GetDirectories(Debian).Select(version => Path.Combine(version, "bin")).OrderDescending(StringComparer.Ordinal) : [];
        return folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "psql")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
