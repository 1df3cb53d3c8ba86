package dev.stillgate.canary.ledger.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.canary.ledger.LedgerRig;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.canary.ledger.tree.TreeHasher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedHeadTest {
    /** The first key pair of RFC 8032, section 7.1. */
    private static final String SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

    private static final String PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    @TempDir
    Path directory;

    @Test
    void privateKeyFileYieldsItsPublicKey() throws Exception {
        assertThat(key("example.org/ledger").verifier().toString())
                .matches("example\\.org/ledger\\+[0-9a-f]{8}\\+.*")
                .endsWith(
                        "+" + Base64.getEncoder().encodeToString(HexFormat.of().parseHex("01" + PUBLIC)));
        assertThat(key(null).verifier().name()).matches("stillgate-ledger-[0-9a-f]{12}");
    }

    @Test
    void keyRoundTripsThroughItsText() throws Exception {
        VerifierKey key = key("example.org/ledger").verifier();
        assertThat(VerifierKey.parse(key + "\n")).hasToString(key.toString());
    }

    /** The example key in the documentation of Go's package {@code note}. */
    @Test
    void keyOfAnotherProgramIsRead() {
        String key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assertThat(VerifierKey.parse(key)).hasToString(key);
    }

    @Test
    void headIsACheckpointInASignedNote() throws Exception {
        SigningKey key = key("example.org/ledger");
        Hash root = new TreeHasher().empty();
        SignedHead head = key.sign(new TreeHead("example.org/ledger", 0, root));
        assertThat(head.note().lines())
                .hasSize(5)
                .startsWith("example.org/ledger", "0", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "");
        assertThat(head.note()).contains("\n\n\u2014 example.org/ledger ").endsWith("\n");
        assertThat(SignedHead.read(head.note(), key.verifier())).isEqualTo(head);
    }

    @Test
    void otherSignaturesAreIgnored() throws Exception {
        SigningKey key = key("example.org/ledger");
        SignedHead head = key.sign(new TreeHead("example.org/ledger", 7, LedgerRig.hash("root")));
        String witnessed = head.note().replace("\n\n", "\n\n\u2014 witness AAAA\n") + "\u2014 other/witness BBBB\n";
        assertThat(SignedHead.read(witnessed, key.verifier()).head()).isEqualTo(head.head());
    }

    @Test
    void headWithAnyByteChangedIsRejected() throws Exception {
        SigningKey key = key("example.org/ledger");
        String note = key.sign(new TreeHead("example.org/ledger", 7, LedgerRig.hash("root")))
                .note();
        for (int at = 0; at < note.length(); at++) {
            String changed = note.substring(0, at) + (char) (note.charAt(at) ^ 1) + note.substring(at + 1);
            assertThatThrownBy(() -> SignedHead.read(changed, key.verifier()))
                    .as("byte " + at)
                    .isInstanceOf(IllegalArgumentException.class);
            String cut = note.substring(0, at);
            assertThatThrownBy(() -> SignedHead.read(cut, key.verifier())).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void signedTextThatIsNotAHeadIsRejected() throws Exception {
        SigningKey key = key("example.org/ledger");
        for (String origin : new String[] {"another.org/ledger", "example.org/ledger\n1"}) {
            String note =
                    key.sign(new TreeHead(origin, 7, LedgerRig.hash("root"))).note();
            assertThatThrownBy(() -> SignedHead.read(note, key.verifier()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "name",
                "name+00000000",
                "name+00000000+AAAA",
                "na me+6d5ef2d3+AdwmgDHBiepyd8IdHqOe5WKRJLFhmgVyZQ7U9JlWK8AK",
                "name+00000000+AdwmgDHBiepyd8IdHqOe5WKRJLFhmgVyZQ7U9JlWK8AK",
                "name+00000000+not base64"
            })
    void invalidPublicKeyIsRejected(String text) {
        assertThatThrownBy(() -> VerifierKey.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----",
                "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----"
            })
    void invalidPrivateKeyIsRejected(String text) throws Exception {
        Path file = Files.writeString(directory.resolve("bad.pem"), text);
        assertThatThrownBy(() -> SigningKey.read(file, null))
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith(file + ": not ");
    }

    /** Writes the file that {@code openssl genpkey -algorithm ed25519} writes, with the key of the RFC. */
    private SigningKey key(String name) throws Exception {
        String der =
                Base64.getEncoder().encodeToString(HexFormat.of().parseHex("302e020100300506032b657004220420" + SEED));
        Path file = directory.resolve("key.pem");
        Files.writeString(file, "-----BEGIN PRIVATE KEY-----\n" + der + "\n-----END PRIVATE KEY-----\n");
        return SigningKey.read(file, name);
    }
}
