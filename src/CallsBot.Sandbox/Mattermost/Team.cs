using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

internal sealed record Team(string Id, string Name, string DisplayName, long CreateAt)
{
    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["create_at"] = CreateAt,
        ["update_at"] = CreateAt,
        ["delete_at"] = 0,
        ["display_name"] = DisplayName,
        ["name"] = Name,
        ["description"] = "",
        ["email"] = "admin@example.test",
        ["type"] = "O",
        ["company_name"] = "",
        ["allowed_domains"] = "",
        ["invite_id"] = Id,
        ["allow_open_invite"] = false,
        ["scheme_id"] = null,
        ["group_constrained"] = null,
        ["policy_id"] = null,
    };

    public JsonObject MemberJson(string userId) => new()
    {
        ["team_id"] = Id,
        ["user_id"] = userId,
        ["roles"] = "team_user",
        ["delete_at"] = 0,
        ["scheme_guest"] = false,
        ["scheme_user"] = true,
        ["scheme_admin"] = false,
        ["explicit_roles"] = "",
    };
}
