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
        byte[] bytes = new byte[32];
        bytes[0] = (byte) digest;
        return new ClassSheet(
                Collections.nCopies(classes, "x"),
                new double[classes],
                new double[classes][buckets],
                bytes,
                new boolean[classes][2]);
    }

    @Test
    void keyIsTheSameOnEveryMachine() {
        CanaryKey key = CanaryKey.derive(MASTER, "c3/2026-Q4", sheet(3, 4, 7));

        assertThat(HexFormat.of().formatHex(key.commitment()))
                .isEqualTo(HexFormat.of()
                        .formatHex(CanaryKey.derive(MASTER, "c3/2026-Q4", sheet(3, 4, 7))
                                .commitment()))
                .isEqualTo("95c1b625a438661655718b1bcb336c13fdcdaa0d5b09a73ac6448b5321eaac28");
        CanaryKey old = CanaryKey.derive(MASTER, "c3/2026-Q4", sheet(3, 4, 7), CanaryPlan.FIRST);
        assertThat(HexFormat.of().formatHex(old.commitment()))
                .as("commitment in ledgers of the first plan")
                .isEqualTo("352600d3d6b68f86f75c2c7b74561a7c5198d2069aa0e27ad711e105de8c6392");
        assertThat(List.of(key.classSign(0), key.classSign(1), key.classSign(2)))
                .isEqualTo(List.of(-1, 1, 1));
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

        CanaryKey derived = CanaryKey.derive(MASTER, "n", sheet);

        assertThat(derived.commitment())
                .isEqualTo(java.security.MessageDigest.getInstance("SHA-256").digest(committed));
        assertThat(derived.classSign(0)).isEqualTo((signs[0] & 1) == 1 ? 1 : -1);
        boolean agrees = ((signs[1] & 0xff) << 8 | (signs[2] & 0xff)) < CanaryPlan.CURRENT.agreement();
        assertThat(derived.cellSign(0, 0)).isEqualTo(agrees ? derived.classSign(0) : -derived.classSign(0));
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
    void cellsAgreeWithTheirClassAsOftenAsThePlanSays() {
        CanaryKey key = CanaryKey.derive(MASTER, "a", sheet(500, 64, 0));
        int plus = 0;
        int agreeing = 0;
        for (int k = 0; k < 500; k++) {
            plus += key.classSign(k) > 0 ? 1 : 0;
            for (int b = 0; b < 64; b++) {
                agreeing += key.cellSign(k, b) == key.classSign(k) ? 1 : 0;
                assertThat(key.form(k, b)).isEqualTo(key.cellSign(k, b) > 0 ? 1 : 0);
            }
        }

        assertThat(plus / 500.0).isCloseTo(0.5, within(0.1));
        assertThat(agreeing / 32000.0).isCloseTo(0.75, within(0.01));
        assertThat(key.classes()).isEqualTo(500);
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
