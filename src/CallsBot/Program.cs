using CallsBot.Cli;

return await CommandLine.RunAsync(args);
