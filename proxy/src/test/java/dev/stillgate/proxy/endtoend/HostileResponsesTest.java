package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.SmugglingCorpus;
import dev.stillgate.proxy.rig.SmugglingCorpus.Payload;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Sends invalid HTTP/1.1 responses through a gateway, whole, byte by byte and cut in two. The next request must get its
 * own response, whatever preceded it on the upstream connection.
 */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class HostileResponsesTest {
    private static final long SEED = 20261126;
    private static final int SMALL = 600;
    private static final String NEXT = "{\"this\":\"is the next\"}";
    private static final AtomicReference<Sent> SENT = new AtomicReference<>();
    private static UpstreamScript upstream;
    private static GatewayRig rig;

    /** The response to the next request, in pieces of which the first has this size. */
    private record Sent(byte[] bytes, int first, int others) {}

    @BeforeAll
    static void start() {
        upstream = UpstreamScript.of(c -> {
            UpstreamScript.Request request = c.request();
            while (request != null) {
                Sent sent = SENT.get();
                if (request.line().contains("/next")) {
                    c.send(UpstreamScript.json(NEXT));
                } else {
                    int at = 0;
                    while (at < sent.bytes().length) {
                        int size = at == 0 ? sent.first() : sent.others();
                        int end = Math.min(sent.bytes().length, at + Math.max(1, size));
                        c.send(java.util.Arrays.copyOfRange(sent.bytes(), at, end));
                        at = end;
                    }
                    c.half();
                }
                request = c.request();
            }
        });
        rig = GatewayRig.before(upstream);
    }

    @AfterAll
    static void stop() {
        rig.close();
        upstream.close();
    }

    @Test
    void corpusIsLarge() {
        assertThat(SmugglingCorpus.answers()).hasSizeGreaterThan(80).doesNotHaveDuplicates();
    }

    @TestFactory
    List<DynamicTest> whole() {
        return SmugglingCorpus.answers().stream()
                .map(each -> DynamicTest.dynamicTest(each.toString(), () -> check(each, each.bytes().length, 1)))
                .toList();
    }

    @TestFactory
    List<DynamicTest> byteByByte() {
        return SmugglingCorpus.answers().stream()
                .filter(each -> each.bytes().length < SMALL)
                .map(each -> DynamicTest.dynamicTest(each.toString(), () -> check(each, 1, 1)))
                .toList();
    }

    @TestFactory
    List<DynamicTest> inTwo() {
        Random random = new Random(SEED);
        return SmugglingCorpus.answers().stream()
                .map(each -> DynamicTest.dynamicTest(each.toString(), () -> {
                    for (int i = 0; i < 3; i++) {
                        int length = each.bytes().length;
                        check(each, random.nextInt(length + 1), length);
                    }
                }))
                .toList();
    }

    private static void check(Payload payload, int first, int others) {
        SENT.set(new Sent(payload.bytes(), first, others));
        String about = payload + ", the first piece of " + first;
        RawClient.Response got = rig.ask(Requests.get("/v1/models/it", "Connection: close"));
        String all = got.head() + got.text();
        switch (payload.right()) {
            case REFUSED -> {
                assertThat(got.status()).as(about).isEqualTo(502);
                assertThat(got.text()).as(about).contains("\"error\":{");
            }
            case CUT -> {
                assertThat(got.status()).as(about).isEqualTo(200);
                assertThat(got.whole()).as(about).isFalse();
            }
            case SERVED -> {
                assertThat(got.status()).as(about).isBetween(200, 304);
                assertThat(got.whole()).as(about).isTrue();
                assertThat(got.text()).as(about).matches("(?s)|.*good");
            }
            default -> throw new IllegalStateException(about);
        }
        assertThat(all).as(about).doesNotContain("evil");
        RawClient.Response next = rig.ask(Requests.get("/v1/models/next", "Connection: close"));
        assertThat(next.text()).as(about).isEqualTo(NEXT);
    }
}
