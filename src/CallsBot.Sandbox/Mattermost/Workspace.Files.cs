namespace CallsBot.Sandbox.Mattermost;

internal sealed partial class Workspace
{
    public const int MaxFileSize = 50 * 1024 * 1024;

    private readonly Dictionary<string, StoredFile> _files = new(StringComparer.Ordinal);

    /// <summary>As a server whose file store is gone: no file is found.</summary>
    public bool LosesFiles { get; set; }

    public StoredFile AddFile(Account by, string channelId, string name, ReadOnlyMemory<byte> content)
    {
        lock (_gate)
        {
            RequireMember(by, channelId, "upload_file");
            if (content.Length > MaxFileSize)
            {
                throw new RefusedException(new ApiError(
                    413, "api.file.upload_file.too_large_detailed.app_error",
                    $"Unable to upload file {name}. {content.Length} bytes exceeds the maximum allowed {MaxFileSize} bytes."));
            }

            var file = new StoredFile
            {
                Id = Ids.New(),
                UserId = by.Id,
                ChannelId = channelId,
                Name = Path.GetFileName(name),
                CreateAt = Now(),
                Content = content,
            };
            return _files[file.Id] = file;
        }
    }

    public StoredFile GetFile(Account by, string id)
    {
        lock (_gate)
        {
            var file = (LosesFiles ? null : _files.GetValueOrDefault(id)) ?? throw new RefusedException(ApiError.NoSuchFile(id));
            if (file.UserId != by.Id)
            {
                RequireMember(by, file.ChannelId);
            }

            return file;
        }
    }

    public IReadOnlyList<StoredFile> FilesOf(StoredPost post)
    {
        lock (_gate)
        {
            return [.. post.FileIds.Select(_files.GetValueOrDefault).OfType<StoredFile>()];
        }
    }
}
