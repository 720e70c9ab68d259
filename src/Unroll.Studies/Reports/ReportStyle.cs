using Unroll.Studies.Plots;

namespace Unroll.Studies.Reports;

/// <summary>The style sheet of the report. Without the characters &lt;, &gt; and &amp;, which XML would escape.</summary>
internal static class ReportStyle
{
    public const string Css = """

        :root{color-scheme:light dark;--paper:#fff;--ink:#222;--muted:#666;--rule:#ddd;--soft:#f5f6f8;--warn:#7a2e00;--warnpaper:#fff1d6;--warnrule:#e69f00;--bad:#8f1d1d;--badpaper:#fdeaea}
        @media screen and (prefers-color-scheme:dark){:root{--paper:#16181c;--ink:#e8e8e8;--muted:#a8adb5;--rule:#343941;--soft:#1f2227;--warn:#ffd48a;--warnpaper:#3a2a08;--warnrule:#e69f00;--bad:#ffb3b3;--badpaper:#3b1717}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,'Segoe UI',Helvetica,Arial,sans-serif}
        main{max-width:1100px;margin:0 auto;padding:24px 16px 48px}
        h1{font-size:1.7rem;line-height:1.2;margin:0 0 8px}
        h2{font-size:1.25rem;margin:40px 0 4px;padding-top:12px;border-top:1px solid var(--rule)}
        p{margin:6px 0;max-width:75ch}
        .question{font-size:1.05rem}
        .meta,.note,.caption{color:var(--muted);font-size:.875rem}
        .meta{margin:0}
        .answers{margin:16px 0;padding:10px 16px;background:var(--soft)}
        .answers p{max-width:none}
        .findings{margin:8px 0;padding-left:1.2em}
        .findings li{margin:4px 0;max-width:85ch;overflow-wrap:anywhere}
        .findings li.answer{font-weight:600}
        .lint{margin:8px 0;padding:0;list-style:none}
        .lint li{margin:8px 0;max-width:85ch;overflow-wrap:anywhere}
        .banner{margin:16px 0;padding:14px 16px;border:2px solid var(--warnrule);border-left-width:10px;background:var(--warnpaper);color:var(--warn);font-size:1.05rem}
        .banner strong{display:block;font-size:1.2rem}
        .failures{margin:12px 0;padding:10px 14px;background:var(--badpaper);color:var(--bad);font-size:.9rem}
        .failures p{max-width:none;overflow-wrap:anywhere}
        .scroll{overflow-x:auto;margin:12px 0}
        table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;min-width:100%}
        th,td{padding:6px 8px;text-align:right;vertical-align:top;white-space:nowrap;border-bottom:1px solid var(--rule)}
        thead th{white-space:normal;vertical-align:bottom;border-bottom:2px solid var(--muted);font-weight:600}
        th.name,td.name{text-align:left;white-space:normal;min-width:9em;font-weight:600;position:sticky;left:0;background:var(--paper)}
        td.spread{white-space:normal}
        td.text{text-align:left;white-space:normal;min-width:12em}
        td .note,td .reported{display:block;font-weight:400;font-size:.8rem;color:var(--muted)}
        .legend{display:flex;flex-wrap:wrap;gap:2px 18px;font-size:.85rem;margin:14px 0 0}
        .legend span{display:inline-flex;align-items:center;gap:6px}
        .legend svg{width:28px;height:12px;flex:none}
        .panels{display:flex;flex-wrap:wrap;gap:8px}
        .panels svg{flex:1 1 340px;min-width:0;max-width:490px;height:auto;display:block}
        details{margin:10px 0;font-size:.9rem}
        summary{cursor:pointer;color:var(--muted)}
        footer{margin-top:40px;padding-top:12px;border-top:1px solid var(--rule)}
        @media print{main{max-width:none;padding:0}section{break-inside:avoid}.scroll{overflow:visible}body{font-size:11pt}th,td{padding:3px 6px}}

        """ + FigureSvg.DarkStyle + "\n";
}
