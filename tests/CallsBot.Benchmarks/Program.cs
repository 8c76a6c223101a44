using CallsBot.Benchmarks;

return await BenchmarkCommand.RunAsync(args);
