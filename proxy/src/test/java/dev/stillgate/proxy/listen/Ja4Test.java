package dev.stillgate.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.dialect.Fixtures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Ja4Test {
    private static final int RECORD_AND_HANDSHAKE_HEADERS = 9;

    /** What {@code openssl s_client -tls1_2 -alpn http/1.1 -servername gateway.example} of OpenSSL 3.5 sent. */
    private static final String OPENSSL =
            "16030100e1010000dd03036aa9132bba6fff3dc9876af437bbfcf8a6afd87eaaa62a11d4a33739875a"
                    + "4e3e000036c02cc030009fcca9cca8ccaac02bc02f009ec024c028006bc023c0270067c00ac0140039c009c013003300"
                    + "9d009c003d003c0035002f0100007eff0100010000000014001200000f676174657761792e6578616d706c65000b0004"
                    + "03000102000a000c000a001d0017001e00180019002300000010000b000908687474702f312e310016000000170000000d002a"
                    + "0028040305030603080708080809080a080b080408050806040105010601030303010302040205020602";

    private static ByteBuf body(String record) {
        byte[] bytes = HexFormat.of().parseHex(record);
        return Unpooled.wrappedBuffer(bytes, RECORD_AND_HANDSHAKE_HEADERS, bytes.length - RECORD_AND_HANDSHAKE_HEADERS);
    }

    private static String hash(String text) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes("US-ASCII"));
        return HexFormat.of().formatHex(digest).substring(0, 12);
    }

    /** Puts a hello together: version, ciphers, then extensions, all in hex. */
    private static ByteBuf hello(String version, String ciphers, String extensions) {
        String list = "%04x".formatted(ciphers.length() / 2) + ciphers;
        String tail = extensions.isEmpty() ? "" : "%04x".formatted(extensions.length() / 2) + extensions;
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(version + "00".repeat(32) + "00" + list + "0100" + tail));
    }

    private static String ja4(String version, String ciphers, String extensions) {
        ClientHello read = ClientHello.read(hello(version, ciphers, extensions));
        assertThat(read).isNotNull();
        return Ja4.of(read);
    }

    @Test
    void aGreetingOfOpensslIsFingerprintedBySortedCiphersAndExtensions() throws Exception {
        ClientHello hello = ClientHello.read(body(OPENSSL));
        assertThat(hello).isNotNull();
        assertThat(hello.serverName()).isEqualTo("gateway.example");
        String ciphers =
                hash("002f,0033,0035,0039,003c,003d,0067,006b,009c,009d,009e,009f,c009,c00a,c013,c014,c023,c024,"
                        + "c027,c028,c02b,c02c,c02f,c030,cca8,cca9,ccaa");
        String extensions = hash("000a,000b,000d,0016,0017,0023,ff01_0403,0503,0603,0807,0808,0809,080a,080b,0804,0805,"
                + "0806,0401,0501,0601,0303,0301,0302,0402,0502,0602");
        assertThat(Ja4.of(hello)).isEqualTo("t12d2709h1_" + ciphers + "_" + extensions);
    }

    @Test
    void greaseIsNobodysSoftware() throws Exception {
        String plain = ja4("0303", "1301", "002b0003020304");
        assertThat(ja4("0303", "1a1a1301", "2a2a0000002b000504dada0304")).isEqualTo(plain);
        assertThat(plain).isEqualTo("t13i010100_" + hash("1301") + "_" + hash("002b"));
    }

    @Test
    void whatIsNotThereIsWrittenAsZeros() {
        assertThat(ja4("0301", "", "")).isEqualTo("t10i000000_000000000000_000000000000");
        assertThat(ja4("7f1c", "", "")).startsWith("t00i");
    }

    @Test
    void aProtocolThatIsNoWordIsShownByItsHexDigits() {
        assertThat(ja4("0303", "1301", "001000050003" + "02ab31")).startsWith("t12i0101a1_");
        assertThat(ja4("0303", "1301", "001000050003" + "026832")).startsWith("t12i0101h2_");
        assertThat(ja4("0303", "1301", "001000040002" + "0168")).startsWith("t12i0101hh_");
    }

    @Test
    void aGreetingCutAnywhereIsNone() {
        ByteBuf whole = body(OPENSSL);
        for (int length = 0; length < whole.readableBytes(); length++) {
            ClientHello read = ClientHello.read(whole.slice(0, length));
            boolean extensionsLeftOut = length == 2 + 32 + 1 + 2 + 54 + 2;
            assertThat(read != null).as("cut at %d", length).isEqualTo(extensionsLeftOut);
        }
        assertThat(ClientHello.read(Unpooled.wrappedBuffer(whole, Unpooled.wrappedBuffer(new byte[1]))))
                .isNull();
    }

    @Test
    void greetingsOfRealClientsHaveTheirKnownFingerprints() throws Exception {
        Path data = Fixtures.sharedData();
        assumeThat(data).as("../shared/data is absent").isNotNull();
        ObjectMapper json = new ObjectMapper();
        for (String line : Files.readAllLines(data.resolve("fingerprints/local-clienthello.jsonl"))) {
            JsonNode known = json.readTree(line);
            ClientHello hello = ClientHello.read(body(known.get("record_hex").asText()));
            assertThat(hello).as(known.get("client").asText()).isNotNull();
            assertThat(Ja4.of(hello)).isEqualTo(known.get("ja4").asText());
        }
    }
}
