package dev.stillgate.fingerprint.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Slot;
import dev.stillgate.testkit.FakeConnection;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeTicker;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fingerprint of a client, and the software that it claims to be. */
final class ClientFingerprintTest {
    private final FakeContext context = new FakeContext("behaviour", new FakeTicker());
    private final Slot<ClientFingerprint> slot = context.slot("print", ClientFingerprint.class);
    private final FeatureHasher hasher = new FeatureHasher(context.secret("counted values"));

    private ClientFingerprint fingerprint(FakeConnection connection, String... namesAndValues) {
        List<Header> headers = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(new Header(namesAndValues[i], namesAndValues[i + 1]));
        }
        return ClientFingerprint.of(
                new FakeExchange(new FakeTicker()).on(connection).with(headers.toArray(new Header[0])), slot, hasher);
    }

    private static FakeConnection connection() {
        return new FakeConnection("192.0.2.1").ja4("t13d1713h1_a_b").headerOrder(42);
    }

    @Test
    void claimIncludesTheLanguageButNotTheVersion() {
        ClientFingerprint one =
                fingerprint(connection(), "user-agent", "OpenAI/Python 1.99.7", "x-stainless-lang", "python");
        ClientFingerprint newer =
                fingerprint(connection(), "user-agent", "OpenAI/Python 2.0.0", "x-stainless-lang", "python");
        ClientFingerprint other = fingerprint(connection(), "user-agent", "OpenAI/JS 5.0.0", "x-stainless-lang", "js");
        assertThat(newer.claim())
                .isEqualTo(one.claim())
                .isNotEqualTo(other.claim())
                .isNotZero();
        assertThat(newer.ja4()).isEqualTo(other.ja4()).isNotZero();
        assertThat(newer.order()).isEqualTo(other.order()).isNotZero();
        assertThat(newer.hash()).isNotEqualTo(one.hash());
    }

    @Test
    void unknownFeaturesAreZero() {
        ClientFingerprint bare = fingerprint(new FakeConnection("192.0.2.1"), "user-agent", "a");
        assertThat(bare.ja4()).isZero();
        assertThat(bare.order()).isZero();
        assertThat(bare.preface()).isZero();
        assertThat(fingerprint(connection().preface("1:1|0|mpas"), "user-agent", "a")
                        .preface())
                .isNotZero()
                .isNotEqualTo(fingerprint(connection().preface("1:2|0|mpas"), "user-agent", "a")
                        .preface());
    }
}
