# Restored from project files alone first, so that a change of code does not restore again.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY src/CallsBot/CallsBot.csproj src/CallsBot/packages.lock.json src/CallsBot/
COPY src/CallsBot.Protocols/CallsBot.Protocols.csproj src/CallsBot.Protocols/packages.lock.json src/CallsBot.Protocols/
RUN dotnet restore src/CallsBot --locked-mode
COPY src/CallsBot.Protocols src/CallsBot.Protocols
COPY src/CallsBot src/CallsBot
RUN dotnet publish src/CallsBot --no-restore -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /data
COPY --from=build /app /app
# Settings: /data/callsbot.json, or CALLSBOT_SETTINGS. Secrets: the folder secrets beside the settings file, or
# CALLSBOT_SECRETS. Sessions: /data/callsbot.db, unless Storage:ConnectionString says otherwise.
# What is set here wins over the operator's settings file: only what a container cannot do without.
ENV CALLSBOT_Urls=http://0.0.0.0:8077
VOLUME /data
EXPOSE 8077
USER $APP_UID
ENTRYPOINT ["dotnet", "/app/callsbot.dll"]
CMD ["serve"]
