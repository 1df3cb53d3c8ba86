package dev.stillgate.fingerprint.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Keyed hashes of counted values. */
final class FeatureHasherTest {
    private final FeatureHasher hasher = new FeatureHasher("0123456789abcdef0123456789abcdef".getBytes(UTF_8));
    private final FeatureHasher sameStart = new FeatureHasher("0123456789abcdef0123456789abcdeF".getBytes(UTF_8));

    private long text(FeatureHasher hasher, CharSequence text) {
        return hasher.end(hasher.add(hasher.begin(), text));
    }

    @Test
    void hashDependsOnTextAndKey() {
        FeatureHasher other = new FeatureHasher("1123456789abcdef0123456789abcdef".getBytes(UTF_8));
        assertThat(text(hasher, "curl/8")).isEqualTo(text(hasher, new StringBuilder("curl/8")));
        assertThat(text(hasher, "curl/8")).isNotEqualTo(text(other, "curl/8"));
        assertThat(text(hasher, "x"))
                .as("only the first 24 bytes of a key are used")
                .isEqualTo(text(sameStart, "x"));
    }

    @Test
    void similarTextsHaveDifferentHashes() {
        Set<Long> all = new HashSet<>();
        String text = "accept-encoding";
        for (int length = 0; length <= text.length(); length++) {
            all.add(text(hasher, text.substring(0, length)));
            all.add(text(hasher, text.substring(0, length) + '\0'));
            all.add(text(hasher, '\0' + text.substring(0, length)));
        }
        all.add(text(hasher, null));
        assertThat(all).hasSize(3 * (text.length() + 1)).doesNotContain(0L);
    }

    @Test
    void boundaryBetweenTextsMatters() {
        long ab = hasher.end(hasher.add(hasher.add(hasher.begin(), "ab"), "c"));
        long bc = hasher.end(hasher.add(hasher.add(hasher.begin(), "a"), "bc"));
        assertThat(ab).isNotEqualTo(bc);
    }

    @Test
    void keptHighBitsAreSpread() {
        Set<Long> top = new HashSet<>();
        for (int i = 0; i < 4096; i++) {
            top.add(hasher.end(hasher.add(hasher.begin(), i)) >>> 40);
        }
        assertThat(top).hasSizeGreaterThan(4090);
    }

    @Test
    void networkIsSlash24OfIpv4AndSlash48OfIpv6() {
        assertThat(network("203.0.113.7")).isEqualTo(network("203.0.113.250"));
        assertThat(network("203.0.113.7")).isNotEqualTo(network("203.0.114.7"));
        assertThat(network("2001:db8:1:2::3")).isEqualTo(network("2001:db8:1:ffff::9"));
        assertThat(network("2001:db8:1::")).isNotEqualTo(network("2001:db8:2::"));
    }

    @Test
    void blockIsSlash16OfIpv4AndSlash32OfIpv6() {
        assertThat(block("203.0.113.7")).isEqualTo(block("203.0.4.1")).isNotEqualTo(block("203.1.113.7"));
        assertThat(block("2001:db8:1::")).isEqualTo(block("2001:db8:2::")).isNotEqualTo(block("2001:db9:1::"));
        assertThat(block("203.0.113.7")).isNotEqualTo(network("203.0.113.7"));
    }

    private long block(String literal) {
        return hasher.block(InetAddress.ofLiteral(literal).getAddress());
    }

    private long network(String literal) {
        return hasher.network(InetAddress.ofLiteral(literal).getAddress());
    }
}
