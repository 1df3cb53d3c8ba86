package dev.stillgate.proxy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parsing of certificate chains and private keys from PEM files. */
class PemPairTest {
    @TempDir
    private Path directory;

    private static PemFile file(String resource) throws IOException {
        try (InputStream in = PemPairTest.class.getResourceAsStream("/tls/" + resource)) {
            return new PemFile(
                    Path.of(resource),
                    new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).replace("\n", "\r\n"));
        }
    }

    private static PemPair pair(String chain, String key) throws IOException {
        return PemPair.of(file(chain), file(key));
    }

    @ParameterizedTest
    @DisplayName("newcomer B1: a key that matches its certificate is accepted")
    @CsvSource({"one.crt, one.key, EC", "forms/rsa.crt, forms/rsa.key, RSA"})
    void matchingPairIsAccepted(String chain, String key, String algorithm) throws IOException {
        assertThat(pair(chain, key).key().getAlgorithm()).isEqualTo(algorithm);
    }

    @ParameterizedTest
    @DisplayName("newcomer B1: a key of another certificate is rejected, whatever its algorithm")
    @CsvSource({
        "one.crt, two.key",
        "forms/rsa.crt, forms/rsa-other.key",
        "forms/rsa.crt, one.key",
        "one.crt, forms/rsa.key",
        "one.crt, forms/ed25519.key"
    })
    void mismatchIsRejected(String chain, String key) {
        assertThatThrownBy(() -> pair(chain, key))
                .hasMessage(key + " does not belong to the certificate in " + chain + ": the public keys differ");
    }

    @Test
    @DisplayName("newcomer B1: a key that the TLS library cannot use is rejected, although the pair matches")
    void unsupportedAlgorithmIsRejected() {
        assertThatThrownBy(() -> pair("forms/ed25519.crt", "forms/ed25519.key"))
                .hasMessage(
                        "forms/ed25519.crt contains a certificate with an unsupported key algorithm, EdDSA: expected"
                                + " RSA or EC");
    }

    @Test
    @DisplayName("newcomer B1: a chain in the wrong order is distinguished from a wrong key")
    void wrongChainOrderIsReported() throws IOException {
        String chain = file("two.crt").text() + file("one.crt").text();
        assertThatThrownBy(() -> PemPair.of(new PemFile(Path.of("chain.crt"), chain), file("one.key")))
                .hasMessage("one.key belongs to certificate 2 of chain.crt: expected that certificate first");
    }

    @Test
    @DisplayName("newcomer B1: chain and key may be in one file")
    void chainAndKeyInOneFileAreAccepted() throws IOException {
        PemFile both = new PemFile(
                Path.of("both.pem"),
                file("one.key").text() + "# \u00fc\n" + file("one.crt").text());
        assertThat(PemPair.of(both, both).chain()).hasSize(1);
    }

    @ParameterizedTest
    @DisplayName("newcomer B5: a key in another format is reported, with the command that converts it")
    @CsvSource({
        "one.crt, forms/one-sec1.key, in SEC1 form",
        "forms/rsa.crt, forms/rsa-pkcs1.key, in PKCS #1 form",
        "one.crt, forms/one-encrypted.key, an encrypted private key"
    })
    void otherKeyFormatIsReportedWithCommand(String chain, String key, String form) {
        assertThatThrownBy(() -> pair(chain, key))
                .hasMessageContaining(form)
                .hasMessageEndingWith("openssl pkcs8 -topk8 -nocrypt -in " + key + " -out NEW.key");
    }

    @ParameterizedTest
    @DisplayName("newcomer B5: files without the certificate or key are rejected, with the expected header")
    @CsvSource({
        "one.key, one.key, one.key contains no certificate",
        "one.crt, one.crt, one.crt contains no private key",
        "upstream/ca.crt, two.crt, two.crt contains no private key"
    })
    void missingBlockIsReported(String chain, String key, String message) {
        assertThatThrownBy(() -> pair(chain, key))
                .hasMessageStartingWith(message)
                .hasMessageContaining("expected -----BEGIN");
    }

    @Test
    @DisplayName("newcomer B5: malformed keys and certificates are rejected")
    void malformedBlocksAreRejected() throws IOException {
        PemFile key = new PemFile(Path.of("bad.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> PemPair.of(file("one.crt"), key))
                .hasMessage("bad.key contains a malformed private key");
        PemFile chain =
                new PemFile(Path.of("bad.crt"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> PemPair.of(chain, file("one.key")))
                .hasMessageStartingWith("bad.crt contains a malformed certificate");
    }

    @Test
    @DisplayName("newcomer B5: an unreadable file is named once, with the reason")
    void unreadableFileIsReported() throws IOException {
        Path gone = directory.resolve("gone.key");
        assertThatThrownBy(() -> PemFile.read(gone)).hasMessage(gone + " cannot be read: no such file or directory");
        assertThatThrownBy(() -> PemFile.read(directory)).hasMessage(directory + " is a directory: expected a file");
        Path large = Files.write(directory.resolve("large"), new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> PemFile.read(large)).hasMessage(large + " is larger than 1048576 bytes");
        assertThat(FileFault.reason(new java.nio.file.AccessDeniedException("server.key")))
                .isEqualTo("permission denied");
    }
}
