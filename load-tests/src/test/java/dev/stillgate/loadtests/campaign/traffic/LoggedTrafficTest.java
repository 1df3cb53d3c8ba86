package dev.stillgate.loadtests.campaign.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.loadtests.random.Dice;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reaction of a log's clients and campaigns to refusals, in virtual time. */
final class LoggedTrafficTest {
    private static final long START = 1_770_000_000_000L;
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final ApiResponse LIMITED = new ApiResponse(429, -1, true);
    private static final ApiResponse BLOCKED = new ApiResponse(403, -1, true);

    @TempDir
    private Path directory;

    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Attempt> postponed = new ArrayList<>();
    private Tactics tactics = Tactics.STUBBORN;

    private static String line(long after, String account, String label) {
        return """
                {"ts":%d,"end":%d,"account":"%s","connection":"c-%s","http":"1.1","ip":"203.0.113.%d","headers":[["host","é"]],\
                "path":"/v1/messages","request":{},"status":200,"response":{"usage":{"output_tokens":7}},"label":"%s"}""".formatted(START + after, START + after + 500, account, account, account.length(), label);
    }

    private Path log(List<String> lines) throws IOException {
        Path file = directory.resolve("log.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    private LoggedTraffic play(Function<Attempt, ApiResponse> rule, List<String> lines) throws IOException {
        Account listed = new Account("aa", Trust.LISTED, null, "standard", true, null);
        LineApi api = new LineApi() {
            @Override
            public ApiResponse send(Attempt attempt) {
                attempts.add(attempt);
                return rule.apply(attempt);
            }

            @Override
            public void postpone(Attempt attempt, long tokens) {
                assertThat(tokens).isEqualTo(7);
                postponed.add(attempt);
            }
        };
        LoggedTraffic traffic = new LoggedTraffic(log(lines), Map.of("aa", listed), tactics, new Dice(1), api);
        long last = 0;
        while (traffic.due() != Source.NEVER) {
            assertThat(traffic.due()).isGreaterThanOrEqualTo(last);
            last = traffic.due();
            traffic.send(exchange -> ApiResponse.SERVED);
        }
        traffic.close();
        return traffic;
    }

    private static JsonNode sent(Attempt attempt) throws IOException {
        assertThat(attempt.length()).isEqualTo(attempt.line().length);
        JsonNode sent = new ObjectMapper().readTree(attempt.line());
        assertThat(sent.get("ts").asLong()).isEqualTo(attempt.time());
        assertThat(sent.get("end").asLong()).isEqualTo(attempt.time() + 500);
        assertThat(sent.get("account").asText()).isEqualTo(attempt.account());
        assertThat(sent.get("connection").asText()).isIn("c-" + attempt.account(), "c-a", "c-aa", "c-aaa");
        assertThat(sent.at("/headers/0/1").asText()).isEqualTo("é");
        return sent;
    }

    @Test
    void servedLinesAreSentAsLogged() throws IOException {
        List<String> lines =
                List.of(line(0, "h", "honest:chat"), line(1, "a", "campaign:x"), line(1, "aa", "campaign:x/cover"));
        play(attempt -> ApiResponse.SERVED, lines);
        assertThat(attempts.stream().map(each -> new String(each.line(), StandardCharsets.UTF_8)))
                .isEqualTo(lines);
        assertThat(attempts.stream().map(Attempt::verified)).containsExactly(false, false, true);
        assertThat(LoggedTraffic.world(log(lines), new Dice(1)).days()).isEqualTo(1);
    }

    @Test
    void honestLineIsRepeatedTwice() throws IOException {
        play(attempt -> new ApiResponse(429, 2_000, true), List.of(line(0, "h", "honest:chat")));
        assertThat(attempts.stream().map(Attempt::time)).containsExactly(START, START + 2_000, START + 4_000);
        for (Attempt attempt : attempts) {
            sent(attempt);
            assertThat(attempt.wanted()).isSameAs(attempts.getFirst().wanted());
        }
    }

    @Test
    void refusedLineOfACampaignIsSentByAnotherAccount() throws IOException {
        play(
                attempt -> attempt.account().equals("aa") ? LIMITED : ApiResponse.SERVED,
                List.of(line(0, "a", "campaign:x"), line(1, "aa", "campaign:x"), line(2, "b", "campaign:y")));
        assertThat(attempts.stream().map(Attempt::account)).containsExactly("a", "aa", "b", "a");
        Attempt again = attempts.getLast();
        assertThat(again.time()).isEqualTo(START + 1 + MINUTE);
        assertThat(again.wanted()).isSameAs(attempts.get(1).wanted());
        assertThat(sent(again).get("ip").asText()).isEqualTo("203.0.113.1");
    }

    @Test
    void lineOfARestingAccountIsSentByAnother() throws IOException {
        play(
                attempt -> attempts.size() == 1 ? new ApiResponse(429, HOUR, true) : ApiResponse.SERVED,
                List.of(
                        line(0, "a", "campaign:x"),
                        line(1, "aa", "campaign:x"),
                        line(2 * MINUTE, "a", "campaign:x"),
                        line(2 * HOUR, "a", "campaign:x")));
        assertThat(attempts.stream().map(Attempt::account)).containsExactly("a", "aa", "aa", "aa", "a");
    }

    @Test
    void lineWaitsWhenNoAccountIsFree() throws IOException {
        play(
                attempt -> attempts.size() == 1 ? new ApiResponse(429, HOUR, true) : ApiResponse.SERVED,
                List.of(line(0, "a", "campaign:x"), line(2 * MINUTE, "a", "campaign:x")));
        assertThat(postponed).hasSize(1);
        assertThat(attempts).hasSize(3);
        assertThat(attempts.get(1).time()).isBetween(START + HOUR, START + HOUR + 5 * MINUTE);
        assertThat(attempts.get(2).wanted()).isSameAs(postponed.getFirst().wanted());
    }

    @Test
    void lineIsDroppedAfterThreeDays() throws IOException {
        tactics = new Tactics(3, false);
        play(attempt -> BLOCKED, List.of(line(0, "a", "campaign:x"), line(1, "a", "campaign:x")));
        assertThat(attempts).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void blockedAccountIsReplacedWithinADay() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int hour = 0; hour < 48; hour++) {
            lines.add(line(hour * HOUR, "a", "campaign:x"));
        }
        LoggedTraffic traffic = play(attempt -> attempt.account().equals("a") ? BLOCKED : ApiResponse.SERVED, lines);
        String replacement = attempts.getLast().account();
        assertThat(replacement).startsWith("a-");
        Attempt first = attempts.stream()
                .filter(each -> each.account().equals(replacement))
                .findFirst()
                .orElseThrow();
        assertThat(first.time()).isBetween(START + 2 * HOUR, START + 30 * HOUR);
        sent(first);
        List<Account> accounts = traffic.accounts().fresh();
        assertThat(accounts.stream().map(Account::id)).containsExactlyInAnyOrder("aa", replacement);
        assertThat(traffic.accounts().harvests(replacement)).isTrue();
        assertThat(traffic.accounts().harvests("h")).isFalse();
        assertThat(attempts.stream().map(Attempt::wanted).distinct())
                .as("all lines")
                .hasSize(48);
    }

    @Test
    void accountIsUsedThreeTimesTheMeanAtMost() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int minute = 0; minute < 2 * DAY / MINUTE; minute += 30) {
            lines.add(line(minute * MINUTE, "a".repeat(1 + minute / 30 % 10), "campaign:x"));
        }
        play(attempt -> attempt.account().equals("a") ? ApiResponse.SERVED : LIMITED, lines);
        long most = attempts.stream()
                .filter(each -> each.account().equals("a") && each.time() / DAY == START / DAY + 1)
                .count();
        assertThat(most).isBetween(10L, 16L);
    }

    @Test
    void brokenLineIsReportedWithItsPlace() throws IOException {
        Path file = log(List.of(line(0, "a", "honest:x"), "{\"ts\":"));
        assertThatThrownBy(() -> LoggedTraffic.world(file, new Dice(1)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ":2: ");
        Path empty = Files.writeString(directory.resolve("empty.jsonl"), "");
        assertThatThrownBy(() -> LoggedTraffic.world(empty, new Dice(1)))
                .hasMessage("there is no exchange in " + empty);
    }
}
