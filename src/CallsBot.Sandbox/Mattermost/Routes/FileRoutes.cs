using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;

namespace CallsBot.Sandbox.Mattermost.Routes;

/// <summary>Files up and down.</summary>
internal static class FileRoutes
{
    public static void Map(ApiRoutes routes)
    {
        routes.Post("/api/v4/files", UploadAsync);
        routes.Get("/api/v4/files/{fileId}/info", call =>
            ApiReply.Ok(call.Workspace.GetFile(call.Account, call.Path("fileId")).ToJson()));
        routes.Raw("GET", "/api/v4/files/{fileId}", async (call, http) =>
        {
            var file = call.Workspace.GetFile(call.Account, call.Path("fileId"));
            http.Response.ContentType = file.MimeType.Length > 0 ? file.MimeType : "application/octet-stream";
            http.Response.ContentLength = file.Content.Length;
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers.ContentDisposition = $"attachment;filename*=UTF-8''{Uri.EscapeDataString(file.Name)}";
            await http.Response.Body.WriteAsync(file.Content, call.Cancelled);
        });
    }

    private static async Task<ApiReply> UploadAsync(ApiCall call)
    {
        if (call.Request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = Workspace.MaxFileSize + (64 * 1024);
        }

        if (!call.Request.HasFormContentType)
        {
            // One file as the body, named in the query.
            return Uploaded([await KeepAsync(call, call.Query("channel_id"), call.Query("filename"), call.Request.Body)], []);
        }

        var form = await call.Request.ReadFormAsync(call.Cancelled);
        if (form.Files.Count == 0)
        {
            throw new RefusedException(new ApiError(
                400, "api.file.upload_file.incorrect_number_of_files.app_error",
                "Unable to upload files. Incorrect number of files specified."));
        }

        var files = new List<StoredFile>();
        foreach (var file in form.Files)
        {
            await using var content = file.OpenReadStream();
            files.Add(await KeepAsync(call, form["channel_id"].ToString(), file.FileName, content));
        }

        return Uploaded(files, [.. form["client_ids"].OfType<string>()]);
    }

    private static async Task<StoredFile> KeepAsync(ApiCall call, string channelId, string name, Stream content)
    {
        if (!Ids.IsValid(channelId))
        {
            throw new RefusedException(ApiError.BadBody("channel_id"));
        }

        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, call.Cancelled);
        return call.Workspace.AddFile(call.Account, channelId, name, bytes.ToArray());
    }

    private static ApiReply Uploaded(IReadOnlyList<StoredFile> files, IReadOnlyList<string> clientIds) => ApiReply.Created(new JsonObject
    {
        ["file_infos"] = Json.Array(files.Select(file => file.ToJson())),
        ["client_ids"] = Json.Array(clientIds.Select(id => JsonValue.Create(id))),
    });
}
