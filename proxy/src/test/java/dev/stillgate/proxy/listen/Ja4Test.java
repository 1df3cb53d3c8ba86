package dev.stillgate.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Ja4Test {
    private static final int RECORD_AND_HANDSHAKE_HEADERS = 9;

    /** The ClientHello of {@code openssl s_client -tls1_2 -alpn http/1.1 -servername gateway.example}, OpenSSL 3.5. */
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

    /** Builds a ClientHello from hex: version, ciphers, extensions. */
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
    void opensslHelloHashesSortedCiphersAndExtensions() throws Exception {
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
    void greaseValuesAreRecognised() throws Exception {
        String plain = ja4("0303", "1301", "002b0003020304");
        assertThat(ja4("0303", "1a1a1301", "2a2a0000002b000504dada0304")).isEqualTo(plain);
        assertThat(plain).isEqualTo("t13i010100_" + hash("1301") + "_" + hash("002b"));
    }

    @Test
    void missingListsAreWrittenAsZeros() {
        assertThat(ja4("0301", "", "")).isEqualTo("t10i000000_000000000000_000000000000");
        assertThat(ja4("7f1c", "", "")).startsWith("t00i");
    }

    @Test
    void nonAlphanumericAlpnIsWrittenInHex() {
        assertThat(ja4("0303", "1301", "001000050003" + "02ab31")).startsWith("t12i0101a1_");
        assertThat(ja4("0303", "1301", "001000050003" + "026832")).startsWith("t12i0101h2_");
        assertThat(ja4("0303", "1301", "001000040002" + "0168")).startsWith("t12i0101hh_");
        assertThat(ja4("0303", "1301", "001000040002" + "01ab")).startsWith("t12i0101ab_");
        assertThat(ja4("0303", "1301", "001000050003" + "023000")).startsWith("t12i010130_");
        assertThat(ja4("0303", "1301", "001000050003" + "02abcd")).startsWith("t12i0101ad_");
        assertThat(ja4("0303", "1301", "001000070005" + "0430" + "313233")).startsWith("t12i010103_");
        assertThat(ja4("0303", "1301", "001000020000")).startsWith("t12i010100_");
    }

    @Test
    void truncatedHelloIsRejected() {
        ByteBuf whole = body(OPENSSL);
        for (int length = 0; length < whole.readableBytes(); length++) {
            ClientHello read = ClientHello.read(whole.slice(0, length));
            boolean extensionsLeftOut = length == 2 + 32 + 1 + 2 + 54 + 2;
            assertThat(read != null).as("cut at %d", length).isEqualTo(extensionsLeftOut);
        }
        assertThat(ClientHello.read(Unpooled.wrappedBuffer(whole, Unpooled.wrappedBuffer(new byte[1]))))
                .isNull();
    }

    /**
     * ClientHellos of real clients on loopback, with the lists and the fingerprint from an independent implementation.
     */
    @Test
    void realClientsHaveTheirKnownFingerprints() throws Exception {
        ObjectMapper json = new ObjectMapper();
        try (InputStream in = Ja4Test.class.getResourceAsStream("/listen/client-hellos.jsonl")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                JsonNode known = json.readTree(line);
                String client = known.get("client").asText();
                ClientHello hello =
                        ClientHello.read(handshake(known.get("hello").asText()));
                assertThat(hello).as(client).isNotNull();
                assertThat(Ja4.of(hello)).as(client).isEqualTo(known.get("ja4").asText());
                String[] lists = known.get("ja4_r").asText().split("_", 3);
                assertThat(Ja4.of(hello)).as(client).isEqualTo(lists[0] + "_" + hash(lists[1]) + "_" + hash(lists[2]));
            }
        }
    }

    /** Returns the body of the handshake message in the records. */
    private static ByteBuf handshake(String records) {
        ByteBuf in = Unpooled.wrappedBuffer(HexFormat.of().parseHex(records));
        ByteBuf message = Unpooled.buffer();
        while (in.isReadable()) {
            in.skipBytes(3);
            message.writeBytes(in, in.readUnsignedShort());
        }
        return message.skipBytes(4);
    }

    @Test
    void versionIsTheHighestOffered() {
        assertThat(ja4("0303", "1301", "002b0007060304" + "03030302")).startsWith("t13i");
        assertThat(ja4("0303", "1301", "002b0005040302" + "0301")).startsWith("t11i");
        assertThat(ja4("0303", "c02f", "")).startsWith("t12i");
        assertThat(ja4("0302", "c013", "")).startsWith("t11i");
        assertThat(ja4("0301", "c013", "")).startsWith("t10i");
        assertThat(ja4("0300", "000a", "")).startsWith("ts3i");
        assertThat(ja4("0002", "000a", "")).startsWith("ts2i");
        assertThat(ja4("feff", "c013", "")).startsWith("td1i");
        assertThat(ja4("fefd", "c02f", "")).startsWith("td2i");
        assertThat(ja4("fefc", "1301", "")).startsWith("td3i");
    }

    @Test
    void encryptedClientHelloIsAnExtensionLikeOthers() throws Exception {
        String ech = "fe0d0004" + "00000000";
        assertThat(ja4("0303", "1301", "002b0003020304" + ech))
                .isEqualTo("t13i010200_" + hash("1301") + "_" + hash("002b,fe0d"));
    }

    @Test
    void greaseIsOmittedEverywhere() throws Exception {
        StringBuilder grease = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            grease.append("%1$xa%1$xa".formatted(i));
        }
        String algorithms = grease + "0403";
        String signatures = "000d%04x%04x".formatted(2 + algorithms.length() / 2, algorithms.length() / 2) + algorithms;
        String versions = "002b%04x%02x".formatted(1 + 34, 34) + grease + "0303";
        String extensions = grease.toString().replaceAll("(.{4})", "$10000") + signatures + versions;
        assertThat(ja4("0303", grease + "c02f", extensions))
                .isEqualTo("t12i010200_" + hash("c02f") + "_" + hash("000d,002b_0403"));
        assertThat(ja4("0303", "1a2a", "")).as("no grease").startsWith("t12i0100");
    }

    @Test
    void countsAreCappedAtNinetyNine() {
        String ciphers = "c02f".repeat(150);
        StringBuilder extensions = new StringBuilder();
        for (int i = 0; i < 120; i++) {
            extensions.append("%04x0000".formatted(0x4001 + i));
        }
        assertThat(ja4("0303", ciphers, extensions.toString())).startsWith("t12i999900_");
    }

    @Test
    void helloOfTenThousandBytesIsRead() throws Exception {
        String padding = "0015%04x".formatted(10_000) + "00".repeat(10_000);
        assertThat(ja4("0303", "1301", padding)).isEqualTo("t12i010100_" + hash("1301") + "_" + hash("0015"));
    }

    @Test
    void missingSignatureAlgorithmsLeaveNoSeparator() throws Exception {
        assertThat(ja4("0303", "c02f", "0017000000230000"))
                .isEqualTo("t12i010200_" + hash("c02f") + "_" + hash("0017,0023"));
        assertThat(ja4("0303", "c02f", "000000080006000003612e62"))
                .isEqualTo("t12d010100_" + hash("c02f") + "_" + "000000000000");
    }
}
