using CallsBot.Hosting;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;

namespace CallsBot.Tests.Hosting;

public sealed class RedactingFormatterTests
{
    private const string Secret = "Fake9pw2Xq7Lm4Rt";

    public static TheoryData<string> Formats => ["text", "json"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Secrets_in_lines_properties_and_exceptions_are_gone_and_addresses_stay(string format)
    {
        ITextFormatter lines = format == "json"
            ? new RenderedCompactJsonFormatter()
            : new MessageTemplateTextFormatter("{Message:lj}{NewLine}{Exception}", null);
        using var written = new StringWriter();
        using (var log = new LoggerConfiguration().WriteTo.Sink(new Sink(new RedactingFormatter(lines), written)).CreateLogger())
        {
            var inner = new InvalidOperationException($"Authorization: Bearer {Secret}");
            log.Error(new InvalidOperationException($"http://calls:{Secret}@rtcd.corp-nowhere.com:8045 refused", inner), "Asked {Url} from {Address}", $"http://x:{Secret}@rtcd", "10.1.2.3");
            log.Information("fine");
        }

        var text = written.ToString();
        text.ShouldNotContain(Secret);
        text.ShouldContain("10.1.2.3");
        text.ShouldContain("rtcd.corp-nowhere.com:8045");
        text.ShouldContain("fine");
    }

    private sealed class Sink(ITextFormatter formatter, TextWriter output) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => formatter.Format(logEvent, output);
    }
}
