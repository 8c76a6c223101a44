using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>
/// One person at one conversation: types, presses, and sees what the others, above all the bot, put there. Does what the
/// person's client would do, and waits, bounded, for what it is told to expect.
/// </summary>
/// <param name="workspace">Where the conversation is.</param>
/// <param name="integrations">What carries presses and commands away.</param>
/// <param name="channel">The conversation.</param>
/// <param name="person">Who sits there.</param>
/// <param name="rootId">The thread; empty for the whole channel.</param>
/// <param name="patience">How long to wait for anything.</param>
internal sealed class Chat(
    Workspace workspace, Integrations integrations, Channel channel, Account person, string rootId, TimeSpan patience)
{
    private readonly List<(long Change, string Text)> _errors = [];
    private readonly HashSet<long> _closedDialogs = [];
    private long _lastAction = workspace.Changes.Last;

    public Channel Channel => channel;

    public Account Person => person;

    /// <summary>The newest post that is not the person's own.</summary>
    /// <exception cref="SandboxException">There is none.</exception>
    public Post LastPost => LastStoredPost is { } post
        ? JsonSerializer.Deserialize<Post>(post.ToJson(workspace.FilesOf(post)).ToText())!
        : throw new SandboxException($"Nobody has answered.\n{Transcript}");

    /// <summary>Everything that the person sees in this conversation, as text: for failure messages and approvals.</summary>
    public string Transcript
    {
        get
        {
            var lines = new StringBuilder();
            foreach (var (_, text) in Visible().OrderBy(item => item.Change))
            {
                lines.AppendLine(text);
            }

            return lines.ToString();
        }
    }

    private StoredPost? LastStoredPost => Posts().LastOrDefault(post => post.UserId != person.Id || post.IsFromBot);

    /// <summary>The same person in a thread of this conversation.</summary>
    public Chat InThread(string postId) => new(workspace, integrations, channel, person, workspace.GetPost(postId).ThreadId, patience);

    /// <summary>
    /// Writes a message, or runs a command when it begins with a slash. A refused command shows its error, as clients do.
    /// </summary>
    /// <returns>The post; null for a command.</returns>
    public async Task<StoredPost?> Types(string text, CancellationToken cancellationToken = default)
    {
        Begin();
        if (text.StartsWith('/'))
        {
            await ShowErrorsAsync(async () => await integrations.ExecuteAsync(
                person,
                new JsonObject
                {
                    ["command"] = text,
                    ["channel_id"] = channel.Id,
                    ["team_id"] = workspace.Team.Id,
                    ["root_id"] = rootId,
                },
                cancellationToken));
            return null;
        }

        return Post(new JsonObject { ["message"] = text });
    }

    /// <summary>Drops a file into the conversation, with a message or without.</summary>
    public StoredPost Uploads(string fileName, ReadOnlyMemory<byte> content, string message = "")
    {
        Begin();
        var file = workspace.AddFile(person, channel.Id, fileName, content);
        return Post(new JsonObject { ["message"] = message, ["file_ids"] = new JsonArray(file.Id) });
    }

    /// <summary>Presses the newest button of that name, once there is one. Returns when the press has been answered.</summary>
    public Task Presses(string buttonName, CancellationToken cancellationToken = default) => PressesAs(person.Username, buttonName, cancellationToken);

    /// <summary>As <see cref="Presses"/>, by someone else who can see this conversation.</summary>
    public async Task PressesAs(string username, string buttonName, CancellationToken cancellationToken = default)
    {
        var button = await FindAsync(buttonName, action => action.Text("type") is not "select" && action.Text("name") == buttonName);
        var presser = workspace.FindByName(username) ?? throw new SandboxException($"There is no account '{username}'.");
        Begin();
        await ShowErrorsAsync(async () => await integrations.PressAsync(
            presser, button.PostId, button.Action.Text("id"), selectedOption: "", button.Action.Text("cookie"), cancellationToken));
    }

    /// <summary>Chooses from the newest menu that has the option, once there is one.</summary>
    public async Task Chooses(string optionText, CancellationToken cancellationToken = default)
    {
        var menu = await FindAsync(optionText, action => OptionIn(action, optionText) is not null);
        Begin();
        await ShowErrorsAsync(async () => await integrations.PressAsync(
            person, menu.PostId, menu.Action.Text("id"), OptionIn(menu.Action, optionText)!, menu.Action.Text("cookie"), cancellationToken));
    }

    /// <summary>Fills in and sends the dialog that is open, once there is one. With errors in the answer it stays open.</summary>
    /// <param name="values">By element name. A required element that is missing is refused, as clients do.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task Submits(IReadOnlyDictionary<string, object?> values, CancellationToken cancellationToken = default)
    {
        var opened = await OpenDialogAsync();
        var elements = opened.Dialog.Objects("elements");
        foreach (var name in values.Keys.Except(elements.Select(element => element.Text("name"))))
        {
            throw new SandboxException($"The dialog has no element '{name}'.\n{Transcript}");
        }

        foreach (var element in elements.Where(element => !element.Flag("optional") && element.Text("type") != "bool" && !values.ContainsKey(element.Text("name"))))
        {
            throw new SandboxException($"The dialog's element '{element.Text("name")}' must be filled in.\n{Transcript}");
        }

        await SubmitAsync(opened, JsonSerializer.SerializeToNode(values)!.AsObject(), cancelled: false, cancellationToken);
    }

    /// <summary>Closes the dialog that is open, once there is one. The integration hears of it only if it asked to.</summary>
    public async Task Cancels(CancellationToken cancellationToken = default)
    {
        var opened = await OpenDialogAsync();
        if (opened.Dialog.Flag("notify_on_cancel"))
        {
            await SubmitAsync(opened, [], cancelled: true, cancellationToken);
        }

        _closedDialogs.Add(opened.Change);
    }

    /// <summary>Waits until something that came or changed since the person's last action has this text in it.</summary>
    /// <returns>The text of what was seen.</returns>
    public Task<string> Sees(string text) => Wait.ForAsync(
        workspace.Changes,
        patience,
        () => Visible(byOthers: true).Where(item => item.Change > _lastAction).OrderByDescending(item => item.Change)
            .Select(item => item.Text).FirstOrDefault(seen => seen.Contains(text, StringComparison.Ordinal)),
        () => $"{person.Username} was to see '{text}' in {Name} after the last action, and saw:\n{Transcript}");

    /// <summary>Waits until nothing in the conversation can be pressed or chosen any more.</summary>
    public Task SeesNoButtons() => Wait.ForAsync(
        workspace.Changes,
        patience,
        () => !Pressable().Any(),
        () => $"{person.Username} was to see no buttons in {Name}, and saw:\n{Transcript}");

    private string Name => channel.DisplayName.Length > 0 ? channel.DisplayName : channel.Name;

    private void Begin() => _lastAction = workspace.Changes.Last;

    private StoredPost Post(JsonObject body)
    {
        body["channel_id"] = channel.Id;
        body["root_id"] = rootId;
        return workspace.GetPost(workspace.CreatePost(person, body).Text("id"));
    }

    private async Task ShowErrorsAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (RefusedException ex)
        {
            _errors.Add((workspace.Changes.Add(), $"! {ex.Error.Message} ({ex.Error.Id}) {ex.Error.Detail}"));
        }
    }

    private async Task SubmitAsync(OpenedDialog opened, JsonObject submission, bool cancelled, CancellationToken cancellationToken)
    {
        Begin();
        await ShowErrorsAsync(async () =>
        {
            var answer = await integrations.SubmitDialogAsync(
                person,
                new JsonObject
                {
                    ["url"] = opened.Url,
                    ["callback_id"] = opened.Dialog.Text("callback_id"),
                    ["state"] = opened.Dialog.Text("state"),
                    ["submission"] = submission,
                    ["cancelled"] = cancelled,
                    ["team_id"] = workspace.Team.Id,
                    ["channel_id"] = channel.Id,
                },
                cancellationToken);
            if (answer.Count > 0)
            {
                throw new RefusedException(new ApiError(200, "dialog.errors", answer.ToText()));
            }

            _closedDialogs.Add(opened.Change);
        });
    }

    private Task<OpenedDialog> OpenDialogAsync() => Wait.ForAsync(
        workspace.Changes,
        patience,
        () => workspace.DialogsOf(person.Id).LastOrDefault(dialog => !_closedDialogs.Contains(dialog.Change)),
        () => $"{person.Username} was to have a dialog open, and saw:\n{Transcript}");

    private async Task<Pressable> FindAsync(string what, Func<JsonObject, bool> isIt) => await Wait.ForAsync(
        workspace.Changes,
        patience,
        () => PressableNewestFirst().FirstOrDefault(item => isIt(item.Action) && !item.Action.Flag("disabled")),
        () => $"{person.Username} was to find '{what}' to press in {Name}, and saw:\n{Transcript}");

    private IEnumerable<Pressable> PressableNewestFirst() => Pressable().OrderByDescending(item => item.Change);

    private IEnumerable<Pressable> Pressable()
    {
        var stored = Posts().SelectMany(post => Attachments.Actions(post.Props).Select(action => new Pressable(post.Change, post.Id, action)));
        var whispered = Whispers().SelectMany(whisper => Attachments.Actions(whisper.Post.Object("props") ?? [])
            .Select(action => new Pressable(whisper.Change, whisper.Post.Text("id"), action)));
        return stored.Concat(whispered);
    }

    private IEnumerable<StoredPost> Posts() => workspace.PostsIn(channel.Id)
        .Where(post => (rootId.Length == 0 || post.ThreadId == rootId) && workspace.MayRead(person, post.ChannelId));

    private IEnumerable<Whisper> Whispers() => workspace.WhispersTo(person.Id)
        .Where(whisper => whisper.Post.Text("channel_id") == channel.Id
            && (rootId.Length == 0 || whisper.Post.Text("root_id") == rootId || whisper.Post.Text("root_id").Length == 0));

    private IEnumerable<(long Change, string Text)> Visible(bool byOthers = false)
    {
        foreach (var post in Posts().Where(post => !byOthers || post.UserId != person.Id || post.IsFromBot))
        {
            var author = post.Props["override_username"]?.GetValue<string>() ?? workspace.GetAccount(post.UserId).Username;
            yield return (post.Change, Text(author, post.Message, post.Props, workspace.FilesOf(post).Select(file => file.Name)));
        }

        foreach (var whisper in Whispers())
        {
            yield return (whisper.Change, Text("only to you", whisper.Post.Text("message"), whisper.Post.Object("props") ?? [], []));
        }

        foreach (var opened in workspace.DialogsOf(person.Id).Where(opened => !_closedDialogs.Contains(opened.Change)))
        {
            yield return (opened.Change, Text(opened.Dialog));
        }

        foreach (var error in _errors)
        {
            yield return error;
        }
    }

    private static string Text(string author, string message, JsonObject props, IEnumerable<string> fileNames)
    {
        var text = new StringBuilder($"{author}: {message}");
        foreach (var attachment in Attachments.In(props))
        {
            foreach (var part in (string[])["pretext", "title", "text"])
            {
                AppendLine(text, attachment.Text(part));
            }

            foreach (var field in attachment.Objects("fields"))
            {
                AppendLine(text, $"{field.Text("title")}: {field["value"]}");
            }

            AppendLine(text, attachment.Text("footer"));
        }

        foreach (var action in Attachments.Actions(props))
        {
            AppendLine(text, action.Text("type") == "select"
                ? $"<{action.Text("name")}: {string.Join(" | ", action.Objects("options").Select(option => option.Text("text")))}>"
                : $"[{action.Text("name")}]");
        }

        foreach (var name in fileNames)
        {
            AppendLine(text, $"({name})");
        }

        return text.ToString();
    }

    private static string Text(JsonObject dialog)
    {
        var text = new StringBuilder($"dialog: {dialog.Text("title")}");
        AppendLine(text, dialog.Text("introduction_text"));
        foreach (var element in dialog.Objects("elements"))
        {
            AppendLine(text, $"{element.Text("display_name")} ({element.Text("name")}, {element.Text("type")})");
        }

        return text.ToString();
    }

    private static void AppendLine(StringBuilder text, string line)
    {
        if (line.Length > 0)
        {
            text.Append("\n    ").Append(line.ReplaceLineEndings("\n    "));
        }
    }

    private static string? OptionIn(JsonObject action, string text) => action.Objects("options")
        .FirstOrDefault(option => option.Text("text") == text)?.Text("value");
}

/// <summary>A button or a menu that the person sees.</summary>
internal sealed record Pressable(long Change, string PostId, JsonObject Action);
