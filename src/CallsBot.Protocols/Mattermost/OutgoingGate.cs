using System.Text;

namespace CallsBot.Protocols.Mattermost;

/// <summary>
/// What every text passes on its way to Mattermost. A <see cref="MattermostClient"/> without one sends no text, and a file
/// can only be uploaded that a gate has made. Safe for concurrent use.
/// </summary>
public abstract class OutgoingGate
{
    /// <summary>Sends nothing: for connections that only ask.</summary>
    internal static OutgoingGate Closed { get; } = new ClosedGate();

    /// <summary>The body as it may leave.</summary>
    /// <exception cref="NotSupportedException">The gate does not know where such a body holds texts, so it does not let it pass.</exception>
    public T Pass<T>(T body) => body switch
    {
        // Names and ids, made by the bot and not by people.
        null or IReadOnlyList<string> or IReadOnlyDictionary<string, string> or TeamMember or SlashCommand or Bot => body,
        PostDraft draft => (T)(object)Pass(draft, Begin()),
        PostPatch patch => (T)(object)Pass(patch, Begin()),
        EphemeralPostDraft draft => (T)(object)(draft with { Post = Pass(draft.Post, Begin()) }),
        OpenDialogRequest request => (T)(object)(request with { Dialog = Pass(request.Dialog, Begin()) }),
        SlashCommandResponse response => (T)(object)(response with { Text = Begin()(response.Text) }),
        ActionResponse response => (T)(object)Pass(response, Begin()),
        DialogResponse response => (T)(object)Pass(response, Begin()),
        _ => throw new NotSupportedException($"{typeof(T).Name} has not been looked through for texts, so it is not sent."),
    };

    /// <summary>A file of a text.</summary>
    public OutgoingFile File(string name, string text)
    {
        var pass = Begin();
        return new OutgoingFile(pass(name), new MemoryStream(Encoding.UTF8.GetBytes(pass(text))));
    }

    /// <summary>A file that was redacted while it was written, such as a bundle.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Must be able to seek.</param>
    public OutgoingFile Redacted(string name, Stream content) => new(Begin()(name), content);

    /// <summary>A picture that the program drew itself, so that nobody's text is in it but what is written here.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Must be able to seek.</param>
    public OutgoingFile Drawn(string name, Stream content) => new(Begin()(name), content);

    /// <summary>
    /// A recording in a form that no redactor reads, for the administrator who asked for it: a profile, which holds the names of
    /// RTCD's functions and files.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Must be able to seek.</param>
    public OutgoingFile Recorded(string name, Stream content) => new(Begin()(name), content);

    /// <summary>Begins with a body: the same thing has the same name in all its texts.</summary>
    /// <returns>Gives a text as it may leave. It leaves out what it fails at, and does not throw.</returns>
    protected abstract Func<string, string> Begin();

    private static PostDraft Pass(PostDraft draft, Func<string, string> pass) =>
        draft with { Message = pass(draft.Message), Props = Pass(draft.Props, pass) };

    private static PostPatch Pass(PostPatch patch, Func<string, string> pass) =>
        patch with { Message = Pass(patch.Message, pass), Props = Pass(patch.Props, pass) };

    private static ActionResponse Pass(ActionResponse response, Func<string, string> pass) => response with
    {
        Update = response.Update is null ? null : Pass(response.Update, pass),
        EphemeralText = Pass(response.EphemeralText, pass),
    };

    private static DialogResponse Pass(DialogResponse response, Func<string, string> pass) => response with
    {
        Error = Pass(response.Error, pass),
        Errors = response.Errors?.ToDictionary(error => error.Key, error => pass(error.Value)),
    };

    private static PostProps? Pass(PostProps? props, Func<string, string> pass) => props is null ? null : props with
    {
        Attachments = props.Attachments is null ? null : [.. props.Attachments.Select(attachment => Pass(attachment, pass))],
    };

    private static Attachment Pass(Attachment attachment, Func<string, string> pass) => attachment with
    {
        Fallback = Pass(attachment.Fallback, pass),
        Pretext = Pass(attachment.Pretext, pass),
        Title = Pass(attachment.Title, pass),
        Text = Pass(attachment.Text, pass),
        Footer = Pass(attachment.Footer, pass),

        // Together, because a label says what its value is.
        Fields = attachment.Fields is null ? null : [.. attachment.Fields.Select(field => PassField(field, pass))],
        Actions = attachment.Actions is null ? null : [.. attachment.Actions.Select(action => action with
        {
            Name = pass(action.Name),
            Options = Pass(action.Options, pass),
        })],
    };

    private static AttachmentField PassField(AttachmentField field, Func<string, string> pass)
    {
        var (title, value) = (pass(field.Title), pass(field.Value));
        var labelled = pass($"{field.Title}: {field.Value}");
        return field with
        {
            Title = title,
            Value = labelled.StartsWith(title + ": ", StringComparison.Ordinal) ? labelled[(title.Length + 2)..] : value,
        };
    }

    private static Dialog Pass(Dialog dialog, Func<string, string> pass) => dialog with
    {
        Title = pass(dialog.Title),
        IntroductionText = Pass(dialog.IntroductionText, pass),
        SubmitLabel = Pass(dialog.SubmitLabel, pass),
        Elements = [.. dialog.Elements.Select(element => element with
        {
            DisplayName = pass(element.DisplayName),
            Placeholder = Pass(element.Placeholder, pass),
            HelpText = Pass(element.HelpText, pass),
            Default = Pass(element.Default, pass),
            Options = Pass(element.Options, pass),
        })],
    };

    private static IReadOnlyList<Option>? Pass(IReadOnlyList<Option>? options, Func<string, string> pass) =>
        options is null ? null : [.. options.Select(option => option with { Text = pass(option.Text) })];

    private static string? Pass(string? text, Func<string, string> pass) => text is null ? null : pass(text);

    private sealed class ClosedGate : OutgoingGate
    {
        protected override Func<string, string> Begin() =>
            throw new InvalidOperationException("This connection to Mattermost has no gate, so it sends no texts.");
    }
}

/// <summary>A file that may be uploaded. Only a gate makes one.</summary>
public sealed class OutgoingFile : IDisposable
{
    internal OutgoingFile(string name, Stream content)
    {
        if (!content.CanSeek)
        {
            throw new ArgumentException("The stream of an upload must be able to seek.", nameof(content));
        }

        (Name, Content) = (name, content);
    }

    public string Name { get; }

    internal Stream Content { get; }

    public void Dispose() => Content.Dispose();
}
