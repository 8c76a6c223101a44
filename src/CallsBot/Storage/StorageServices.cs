namespace CallsBot.Storage;

internal static class StorageServices
{
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<StorageOptions, StorageOptions.Validator>()
            .BindConfiguration(StorageOptions.Section);
        return services.AddSingleton<Database>();
    }
}
