package dev.stillgate.proxy.rig;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.endtoend.Http2UpstreamTest;

/** Exchanges by way of an upstream of HTTP/2 that breaks its rules once. */
public final class Http2UpstreamFaults {
    private Http2UpstreamFaults() {}

    /** Answers the first request as the test says, and all others with JSON; on every connection. */
    public static Http2UpstreamScript first(Http2UpstreamScript.Script script) {
        return Http2UpstreamScript.of(c -> {
            c.greet();
            script.serve(c);
            c.serveAll();
        });
    }

    /** Asks twice: the first answer is the one that breaks the rules, the second comes over the same connection. */
    public static void ownStreamOnly(String reason, int error, Http2UpstreamScript.Script script) {
        try (Http2UpstreamScript upstream = first(script);
                GatewayRig rig = Http2UpstreamTest.before(upstream).start()) {
            RawClient.Answer got = rig.ask(Requests.messages());
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

    /** Asks twice: the first answer breaks the rules of the connection, which is left; the second comes over another one. */
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
            RawClient.Answer got = rig.ask(Requests.messages());
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
