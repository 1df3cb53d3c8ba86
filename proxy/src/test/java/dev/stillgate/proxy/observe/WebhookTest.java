package dev.stillgate.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WebhookTest {
    private static final String SECRET = "a secret of the test";
    private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger unfinished = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile int failure = 503;
    private HttpServer server;

    private record Message(String time, String signature, String body) {}

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/hook", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (unfinished.getAndDecrement() > 0) {
                exchange.sendResponseHeaders(200, 20);
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
                await();
            }
            boolean fails = failures.getAndDecrement() > 0;
            if (!fails) {
                received.add(new Message(
                        exchange.getRequestHeaders().getFirst("stillgate-timestamp"),
                        exchange.getRequestHeaders().getFirst("stillgate-signature"),
                        body));
            }
            exchange.sendResponseHeaders(fails ? failure : 204, -1);
            exchange.close();
        });
        server.setExecutor(threads);
        server.start();
    }

    private void await() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private Webhook webhook() {
        return webhook(Duration.ofSeconds(20), pauses::add);
    }

    private Webhook webhook(Duration timeout, Webhook.Pause pause) {
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
        return new Webhook(url, SECRET, new Receiver(HttpClient.Version.HTTP_2, timeout, nanos::get), pause);
    }

    private static void tell(Webhook hook, String account) {
        hook.tell("account.standing", 1_770_000_000_123L, Map.of("account", account));
    }

    private static String signature(Message message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] digest = mac.doFinal((message.time() + "." + message.body()).getBytes(StandardCharsets.UTF_8));
        return "v1=" + HexFormat.of().formatHex(digest);
    }

    @Test
    void aMessageIsSignedOverItsTimeAndBody() throws Exception {
        try (Webhook hook = webhook()) {
            tell(hook, "a-\"17");
            Message message = received.poll(30, TimeUnit.SECONDS);
            assertThat(message.signature()).isEqualTo(signature(message));
            assertThat(Long.parseLong(message.time()))
                    .isCloseTo(Instant.now().getEpochSecond(), org.assertj.core.data.Offset.offset(60L));
            assertThat(message.body())
                    .matches("\\{\"id\":\"[0-9a-f-]{36}\",\"type\":\"account.standing\","
                            + "\"time\":\"2026-02-02T02:40:00.123Z\",\"account\":\"a-\\\\\"17\"}");
        }
    }

    @Test
    void listIsAnArrayOfTexts() throws Exception {
        try (Webhook hook = webhook()) {
            hook.tell("account.standing", 0, Map.of("account_ids", List.of("a-1", "a-\"2")));
            hook.tell("account.standing", 0, Map.of("account_ids", List.of()));
            assertThat(received.poll(30, TimeUnit.SECONDS).body()).endsWith(",\"account_ids\":[\"a-1\",\"a-\\\"2\"]}");
            assertThat(received.poll(30, TimeUnit.SECONDS).body()).endsWith(",\"account_ids\":[]}");
        }
    }

    @Test
    void sizeOfAListedTextIsThatOfItsJson() {
        for (String text : List.of("", "a-1", "\"\\", "é\u0001漢")) {
            LineBuffer line = new LineBuffer(new byte[1]);
            line.list("", List.of(text, text));
            assertThat(line.length() - "\"\":[]".length() + 1).isEqualTo(2 * LineBuffer.listed(text));
        }
    }

    @Test
    void waitingMessagesHaveABoundOfTheirCharacters() throws Exception {
        try (Webhook hook = stuck()) {
            for (int i = 0; i < 70; i++) {
                hook.tell("account.standing", 0, Map.of("account", "x".repeat(1 << 20)));
            }
            assertThat(hook.waiting()).isEqualTo(63);
            assertThat(hook.dropped()).isEqualTo(7);
        }
    }

    @Test
    void whatFailsIsTriedAgainWithLongerAndLongerPauses() throws Exception {
        failures.set(4);
        try (Webhook hook = webhook()) {
            tell(hook, "a-1");
            assertThat(received.poll(30, TimeUnit.SECONDS)).isNotNull();
            assertThat(pauses)
                    .containsExactly(
                            Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(8));
        }
    }

    @Test
    void responseThatDoesNotEndIsGivenUpAndTheMessageSentAgain() throws Exception {
        unfinished.set(2);
        try (Webhook hook = webhook(Duration.ofMillis(300), pauses::add)) {
            tell(hook, "a-1");
            assertThat(received.poll(30, TimeUnit.SECONDS)).isNotNull();
            assertThat(pauses).hasSize(2);
        }
    }

    @Test
    void ageIsTheTimeSinceTheLastAcceptedMessage() throws Exception {
        failure = 400;
        try (Webhook hook = webhook()) {
            nanos.set(3_000_000_000L);
            assertThat(hook.receiver().age()).isEqualTo(3);
            tell(hook, "a-1");
            await(() -> hook.receiver().accepted() == 1);
            nanos.set(7_000_000_000L);
            failures.set(1);
            tell(hook, "a-2");
            await(() -> hook.dropped() == 1);
            assertThat(hook.receiver().age()).isEqualTo(4);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 2_000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test
    void whatIsRefusedIsGivenUpAndTheNextComes() throws Exception {
        failure = 400;
        failures.set(1);
        try (Webhook hook = webhook()) {
            tell(hook, "refused");
            tell(hook, "next");
            assertThat(received.poll(30, TimeUnit.SECONDS).body()).contains("next");
            assertThat(hook.dropped()).isOne();
            assertThat(pauses).isEmpty();
        }
    }

    /** Returns a sender with an empty queue that waits for ever before the second attempt for its first message. */
    private Webhook stuck() throws InterruptedException {
        CountDownLatch paused = new CountDownLatch(1);
        failures.set(Integer.MAX_VALUE);
        Webhook hook = webhook(Duration.ofSeconds(20), time -> {
            paused.countDown();
            Thread.sleep(Duration.ofDays(1));
        });
        tell(hook, "first");
        paused.await();
        return hook;
    }

    @Test
    void whoeverTellsNeverWaitsAndWhatFindsNoRoomIsCounted() throws Exception {
        try (Webhook hook = stuck()) {
            for (int i = 0; i < 5_000; i++) {
                tell(hook, "a-" + i);
            }
            assertThat(hook.dropped()).isEqualTo(5_000 - 1024);
        }
    }

    @Test
    void reportsLeaveHalfOfTheQueueToFindings() throws Exception {
        try (Webhook hook = stuck()) {
            for (int i = 0; i < 1_000; i++) {
                hook.report("id-" + i, "limit.share", 0, Map.of("share", "80%"));
            }
            assertThat(hook.dropped()).isEqualTo(1_000 - 512);
            for (int i = 0; i < 512; i++) {
                tell(hook, "a-" + i);
            }
            assertThat(hook.dropped()).isEqualTo(1_000 - 512);
        }
    }
}
