using System.Collections;
using System.Collections.Concurrent;

namespace CallsBot.Sandbox;

/// <summary>What was asked of the sandbox that it does not know. A test asserts that there is nothing here.</summary>
internal sealed class UnexpectedRequests : IReadOnlyCollection<string>
{
    private readonly ConcurrentQueue<string> _requests = [];

    public int Count => _requests.Count;

    public void Add(string request) => _requests.Enqueue(request);

    public IEnumerator<string> GetEnumerator() => _requests.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
