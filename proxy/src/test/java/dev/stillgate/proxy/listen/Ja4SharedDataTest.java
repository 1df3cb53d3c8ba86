package dev.stillgate.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.dialect.Fixtures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks JA4 against the values and captures published by its authors, if the shared data is present. */
@Tag("shared")
class Ja4SharedDataTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Captures without a ClientHello over TCP: QUIC, plain HTTP over IPv6, and partial connections. */
    private static final List<String> WITHOUT_TLS_OVER_TCP = List.of(
            "CVE-2018-6794.pcap",
            "quic-tls-handshake.pcapng",
            "quic-with-several-tls-frames.pcapng",
            "single-packets.pcap",
            "v6.pcap");

    /** Captures with published values that are missing from the data: 15 of 150 connections. */
    private static final List<String> ABSENT =
            List.of("tls3.pcapng", "ssh2.pcapng", "http2-with-cookies.pcapng", "macos_tcp_flags.pcap", "tls12.pcap");

    /**
     * The one value that deviates from the specification: the authors' Python writes 99 for an ALPN of 0xBAAD, but they
     * confirm the text (FoxIO-LLC/ja4 issues 178 and 326): first and last hex digit.
     */
    private static final String NO_TEXT = "t13d151699_8daaf6152771_e5627efa2ab1";

    private static final String NO_TEXT_AS_SPECIFIED = "t13d1516bd_8daaf6152771_e5627efa2ab1";

    private Path folder;

    @BeforeEach
    void data() {
        folder = Fixtures.shared("fingerprints");
    }

    private List<JsonNode> expected() throws IOException {
        List<JsonNode> all = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("ja4-expected.jsonl"))) {
            all.add(JSON.readTree(line));
        }
        assertThat(all).hasSize(150);
        return all;
    }

    private static String ja4(ByteBuf body) {
        ClientHello hello = ClientHello.read(body);
        assertThat(hello).isNotNull();
        return Ja4.of(hello);
    }

    private static String published(JsonNode row, int hello) {
        String value = row.get("JA4." + hello).asText();
        return value.equals(NO_TEXT) ? NO_TEXT_AS_SPECIFIED : value;
    }

    private static Capture.Side side(JsonNode row) throws IOException {
        return Capture.Side.of(
                InetAddress.getByName(row.get("src").asText()).getAddress(),
                row.get("srcport").asInt(),
                InetAddress.getByName(row.get("dst").asText()).getAddress(),
                row.get("dstport").asInt());
    }

    @Test
    void capturesHaveTheirPublishedValues() throws Exception {
        int compared = 0;
        for (JsonNode row : expected()) {
            String file = row.get("pcap").asText();
            if (ABSENT.contains(file)) {
                continue;
            }
            Map<Capture.Side, List<ByteBuf>> hellos =
                    Capture.of(folder.resolve("pcap").resolve(file)).hellos();
            List<ByteBuf> sent = hellos.get(side(row));
            assertThat(sent).as("%s, %s", file, row).isNotNull();
            for (int i = 1; row.has("JA4." + i); i++) {
                assertThat(ja4(sent.get(i - 1)))
                        .as("%s, %s, hello %d", file, row.get("domain"), i)
                        .isEqualTo(published(row, i));
                compared++;
            }
        }
        assertThat(compared).isEqualTo(145);
    }

    @Test
    void publishedListsHaveTheirPublishedValues() throws Exception {
        int compared = 0;
        for (JsonNode row : expected()) {
            for (int i = 1; row.has("JA4." + i); i++) {
                assertThat(ja4(rebuilt(row.get("JA4_ro." + i).asText()))).isEqualTo(published(row, i));
                compared++;
            }
        }
        assertThat(compared).isEqualTo(160);
    }

    /**
     * Returns a ClientHello from the fields of a list: head, ciphers, extensions and signature algorithms in their
     * order.
     */
    private static ByteBuf rebuilt(String list) {
        String[] parts = list.split("_");
        ByteBuf extensions = Unpooled.buffer();
        for (String type : parts[2].split(",")) {
            byte[] content = content(Integer.parseInt(type, 16), parts);
            extensions
                    .writeShort(Integer.parseInt(type, 16))
                    .writeShort(content.length)
                    .writeBytes(content);
        }
        byte[] ciphers = HexFormat.of().parseHex(parts[1].replace(",", ""));
        ByteBuf body = Unpooled.buffer().writeShort(parts[0].startsWith("t10") ? 0x0301 : 0x0303);
        body.writeZero(32).writeByte(0);
        body.writeShort(ciphers.length).writeBytes(ciphers).writeByte(1).writeByte(0);
        return body.writeShort(extensions.readableBytes()).writeBytes(extensions);
    }

    private static byte[] content(int type, String[] parts) {
        return switch (type) {
            case ClientHello.SERVER_NAME -> HexFormat.of().parseHex("0006" + "00" + "0003" + "612e62");
            case ClientHello.SUPPORTED_VERSIONS ->
                HexFormat.of().parseHex(parts[0].startsWith("t13") ? "0403040303" : "020303");
            case ClientHello.ALPN -> protocols(parts[0].substring(8));
            case ClientHello.SIGNATURE_ALGORITHMS -> {
                String all = parts[3].replace(",", "");
                yield HexFormat.of().parseHex("%04x".formatted(all.length() / 2) + all);
            }
            default -> new byte[0];
        };
    }

    private static byte[] protocols(String firstAndLast) {
        String name = switch (firstAndLast) {
            case "h1" -> "http/1.1";
            case "99" -> "\u00ba\u00ad";
            default -> firstAndLast;
        };
        ByteBuf list = Unpooled.buffer().writeShort(name.length() + 1).writeByte(name.length());
        list.writeBytes(name.getBytes(StandardCharsets.ISO_8859_1));
        byte[] bytes = new byte[list.readableBytes()];
        list.readBytes(bytes);
        return bytes;
    }

    @Test
    void hundredOtherClientsAreRead() throws Exception {
        Map<Capture.Side, List<ByteBuf>> hellos = Capture.of(folder.resolve("pcap/mercury_top_100_fingerprints.pcap"))
                .hellos();
        assertThat(hellos).hasSize(100);
        hellos.values()
                .forEach(sent -> assertThat(sent)
                        .allSatisfy(body -> assertThat(ja4(body))
                                .matches("t(10|11|12|13)[di]\\d{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}")));
    }

    @Test
    void otherCapturesHaveNoTlsOverTcp() throws Exception {
        for (String file : WITHOUT_TLS_OVER_TCP) {
            Capture capture = Capture.of(folder.resolve("pcap").resolve(file));
            assertThat(capture.hellos()).as(file).isEmpty();
            assertThat(capture.datagrams() > 0).as(file).isEqualTo(file.startsWith("quic") || file.equals("v6.pcap"));
        }
    }

    @Test
    void commonClientsHaveTheirKnownFingerprints() throws Exception {
        for (String line : Files.readAllLines(folder.resolve("local-clienthello.jsonl"))) {
            JsonNode known = JSON.readTree(line);
            byte[] record = HexFormat.of().parseHex(known.get("record_hex").asText());
            assertThat(ja4(Unpooled.wrappedBuffer(record, 9, record.length - 9)))
                    .as(known.get("client").asText())
                    .isEqualTo(known.get("ja4").asText());
        }
    }
}
