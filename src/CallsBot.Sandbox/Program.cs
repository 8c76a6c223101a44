using CallsBot.Sandbox;

return await SandboxApplication.RunAsync(args, Console.Out, Console.Error);
