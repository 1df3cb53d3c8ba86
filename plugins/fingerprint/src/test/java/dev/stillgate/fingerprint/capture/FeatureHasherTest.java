package dev.stillgate.fingerprint.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Hashes that nobody without the key can aim at. */
final class FeatureHasherTest {
    private final FeatureHasher keys = new FeatureHasher("0123456789abcdef0123456789abcdef".getBytes(UTF_8));
    private final FeatureHasher others = new FeatureHasher("0123456789abcdef0123456789abcdeF".getBytes(UTF_8));

    private long text(FeatureHasher by, CharSequence text) {
        return by.end(by.add(by.begin(), text));
    }

    @Test
    void isTheSameOfTheSameTextAndAnotherUnderAnotherKey() {
        FeatureHasher third = new FeatureHasher("1123456789abcdef0123456789abcdef".getBytes(UTF_8));
        assertThat(text(keys, "curl/8")).isEqualTo(text(keys, new StringBuilder("curl/8")));
        assertThat(text(keys, "curl/8")).isNotEqualTo(text(third, "curl/8"));
        assertThat(text(keys, "x")).as("the last bytes of a key are not used").isEqualTo(text(others, "x"));
    }

    @Test
    void tellsTextsApartThatAreNearlyTheSame() {
        Set<Long> all = new HashSet<>();
        String text = "accept-encoding";
        for (int length = 0; length <= text.length(); length++) {
            all.add(text(keys, text.substring(0, length)));
            all.add(text(keys, text.substring(0, length) + '\0'));
            all.add(text(keys, '\0' + text.substring(0, length)));
        }
        all.add(text(keys, null));
        assertThat(all).hasSize(3 * (text.length() + 1)).doesNotContain(0L);
    }

    @Test
    void whereOneTextEndsAndTheNextBeginsCounts() {
        long ab = keys.end(keys.add(keys.add(keys.begin(), "ab"), "c"));
        long bc = keys.end(keys.add(keys.add(keys.begin(), "a"), "bc"));
        assertThat(ab).isNotEqualTo(bc);
    }

    @Test
    void spreadsOverTheHighBitsThatAreKept() {
        Set<Long> top = new HashSet<>();
        for (int i = 0; i < 4096; i++) {
            top.add(keys.end(keys.add(keys.begin(), i)) >>> 40);
        }
        assertThat(top).hasSizeGreaterThan(4090);
    }

    @Test
    void aNetworkIsSlash24OfIpv4AndSlash48OfIpv6() {
        assertThat(network("203.0.113.7")).isEqualTo(network("203.0.113.250"));
        assertThat(network("203.0.113.7")).isNotEqualTo(network("203.0.114.7"));
        assertThat(network("2001:db8:1:2::3")).isEqualTo(network("2001:db8:1:ffff::9"));
        assertThat(network("2001:db8:1::")).isNotEqualTo(network("2001:db8:2::"));
    }

    @Test
    void aBlockIsSlash16OfIpv4AndSlash32OfIpv6() {
        assertThat(block("203.0.113.7")).isEqualTo(block("203.0.4.1")).isNotEqualTo(block("203.1.113.7"));
        assertThat(block("2001:db8:1::")).isEqualTo(block("2001:db8:2::")).isNotEqualTo(block("2001:db9:1::"));
        assertThat(block("203.0.113.7")).isNotEqualTo(network("203.0.113.7"));
    }

    private long block(String literal) {
        return keys.block(InetAddress.ofLiteral(literal).getAddress());
    }

    private long network(String literal) {
        return keys.network(InetAddress.ofLiteral(literal).getAddress());
    }
}
