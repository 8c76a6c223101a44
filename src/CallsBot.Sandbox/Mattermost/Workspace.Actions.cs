using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

internal sealed partial class Workspace
{
    private const int KeptDialogs = 500;

    // model/integration_action.go, PostActionRetainPropKeys.
    private static readonly string[] RetainedProps = ["from_webhook", "override_username", "override_icon_url"];

    private readonly List<OpenedDialog> _dialogs = [];

    public ActionCookies Cookies { get; } = new();

    /// <summary>Finds what a press means. A cookie stands in for posts that are not stored.</summary>
    /// <exception cref="RefusedException">The post or the action is not there (any more), or not for this account.</exception>
    public PressedAction FindAction(Account by, string postId, string actionId, string cookie)
    {
        lock (_gate)
        {
            if (_posts.GetValueOrDefault(postId) is { DeleteAt: 0 } post)
            {
                RequireMember(by, post.ChannelId);
                return Attachments.Actions(post.Props).FirstOrDefault(action => action.Text("id") == actionId) is { } action
                    ? new PressedAction(_channels[post.ChannelId], post.Id, post.ThreadId, action.DeepClone().AsObject(), post.Props)
                    : throw new RefusedException(new ApiError(
                        404, "api.post.do_action.action_id.app_error", "Invalid action id.", "action=<nil>"));
            }

            if (cookie.Length == 0)
            {
                throw new RefusedException(ApiError.NoSuchPost(postId));
            }

            var content = Cookies.Open(cookie);
            RequireMember(by, content.Text("channel_id"));
            if (content.Text("post_id") != postId)
            {
                throw new RefusedException(ApiError.ActionFailed("postId doesn't match"));
            }

            return new PressedAction(
                _channels[content.Text("channel_id")], postId, content.Text("root_post_id"),
                content.Object("action")!.DeepClone().AsObject(), Props: []);
        }
    }

    /// <summary>Carries out what an integration answered to a press.</summary>
    public void ApplyActionResponse(Account by, PressedAction pressed, JsonObject response)
    {
        lock (_gate)
        {
            if (response.Object("update") is { } update)
            {
                // No message in the update means an empty one; no files mean no files (app/integration_action.go).
                ReplacePost(
                    GetPost(pressed.PostId),
                    update.Text("message"),
                    update.Object("props") is { } props ? WithRetained(props, pressed.Props) : pressed.Props,
                    update["file_ids"].Texts("file_ids"));
            }

            if (response.Text("ephemeral_text") is { Length: > 0 } text)
            {
                AddWhisper(by.Id, new NewPost(pressed.Channel, by.Id)
                {
                    Message = response.Flag("skip_slack_parsing") ? text : Attachments.ParseSlackLinks(text),
                    RootId = pressed.ThreadId,
                    Props = WithRetained([], pressed.Props),
                });
            }
        }
    }

    /// <summary>Puts a dialog on someone's screen.</summary>
    public void OpenDialog(string accountId, string triggerId, string url, JsonObject dialog)
    {
        lock (_gate)
        {
            var request = new JsonObject { ["trigger_id"] = triggerId, ["url"] = url, ["dialog"] = dialog };
            Publish("open_dialog", new JsonObject { ["dialog"] = request.ToText() }, new Audience { UserId = accountId });
            if (_dialogs.Count == KeptDialogs)
            {
                _dialogs.RemoveAt(0);
            }

            _dialogs.Add(new OpenedDialog(Changes.Last + 1, accountId, url, dialog));
            Changes.Add();
        }
    }

    public IReadOnlyList<OpenedDialog> DialogsOf(string accountId)
    {
        lock (_gate)
        {
            return [.. _dialogs.Where(dialog => dialog.UserId == accountId)];
        }
    }

    private static JsonObject WithRetained(JsonObject props, JsonObject original)
    {
        var copy = props.DeepClone().AsObject();
        foreach (var name in RetainedProps)
        {
            copy.Remove(name);
            if (original[name] is { } value)
            {
                copy[name] = value.DeepClone();
            }
        }

        return copy;
    }
}

/// <summary>A button or menu that someone used.</summary>
/// <param name="Channel">Where its post is.</param>
/// <param name="PostId">Its post.</param>
/// <param name="ThreadId">The first post of the post's thread; the post itself when it is in none.</param>
/// <param name="Action">The action with its integration.</param>
/// <param name="Props">The props of the post; empty for one that is not stored.</param>
internal sealed record PressedAction(Channel Channel, string PostId, string ThreadId, JsonObject Action, JsonObject Props);
