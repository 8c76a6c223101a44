using System.Buffers;
using System.Text;
using CallsBot.Redaction;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Redaction;

public sealed class RedactorTests
{
    private const string Fragment = "Fake9pw2Xq7";

    [Theory]
    [InlineData("password=§")]
    [InlineData("{\"a\":\"{\\\"password\\\":\\\"§\\\"}\"}")]
    [InlineData("MM_CALLS_RTCD_AUTH_KEY=§")]
    [InlineData("turn.static_auth_secret = \"§\"")]
    [InlineData("credential: §")]
    [InlineData("a=ice-pwd:§")]
    [InlineData("\"Env\": [\"X=1\", \"POSTGRES_PASSWORD=a b, c §\"]")]
    [InlineData("http://id:§@rtcd:8045/version")]
    [InlineData("amqp://id:a/§@rtcd:5672/x")]
    [InlineData("mm:§@tcp(db:3306)/mm")]
    [InlineData("the password is §, and it failed")]
    [InlineData("--auth-key §")]
    [InlineData("curl -u ana:§ x")]
    [InlineData("map[Authorization:[Bearer §] X:[1]]")]
    [InlineData("Cookie: a=1; MMAUTHTOKEN=§")]
    [InlineData("Password=a,§;Database=x")]
    [InlineData("<Password>§</Password>")]
    [InlineData("\u001b[36mtoken\u001b[0m=\u001b[1m§\u001b[0m")]
    [InlineData("Auth Key: §")]
    [InlineData("/x?access_token=§&page=2")]
    [InlineData("{\"name\":\"TURN_SECRET\",\"value\":\"§\"}")]
    [InlineData("- name: TURN_SECRET\n  value: §")]
    [InlineData("tokens:\n  - §\n  - x")]
    [InlineData("password: |\n  first\n  §\nnext: 1")]
    [InlineData("secret = \"\"\"\n§\n\"\"\"")]
    [InlineData("machine db login ana password §")]
    [InlineData("Digest username=\"ana\", response=\"0123456789abcdef§\"")]
    [InlineData("found token \"abcdefghijklmno§\" in store")]
    [InlineData("client-key-data: LS0tLS1CRUdJTi§")]
    [InlineData("data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVk§")]
    [InlineData("root:$6$rounds=5000$saltsalt$§Zx81LmPw03:18000:0:99999:7:::")]
    [InlineData("ana:$2y$10$N9qo8uLOickgx2ZMRZoMye§")]
    [InlineData("JSESSIONID=§")]
    [InlineData("pw=§")]
    [InlineData("ALTER USER mm IDENTIFIED BY '§'")]
    [InlineData("AUTH PLAIN §")]
    [InlineData("mysql -u root -p§ mattermost")]
    [InlineData("authKey\t§99")]
    public void A_secret_is_gone_whatever_stands_around_it(string format)
    {
        var redacted = Redact(format.Replace("§", Fragment, StringComparison.Ordinal));

        for (var start = 0; start + 6 <= Fragment.Length; start++)
        {
            redacted.ShouldNotContain(Fragment.Substring(start, 6));
        }

        redacted.Count(c => c == '\n').ShouldBe(format.Count(c => c == '\n'));
        redacted.ShouldNotContain("[line ");
    }

    [Theory]
    [InlineData("warn invalid token: expired")]
    [InlineData("failed to generate TURN credentials: secret should not be empty")]
    [InlineData("Chrome/142.0.0.0 Safari/537.36")]
    [InlineData("a=candidate:1 1 udp 2113937151 127.0.0.1 60001 typ host")]
    [InlineData("sessionID=q9z4xw7kt1fydpbn3mch5u8rge")]
    [InlineData("turn.credentials_expiration_minutes = 1440")]
    [InlineData("github.com/pion/webrtc/v4@v4.1.2/peerconnection.go:2784 com.mattermost.calls System.Net.Sockets")]
    [InlineData("look for `http://ID:KEY@…`, `static_auth_secret` and `credential`.")]
    [InlineData("curl -X POST http://CLIENT_ID:AUTH_KEY@rtcd:8045 -d '{\"authKey\":\"THE_KEY\"}' on a phone: switch")]
    [InlineData("mysql -u root -p mattermost; the auth login page; costs $1$ and $6$ in all")]
    [InlineData("std::vector at 19:41:58, \"password\":null, token=${TOKEN}")]
    public void Technical_words_stay(string text) => Redact(text).ShouldBe(text);

    [Fact]
    public void An_id_is_a_secret_only_beside_a_word_for_one()
    {
        const string Id = "abcdefghijklmnopqrstuvwx12";

        Redact($"found token {Id} in store").ShouldBe("found token [secret-token-1] in store");
        Redact($"found session {Id} in store").ShouldBe($"found session {Id} in store");
        Redact($"token expired for user {Id}").ShouldBe($"token expired for user {Id}");
    }

