package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.SmugglingCorpus;
import dev.stillgate.proxy.rig.SmugglingCorpus.Payload;
import dev.stillgate.proxy.rig.SmugglingCorpus.Right;
import dev.stillgate.proxy.rig.UpstreamOracle;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Sends each payload of the smuggling corpus through a gateway whole, byte by byte, cut in two at random positions and
 * in random pieces, each followed by another request. {@code -Dsmuggling.splits=all} cuts in two at every position
 * instead, which takes minutes ({@code load-tests/run smuggling}).
 */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class SmugglingTest {
    private static final long SEED = 20261125;
    private static final int FULLY = 2000;
    private static final String AFTER = "GET /v1/models/after HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 ([0-9]{3}) ");
    private static final List<Payload> PAYLOADS = SmugglingCorpus.all();
    private static UpstreamOracle oracle;
    private static GatewayRig rig;
    private static int sent;

    @BeforeAll
    static void start() {
        oracle = new UpstreamOracle();
        rig = GatewayRig.before(oracle.script());
    }

    @AfterAll
    static void stop() {
        rig.close();
        System.out.println("smuggling corpus: " + PAYLOADS.size() + " payloads, " + sent + " times sent, "
                + oracle.whole() + " requests at the upstream, 0 of them smuggled");
        assertThat(oracle.takeLines()).isEmpty();
        oracle.close();
    }

    @Test
    void corpusIsLarge() {
        assertThat(PAYLOADS).hasSizeGreaterThan(250);
        assertThat(PAYLOADS).extracting(Payload::toString).doesNotHaveDuplicates();
        assertThat(PAYLOADS).extracting(Payload::source).noneMatch(String::isEmpty);
    }

    /** A proxy in front that treats it as another method waits for a body, and would take the next response for it. */
    @Test
    void headInOtherCaseHasABody() {
        RawClient.Response answer = rig.ask("head /v1/models HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        assertThat(answer.text()).isEqualTo(UpstreamScript.JSON_BODY);
        assertThat(oracle.takeLines()).containsExactly("head /v1/models HTTP/1.1");
    }

    @TestFactory
    List<DynamicTest> whole() {
        return tests((payload, bytes) -> check(payload, bytes, bytes.length));
    }

    @TestFactory
    List<DynamicTest> byteByByte() {
        return tests((payload, bytes) -> check(payload, bytes, 1));
    }

    @TestFactory
    List<DynamicTest> inTwo() {
        Random random = new Random(SEED);
        boolean all = "all".equals(System.getProperty("smuggling.splits"));
        return tests((payload, bytes) -> {
            int length = payload.bytes().length;
            IntStream cuts = all
                    ? IntStream.iterate(1, cut -> cut < length, cut -> cut + (length > FULLY ? 97 : 1))
                    : random.ints(3, 0, Math.max(1, length));
            for (int cut : cuts.toArray()) {
                check(payload, bytes, Math.max(1, cut), bytes.length);
            }
        });
    }

    @TestFactory
    List<DynamicTest> inRandomPieces() {
        Random random = new Random(SEED);
        return tests((payload, bytes) ->
                check(payload, bytes, random.ints(1, 40).limit(400).toArray()));
    }

    private interface Check {
        void of(Payload payload, byte[] bytes);
    }

    private static List<DynamicTest> tests(Check check) {
        return PAYLOADS.stream()
                .map(each -> DynamicTest.dynamicTest(each.toString(), () -> check.of(each, followed(each))))
                .toList();
    }

    private static byte[] followed(Payload payload) {
        String next = switch (payload.right()) {
            case REFUSED, LAST, FAREWELL -> SmugglingCorpus.SMUGGLED;
            case SERVED, DENIED, EITHER -> AFTER;
            case OPEN, CUT -> "";
        };
        byte[] bytes = java.util.Arrays.copyOf(payload.bytes(), payload.bytes().length + next.length());
        System.arraycopy(next.getBytes(StandardCharsets.US_ASCII), 0, bytes, payload.bytes().length, next.length());
        return bytes;
    }

    private static void check(Payload payload, byte[] bytes, int... pieces) {
        sent++;
        int before = oracle.whole();
        String answers;
        try (RawClient client = rig.connect()) {
            client.sendPieces(bytes, pieces);
            answers = payload.right() == Right.OPEN ? client.half().rest() : client.rest();
        }
        String about = payload + " in pieces of " + java.util.Arrays.toString(java.util.Arrays.copyOf(pieces, 2))
                + ", seed " + SEED + ":\n" + answers;
        List<Integer> statuses = STATUS.matcher(answers)
                .results()
                .map((MatchResult found) -> Integer.valueOf(found.group(1)))
                .filter(status -> status >= 200)
                .toList();
        checkResponses(payload.right(), answers, statuses, about);
        checkShape(answers, about);
        checkUpstream(payload.right(), oracle.whole() - before, about);
    }

    private static void checkResponses(Right right, String answers, List<Integer> statuses, String about) {
        switch (right) {
            case REFUSED -> assertThat(statuses).as(about).hasSize(1).allMatch(SmugglingTest::isRefusal);
            case SERVED -> assertThat(statuses).as(about).containsExactly(200, 200);
            case LAST -> assertThat(statuses).as(about).containsExactly(200);
            case DENIED -> {
                assertThat(statuses).as(about).hasSize(2).endsWith(200);
                assertThat(statuses.getFirst()).as(about).matches(SmugglingTest::isRefusal);
            }
            case OPEN -> assertThat(statuses).as(about).allMatch(SmugglingTest::isRefusal);
            case FAREWELL -> assertThat(answers).as(about).isNotEmpty().doesNotContain("HTTP/1.1");
            case EITHER ->
                assertThat(statuses).as(about).isNotEmpty().allMatch(status -> status == 200 || isRefusal(status));
        }
    }

    private static boolean isRefusal(int status) {
        return status >= 400 && status <= 505;
    }

    /** Every refusal has a provider's format. */
    private static void checkShape(String answers, String about) {
        for (String answer : answers.split("(?=HTTP/1\\.1 [0-9]{3} )", -1)) {
            if (answer.startsWith("HTTP/1.1 4") || answer.startsWith("HTTP/1.1 5")) {
                assertThat(answer)
                        .as(about)
                        .contains("content-type: application/json", "\"error\":{")
                        .doesNotContain("smuggled", "evil");
            }
        }
    }

    private static void checkUpstream(Right right, int whole, String about) {
        assertThat(oracle.violations()).as(about).isEmpty();
        assertThat(oracle.takeLines()).as(about).noneMatch(line -> line.contains("smuggled"));
        switch (right) {
            case REFUSED, OPEN, FAREWELL -> assertThat(whole).as(about).isZero();
            case LAST, DENIED -> assertThat(whole).as(about).isEqualTo(1);
            case SERVED -> assertThat(whole).as(about).isEqualTo(2);
            case EITHER -> assertThat(whole).as(about).isBetween(0, 2);
        }
    }
}
