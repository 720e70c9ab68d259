using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace Unroll.Serving.Page;

/// <summary>The page on which texts can be tried: one file that loads nothing.</summary>
internal sealed class TryPage(string predict)
{
    private const string AddressMark = "{predict}";

    private static readonly string Html = Read();

    // The page has one script and one style sheet; a browser runs no other, whatever a text or a label holds.
    private static readonly string Policy =
        $"default-src 'none'; script-src '{HashOf("script")}'; style-src '{HashOf("style")}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Writes the page.</summary>
    public Task Write(HttpContext context)
    {
        string address = context.Request.PathBase.Add(predict.StartsWith('/') ? predict : "/" + predict);
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsync(Html.Replace(AddressMark, HtmlEncoder.Default.Encode(address), StringComparison.Ordinal), context.RequestAborted);
    }

    private static string Read()
    {
        using var reader = new StreamReader(typeof(TryPage).Assembly.GetManifestResourceStream("page.html")!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static string HashOf(string element)
    {
        int start = Html.IndexOf($"<{element}>", StringComparison.Ordinal) + element.Length + 2;
        int end = Html.IndexOf($"</{element}>", StringComparison.Ordinal);
        return "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Html[start..end])));
    }
}