    [Fact]
    public void Addresses_keep_family_scope_network_and_port()
    {
        Redact("10.1.2.3:8443 10.1.2.4 10.1.3.3 100.64.0.1 169.254.1.1 127.0.1.1 203.0.113.9/32 10.1.2.3").ShouldBe(
            "ip4-private-1.net-1:8443 ip4-private-2.net-1 ip4-private-3.net-2 ip4-cgnat-1.net-3 ip4-link-local-1.net-4 ip4-loopback-1.net-5 "
            + "ip4-public-1.net-6/32 ip4-private-1.net-1");
        Redact("[2001:db8:1:2::3]:443 2001:db8:1:2::4 2001:db8:1:3::3 fd00::1 fe80::1%eth0").ShouldBe(
            "[ip6-public-1.net-1]:443 ip6-public-2.net-1 ip6-public-3.net-2 ip6-private-1.net-3 ip6-link-local-1.net-4%eth0");
    }

    [Fact]
    public void Two_addresses_share_a_network_name_exactly_if_they_share_a_network() =>
        Prop.ForAll<byte[], byte[]>((one, other) =>
        {
            if (one.Length < 4 || other.Length < 4)
            {
                return true;
            }

            // Few second and third bytes, so that networks meet.
            var first = $"10.{one[1] % 2}.{one[2] % 2}.{one[3]}";
            var second = $"10.{other[1] % 2}.{other[2] % 2}.{other[3]}";
            var names = Redact($"{first} {second}").Split(' ');

            return (names[0] == names[1]) == (first == second)
                && (names[0].Split(".net-")[1] == names[1].Split(".net-")[1]) == (first[..first.LastIndexOf('.')] == second[..second.LastIndexOf('.')]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_IPv6_addresses_share_a_network_name_exactly_if_they_share_a_network() =>
        Prop.ForAll<byte[], byte[]>((one, other) =>
        {
            if (one.Length < 3 || other.Length < 3)
            {
                return true;
            }

            static string Address(byte[] bytes) => $"2001:db8:{bytes[0] % 2:x}:{bytes[1] % 2:x}::{bytes[2] + 1:x}";
            var names = Redact($"[{Address(one)}]:8443 {Address(other)}").Split(' ');
            var (first, second) = (names[0][1..names[0].IndexOf(']', StringComparison.Ordinal)], names[1]);

            return (first == second) == (Address(one) == Address(other))
                && (first.Split(".net-")[1] == second.Split(".net-")[1]) == (one[0] % 2 == other[0] % 2 && one[1] % 2 == other[1] % 2)
                && names[0].EndsWith("]:8443", StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_six_characters_of_any_secret_survive_in_any_form_and_any_pieces()
    {
        const string Characters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
        string[] forms =
        [
            "password=§", "{\"authKey\":\"§\"}", "{\\\"credential\\\":\\\"§\\\"}", "MM_CALLS_RTCD_AUTH_KEY=§\r", "turn.static_auth_secret = \"§\"", "admin_secret_key: '§'",
            "http://id:§@rtcd:8045/x", "Authorization: Bearer §", "a=ice-pwd:§", "--auth-key §", "Cookie: MMAUTHTOKEN=§; a=1", "<password>§</password>", "?access_token=§&x=1",
        ];
        Prop.ForAll<byte[], byte, byte>((bytes, form, piece) =>
        {
            if (bytes.Length == 0)
            {
                return true;
            }

            var secret = string.Concat(Enumerable.Range(0, 12 + bytes.Length % 30).Select(i => Characters[(bytes[i % bytes.Length] + i * 7) % Characters.Length])) + "7q";
            var text = $"before\n{forms[form % forms.Length].Replace("§", secret, StringComparison.Ordinal)}\nafter";
            var redacted = Encoding.UTF8.GetString(Stream(Encoding.UTF8.GetBytes(text), piece));

            return Enumerable.Range(0, secret.Length - 5).All(start => !redacted.Contains(secret.Substring(start, 6), StringComparison.Ordinal))
                && redacted.StartsWith("before\n", StringComparison.Ordinal) && redacted.EndsWith("\nafter", StringComparison.Ordinal);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithEndSize(40));
    }

    [Fact]
    public void The_same_thing_has_the_same_name_in_all_files_of_a_run()
    {
        var pseudonyms = Pseudonyms.Random();

        var first = new Redactor(pseudonyms).Redact("https://chat.corp-nowhere.com user=ana ana@chat.corp-nowhere.com");
        var second = new Redactor(pseudonyms).Redact("https://CHAT.corp-nowhere.com");

        first.ShouldBe("https://host-1.example user=user-1 user-1@host-1.example");
        second.ShouldBe("https://host-1.example");
    }

    [Fact]
    public void Runs_with_the_same_key_agree_in_any_order_and_others_do_not()
    {
        const string Text = "10.1.2.3 https://chat.corp-nowhere.com password=Fake9pw2Xq7";
        var key = Encoding.ASCII.GetBytes("0123456789abcdef");

        var before = new Redactor(Pseudonyms.WithKey(key)).Redact(Text);
        var other = new Redactor(Pseudonyms.WithKey(key));
        other.Redact("10.9.9.9 https://x.corp-nowhere.com password=other7secret");

        other.Redact(Text).ShouldBe(before);
        new Redactor(Pseudonyms.WithKey("another-key-0123"u8)).Redact(Text).ShouldNotBe(before);
        Should.Throw<ArgumentException>(() => Pseudonyms.WithKey("short"u8));
    }

    [Fact]
    public void Random_bytes_pass_without_a_fault_keep_their_lines_and_change_no_more() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            var once = Stream(bytes, bytes.Length);

            return once.Count(b => b == '\n') == bytes.Count(b => b == '\n') && Stream(once, 3).SequenceEqual(once)
                && !Encoding.Latin1.GetString(once).Contains(Redactor.LeftOutNotice, StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Pieces_of_logs_in_any_order_settle_and_keep_their_lines()
    {
        string[] parts =
        [
            "\"", "\\\"", "'", ":", "=", " ", "\n", "\r\n", "[", "]", "{", "}", ",", "@", "://", "password", "token", "Bearer ", "Cookie", "user", "host",
            "10.1.2.3", "fd00::1", "abc123def456ghi789", "-----BEGIN X-----", "-----END X-----", "chat.corp.com", "name", "value", "a=ice-pwd", "- ", "|",
            "[secret-token-1]", "user-5", "ip4-private-1.net-1", "\\n", "key", ";", "&", "#", "\"\"\"", "ana", "(", ")", "http", "é",
        ];
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), picks =>
        {
            var text = Encoding.UTF8.GetBytes(string.Concat(picks.Select(pick => parts[pick % parts.Length])));
            var once = Stream(text, text.Length);

            return once.Count(b => b == '\n') == text.Count(b => b == '\n') && Stream(once, 5).SequenceEqual(once);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(int.Parse(Environment.GetEnvironmentVariable("CALLSBOT_TEST_RUNS") ?? "2000", System.Globalization.CultureInfo.InvariantCulture)).WithEndSize(60));
    }

    [Fact]
    public void A_line_longer_than_1_MiB_is_cut_with_a_notice()
    {
        var text = $"start {new string('x', 70_000)} {new string('y', Redactor.LongestLine)} password={Fragment}\nnext";

        var redacted = Redact(text);

        redacted.ShouldBe($"start {Redactor.CutNotice}\nnext");
        Redact(redacted).ShouldBe(redacted);
    }

    [Fact]
    public void A_line_at_which_a_detector_fails_is_left_out_and_the_next_is_not()
    {
        var redactor = new Redactor(Pseudonyms.Random(), [new FailingDetector()]);

        redactor.Redact("fine\nboom password\nfine\r\n").ShouldBe($"fine\n{Redactor.LeftOutNotice}\nfine\r\n");
        redactor.Counts[RedactionClass.Line].ShouldBe(1);
    }

    [Fact]
    public void A_block_without_its_end_does_not_take_the_rest_of_the_log()
    {
        var redacted = Redact("-----BEGIN PRIVATE KEY-----\nMIIFAKE0123456789abcdefghijk\ninfo [x] rtc: server was shutdown\nMIIFAKE0123456789abcdefghijk");

        redacted.ShouldBe("[secret-pem-1]\n[secret-pem-2]\ninfo [x] rtc: server was shutdown\nMIIFAKE0123456789abcdefghijk");
    }

    [Fact]
    public void A_block_in_a_value_of_several_lines_ends_neither_too_early()
    {
        var redacted = Redact($"password: \"\"\"\n-----BEGIN X-----\n\"\n{Fragment} y\n\"\"\"\nport: 1");

        redacted.ShouldNotContain("Fake9");
        redacted.ShouldEndWith("\nport: 1");
    }

    [Fact]
    public void A_bare_number_under_a_secret_key_leaves_sound_json()
    {
        Redact("{\"password\": 12345678, \"port\": 8045}").ShouldBe("{\"password\": \"[secret-password-1]\", \"port\": 8045}");
    }

    internal static byte[] Stream(ReadOnlySpan<byte> bytes, int piece, Redactor? redactor = null)
    {
        redactor ??= new Redactor(Pseudonyms.Random());
        var output = new ArrayBufferWriter<byte>();
        while (!bytes.IsEmpty)
        {
            var length = Math.Min(Math.Max(piece, 1), bytes.Length);
            redactor.Append(bytes[..length], output);
            bytes = bytes[length..];
        }

        redactor.Complete(output);
        return output.WrittenSpan.ToArray();
    }

    private static string Redact(string text) => new Redactor(Pseudonyms.Random()).Redact(text);

    private sealed class FailingDetector : IDetector
    {
        public void Find(Line line)
        {
            if (line.Text.StartsWith("boom", StringComparison.Ordinal))
            {
                throw new InvalidOperationException("A fault of a detector.");
            }
        }
    }
}
