package dev.stillgate.proxy.rig;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.endtoend.Http2UpstreamTest;

/** Exchanges with an HTTP/2 upstream that violates the protocol once. */
public final class Http2UpstreamFaults {
    private Http2UpstreamFaults() {}

    /** Responds to the first request as the test specifies and to all others with JSON, on every connection. */
    public static Http2UpstreamScript first(Http2UpstreamScript.Script script) {
        return Http2UpstreamScript.of(c -> {
            c.greet();
            script.serve(c);
            c.serveAll();
        });
    }

    /** Sends two requests: the first response is faulty, the second arrives on the same connection. */
    public static void ownStreamOnly(String reason, int error, Http2UpstreamScript.Script script) {
        try (Http2UpstreamScript upstream = first(script);
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            RawClient.Response got = rig.ask(Requests.messages());
            assertThat(got.status() != 200 || !got.whole()).as("broken: " + got).isTrue();
            assertThat(rig.reason(reason)).as(reason).isEqualTo(1);
            assertThat(rig.ask(Requests.messages()).text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(upstream.connections()).hasSize(1);
            if (error >= 0) {
                assertThat(upstream.connection(0).await(Http2Client.RST_STREAM).error())
                        .isEqualTo(error);
            }
        }
    }

    /** Sends two requests: the first response is a connection error, the second arrives on a new connection. */
    public static void wholeConnection(String reason, int error, Http2UpstreamScript.Script script) {
        try (Http2UpstreamScript upstream = Http2UpstreamScript.of(c -> {
                    c.greet();
                    int stream = c.request().stream();
                    if (connections(c)) {
                        c.json(stream, UpstreamScript.JSON_BODY).serveAll();
                    } else {
                        script.serve(c);
                    }
                });
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            RawClient.Response got = rig.ask(Requests.messages());
            assertThat(got.status() != 200 || !got.whole()).as("broken: " + got).isTrue();
            assertThat(rig.reason(reason)).as(reason).isEqualTo(1);
            assertThat(upstream.connection(0).await(Http2Client.GOAWAY).error()).isEqualTo(error);
            assertThat(rig.ask(Requests.messages()).text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(upstream.connections()).hasSize(2);
        }
    }

    private static boolean connections(Http2UpstreamScript.Connection c) {
        return c.number() > 0;
    }
}
