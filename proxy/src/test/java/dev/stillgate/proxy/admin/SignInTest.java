package dev.stillgate.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.HostPort;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.console.EventStream;
import dev.stillgate.proxy.console.SignInLimit;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the limit on wrong tokens, and what is audited of sign-ins. */
class SignInTest {
    private static final String TOKEN = "the-token-of-this-test";
    private static final int MOST = 10;

    private final List<ResourceAction> audited = new CopyOnWriteArrayList<>();
    private final FakeTicker ticker = new FakeTicker();
    private final AdminServer server = server(TOKEN);

    private AdminServer server(String token) {
        return new AdminServer(
                new StillgateConfig.Admin(
                        HostPort.parse("127.0.0.1:0"),
                        token,
                        List.of(),
                        null,
                        List.of(),
                        false,
                        StillgateConfig.Console.READ),
                () -> "",
                List::of,
                unused(Resources.class),
                unused(Operations.class),
                audited::add,
                new AdminServer.Console(new EventStream(List::of, null), new SignInLimit(ticker), null, ticker),
                () -> null);
    }

    /** Returns an object whose methods fail. */
    private static <T> T unused(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, given) -> {
            throw new AssertionError(method.getName());
        }));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static RawClient.Response post(AdminServer server, String from, String path, String body, String fields) {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
            socket.connect(server.address());
            try (RawClient client = new RawClient(socket)) {
                return client.send("POST " + path + " HTTP/1.1\r\nhost: localhost\r\norigin: http://localhost\r\n"
                                + fields + "content-length: " + body.length() + "\r\n\r\n" + body)
                        .answer();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RawClient.Response signIn(String from, String token) {
        return post(server, from, "/console/session", "token=" + token, "");
    }

    private void useUp(String from) {
        for (int i = 0; i < MOST; i++) {
            assertThat(signIn(from, "wrong-" + i).values("location")).containsExactly("/console/?wrong");
        }
    }

    @Test
    void tooManyWrongTokensOfAnAddressAreRefused() {
        useUp("127.0.0.1");
        audited.clear();
        for (int i = 0; i < 3; i++) {
            RawClient.Response refused = signIn("127.0.0.1", "wrong");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.values("retry-after")).containsExactly("60");
            assertThat(refused.has("set-cookie")).isFalse();
        }
        assertThat(audited).singleElement().satisfies(action -> {
            assertThat(action.token()).isEqualTo("wrong");
            assertThat(action.status()).isEqualTo(429);
            assertThat(action.outcome()).contains("too many wrong tokens");
        });
        assertThat(signIn("127.0.0.1", TOKEN).has("set-cookie"))
                .as("the right token is not refused")
                .isTrue();
        assertThat(signIn("127.0.0.2", "wrong").status()).as("another address").isEqualTo(303);
        ticker.advance(Duration.ofSeconds(60));
        assertThat(signIn("127.0.0.1", "wrong").status()).as("a minute later").isEqualTo(303);
    }

    @Test
    void eachMinuteWithRefusalsIsAudited() {
        for (int minute = 0; minute < 2; minute++) {
            useUp("127.0.0.1");
            signIn("127.0.0.1", "x");
            signIn("127.0.0.1", "x");
            ticker.advance(Duration.ofSeconds(60));
        }
        assertThat(audited).filteredOn(action -> action.status() == 429).hasSize(2);
    }

    @Test
    void requestsWithoutTheTokenFillNoLog() {
        String path = "/accounts/" + "x".repeat(30_000);
        for (int i = 0; i < 3 * MOST; i++) {
            assertThat(post(server, "127.0.0.1", path, "", "").status()).isEqualTo(401);
        }
        assertThat(audited).hasSize(MOST + 1).allSatisfy(action -> {
            assertThat(action.token()).isEqualTo("wrong");
            assertThat(action.path()).hasSizeLessThan(1100).endsWith("…");
        });
        audited.clear();
        assertThat(post(server, "127.0.0.1", "/console/x", "", "").status()).isEqualTo(405);
        assertThat(post(server, "127.0.0.1", "/console/session/end", "", "").status())
                .isEqualTo(303);
        assertThat(audited).isEmpty();
        assertThat(signIn("127.0.0.1", TOKEN).has("set-cookie"))
                .as("the right token is not refused")
                .isTrue();
        post(server, "127.0.0.2", "/accounts/y", "", "");
        ticker.advance(Duration.ofSeconds(60));
        post(server, "127.0.0.1", "/accounts/z", "", "");
        assertThat(audited)
                .extracting(ResourceAction::path)
                .containsExactly("/console/session", "/accounts/y", "/accounts/z");
    }

    private RawClient.Response get(String from, String fields) {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
            socket.connect(server.address());
            try (RawClient client = new RawClient(socket)) {
                return client.send("GET /metrics HTTP/1.1\r\nhost: localhost\r\n" + fields + "\r\n")
                        .answer();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void wrongBearersAreLimitedAndTheRightOneIsNot() {
        for (int i = 0; i < MOST; i++) {
            assertThat(get("127.0.0.1", "authorization: Bearer wrong-" + i + "\r\n")
                            .status())
                    .isEqualTo(401);
        }
        for (String wrong : List.of(
                "authorization: Bearer x\r\n",
                "authorization: Basic eDp5\r\n",
                "authorization: Bearer " + TOKEN + "\r\nauthorization: Bearer " + TOKEN + "\r\n",
                "authorization: Bearer " + TOKEN + "x".repeat(100_000) + "\r\n")) {
            RawClient.Response refused = get("127.0.0.1", wrong);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.values("retry-after")).containsExactly("60");
        }
        assertThat(get("127.0.0.1", "").status())
                .as("a missing token counts as no attempt")
                .isEqualTo(401);
        assertThat(audited).singleElement().satisfies(action -> {
            assertThat(action.status()).isEqualTo(429);
            assertThat(action.path()).isEqualTo("/metrics");
        });
        assertThat(get("127.0.0.1", "authorization: Bearer " + TOKEN + "\r\n").status())
                .isEqualTo(200);
        assertThat(signIn("127.0.0.1", TOKEN).has("set-cookie")).isTrue();
        assertThat(get("127.0.0.2", "authorization: Bearer x\r\n").status()).isEqualTo(401);
    }

    @Test
    void auditSaysOneThingOfASignIn() {
        signIn("127.0.0.1", "another");
        String cookie = signIn("127.0.0.1", TOKEN).values("set-cookie").getFirst();
        post(
                server,
                "127.0.0.1",
                "/console/session/end",
                "",
                "cookie: " + cookie.substring(0, cookie.indexOf(';')) + "\r\n");
        assertThat(audited)
                .extracting(action -> action.token() + ": " + action.outcome())
                .containsExactly("wrong: wrong token", "right: signed in", "session: signed out");
        assertThat(audited)
                .allMatch(action ->
                        action.arguments().isEmpty() && !action.toString().contains(TOKEN));
        audited.clear();
        AdminServer open = server(null);
        try {
            post(open, "127.0.0.1", "/console/session", "token=x", "");
        } finally {
            open.close();
        }
        assertThat(audited)
                .extracting(action -> action.token() + ": " + action.outcome())
                .containsExactly("none: no token is configured");
    }
}
