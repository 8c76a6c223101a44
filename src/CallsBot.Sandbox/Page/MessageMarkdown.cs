using Markdig;
using Markdig.Renderers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace CallsBot.Sandbox.Page;

/// <summary>
/// Turns a message's Markdown into HTML that a browser may show: no HTML of its own, links to the web or to this page
/// only, pictures as links because the page loads nothing from elsewhere.
/// </summary>
internal static class MessageMarkdown
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .UseAutoLinks()
        .UsePipeTables()
        .UseTaskLists()
        .UseEmphasisExtras(Markdig.Extensions.EmphasisExtras.EmphasisExtraOptions.Strikethrough)
        .UseSoftlineBreakAsHardlineBreak()
        .Build();

    public static string ToHtml(string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToArray())
        {
            link.Url = Harmless(link.Url);
            link.IsImage = false;
        }

        foreach (var link in document.Descendants<AutolinkInline>().ToArray())
        {
            link.Url = link.IsEmail ? link.Url : Harmless(link.Url);
        }

        using var text = new StringWriter();
        var renderer = new HtmlRenderer(text);
        Pipeline.Setup(renderer);
        renderer.Render(document);
        return text.ToString();
    }

    private static string Harmless(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var absolute)
        ? absolute.Scheme is "http" or "https" or "mailto" ? absolute.ToString() : "#"
        : url is not null && url.StartsWith('/') && !url.StartsWith("//", StringComparison.Ordinal) ? url : "#";
}
