using System.Globalization;
using CallsBot.Redaction;
using Serilog.Events;
using Serilog.Formatting;

namespace CallsBot.Hosting;

/// <summary>Takes secrets out of log lines and the exceptions in them, whatever they are formatted as.</summary>
internal sealed class RedactingFormatter(ITextFormatter inner) : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var line = new StringWriter(CultureInfo.InvariantCulture);
        inner.Format(logEvent, line);
        output.Write(new Redactor(Pseudonyms.Random(), secretsOnly: true).Redact(line.ToString()));
    }
}
