using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>A person or a bot.</summary>
internal sealed record Account
{
    public required string Id { get; init; }

    public required string Username { get; init; }

    public required string Email { get; init; }

    public string FirstName { get; init; } = "";

    public string Roles { get; init; } = "system_user";

    public string Locale { get; init; } = "en";

    public required long CreateAt { get; init; }

    public required long UpdateAt { get; init; }

    public long DeleteAt { get; init; }

    public bool IsBot { get; init; }

    public string BotDescription { get; init; } = "";

    public string BotOwnerId { get; init; } = "";

    public bool IsAdministrator => Roles.Split(' ').Contains("system_admin");

    /// <param name="toSelf">An account sees more of itself than others do.</param>
    public JsonObject ToJson(bool toSelf)
    {
        var json = new JsonObject
        {
            ["id"] = Id,
            ["create_at"] = CreateAt,
            ["update_at"] = UpdateAt,
            ["delete_at"] = DeleteAt,
            ["username"] = Username,
            ["auth_data"] = "",
            ["auth_service"] = "",
            ["email"] = Email,
            ["nickname"] = "",
            ["first_name"] = FirstName,
            ["last_name"] = "",
            ["position"] = "",
            ["roles"] = Roles,
        };
        if (toSelf)
        {
            json["notify_props"] = new JsonObject
            {
                ["channel"] = "true",
                ["comments"] = "never",
                ["desktop"] = "mention",
                ["desktop_sound"] = "true",
                ["email"] = "true",
                ["first_name"] = "false",
                ["mention_keys"] = "",
                ["push"] = "mention",
                ["push_status"] = "away",
            };
            json["last_password_update"] = CreateAt;
        }

        json["locale"] = Locale;
        json["timezone"] = new JsonObject
        {
            ["automaticTimezone"] = "",
            ["manualTimezone"] = "",
            ["useAutomaticTimezone"] = "true",
        };
        if (IsBot)
        {
            json["is_bot"] = true;
            json["bot_description"] = BotDescription;
        }

        json["disable_welcome_email"] = false;
        return json;
    }

    public JsonObject ToBotJson()
    {
        var json = new JsonObject { ["user_id"] = Id, ["username"] = Username };
        if (FirstName.Length > 0)
        {
            json["display_name"] = FirstName;
        }

        if (BotDescription.Length > 0)
        {
            json["description"] = BotDescription;
        }

        json["owner_id"] = BotOwnerId;
        json["create_at"] = CreateAt;
        json["update_at"] = UpdateAt;
        json["delete_at"] = DeleteAt;
        return json;
    }
}
