package dev.stillgate.canary.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CanaryKeyTest {
    private static final MasterSecret MASTER =
            MasterSecret.of("sixteen bytes or more".getBytes(StandardCharsets.UTF_8));

    private static ClassSheet sheet(int classes, int buckets, int digest) {
        return sheet(classes, buckets, digest, 0.5);
    }

    private static ClassSheet sheet(int classes, int buckets, int digest, double rate) {
        double[] rates = new double[classes];
        Arrays.fill(rates, rate);
        byte[] bytes = new byte[32];
        bytes[0] = (byte) digest;
        return new ClassSheet(
                Collections.nCopies(classes, "x"), rates, new double[classes][buckets], bytes, new boolean[classes][2]);
    }

    @Test
    void keyIsTheSameOnEveryMachine() {
        CanaryKey key = CanaryKey.derive(MASTER, "c3/2026-Q4", sheet(3, 4, 7));

        assertThat(HexFormat.of().formatHex(key.commitment()))
                .isEqualTo(HexFormat.of()
                        .formatHex(CanaryKey.derive(MASTER, "c3/2026-Q4", sheet(3, 4, 7))
                                .commitment()))
                .isEqualTo("61623f4c767ac2247c63949ebe2b4affa8561e2e51e69c0eaa8ddfb847bcd6b8");
        assertThat(List.of(key.cellSign(0, 0), key.cellSign(1, 0), key.cellSign(2, 3)))
                .isEqualTo(List.of(-1, 1, -1));
        assertThat(key.name()).isEqualTo("c3/2026-Q4");
        assertThat(key).hasToString("key c3/2026-Q4");
    }

    /**
     * The commitment is SHA-256 over length-prefixed parts; the key is HKDF's (RFC 5869), computed here from HMAC
     * alone.
     */
    @Test
    void keyIsDerivedAsDocumented() throws Exception {
        ClassSheet sheet = sheet(1, 1, 9);
        byte[] prk = hmac("stillgate canary key 1".getBytes(StandardCharsets.US_ASCII), MASTER.bytes());
        byte[] info = join(new byte[] {0, 0, 0, 1, 'n', 0, 0, 0, 32}, sheet.digest());
        byte[] key = hmac(prk, join(info, new byte[] {1}));
        byte[] plan = CanaryPlan.CURRENT.canonical();
        byte[] committed = join(
                join(join(new byte[] {0, 0, 0, 32}, key), join(new byte[] {0, 0, 0, 32}, sheet.digest())),
                join(new byte[] {0, 0, (byte) (plan.length >> 8), (byte) plan.length}, plan));
        byte[] signs = hmac(key, join("class".getBytes(StandardCharsets.US_ASCII), new byte[] {0, 0, 0, 0, 1}));
        int bits = (signs[0] & 0xff) << 8 | (signs[1] & 0xff);

        CanaryKey derived = CanaryKey.derive(MASTER, "n", sheet);

        assertThat(derived.commitment())
                .isEqualTo(java.security.MessageDigest.getInstance("SHA-256").digest(committed));
        assertThat(derived.cellSign(0, 0)).isEqualTo(bits < CanaryPlan.ONE / 2 ? 1 : -1);
    }

    @Test
    void keyDependsOnNameMasterAndTable() {
        byte[] commitment = CanaryKey.derive(MASTER, "a", sheet(1, 1, 0)).commitment();

        assertThat(CanaryKey.derive(MASTER, "b", sheet(1, 1, 0)).commitment()).isNotEqualTo(commitment);
        assertThat(CanaryKey.derive(MASTER, "a", sheet(1, 1, 1)).commitment()).isNotEqualTo(commitment);
        assertThat(CanaryKey.derive(MasterSecret.test(), "a", sheet(1, 1, 0)).commitment())
                .isNotEqualTo(commitment);
    }

    @Test
    void cellsSelectRareFormsOneTimeInFour() {
        assertThat(share(0.5)).isCloseTo(0.5, within(0.01));
        assertThat(share(0.1)).isCloseTo(0.5, within(0.01));
        assertThat(share(0.0999)).isCloseTo(0.25, within(0.01));
        assertThat(share(0)).isCloseTo(0.25, within(0.01));
        assertThat(share(0.95)).isCloseTo(0.75, within(0.01));
    }

    /** Returns the share of cells that select form 1, in a table whose classes all have this rate of it. */
    private static double share(double rate) {
        CanaryKey key = CanaryKey.derive(MASTER, "a", sheet(500, 64, 0, rate));
        int ones = 0;
        for (int k = 0; k < 500; k++) {
            for (int b = 0; b < 64; b++) {
                ones += key.form(k, b);
                assertThat(key.form(k, b)).isEqualTo(key.cellSign(k, b) > 0 ? 1 : 0);
            }
        }
        assertThat(key.classes()).isEqualTo(500);
        return ones / 32000.0;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "a\nb", "a\u0000", "\u0085"})
    void invalidNameIsRejected(String name) {
        assertThatThrownBy(() -> CanaryKey.derive(MASTER, name, sheet(1, 1, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("128 characters");
    }

    @Test
    void longNameIsRejected() {
        assertThat(CanaryKey.derive(MASTER, "x".repeat(128), sheet(1, 1, 0)).name())
                .hasSize(128);
        assertThatThrownBy(() -> CanaryKey.requireName("x".repeat(129))).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] hmac(byte[] key, byte[] data) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(data);
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }
}
