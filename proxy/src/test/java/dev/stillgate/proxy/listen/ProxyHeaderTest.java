package dev.stillgate.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the PROXY protocol of HAProxy's {@code proxy-protocol.txt}, sections 2.1 and 2.2. */
class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String V4 = "c0000201" + "0a000001" + "d431" + "01bb";

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private static ByteBuf hex(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
    }

    /** Builds a header of version 2 from hex. */
    private static ByteBuf binary(String command, String block) {
        return hex(SIGNATURE + command + "%04x".formatted(block.length() / 2) + block);
    }

    private static String source(ByteBuf in) throws BadProxyHeader {
        int before = in.readerIndex();
        int all = in.readableBytes();
        ProxyHeader header = ProxyHeader.read(in);
        assertThat(header).as("the header is complete").isNotNull();
        assertThat(in.readerIndex()).as("nothing is read").isEqualTo(before);
        assertThat(header.length()).isEqualTo(all);
        InetSocketAddress source = header.source();
        return source == null ? "none" : source.getAddress().getHostAddress() + " " + source.getPort();
    }

    private static void refused(ByteBuf in, String code) {
        assertThatThrownBy(() -> ProxyHeader.read(in))
                .isInstanceOf(BadProxyHeader.class)
                .hasMessage(code);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PROXY TCP4 192.0.2.1 10.0.0.1 54321 443 | 192.0.2.1 54321",
                "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535 | 255.255.255.255 65535",
                "PROXY TCP4 0.0.0.0 0.0.0.0 0 0 | 0.0.0.0 0",
                "PROXY TCP6 2001:db8::1 ::1 54321 443 | 2001:db8:0:0:0:0:0:1 54321",
                "PROXY TCP6 ::ffff:192.0.2.1 ::ffff:10.0.0.1 1 2 | 192.0.2.1 1",
                "PROXY UNKNOWN | none",
                "PROXY UNKNOWN ffff:f...f:ffff whatever 65535 stands here | none",
            })
    void version1NamesTheSource(String line, String source) throws Exception {
        assertThat(source(text(line + "\r\n"))).isEqualTo(source);
    }

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1, proxy-signature",
        "proxy TCP4 192.0.2.1 10.0.0.1 1 2, proxy-signature",
        "PROXY  TCP4 192.0.2.1 10.0.0.1 1 2, proxy-line",
        "PROXY TCP4 192.0.2.1  10.0.0.1 1 2, proxy-line",
        "PROXY TCP4 192.0.2.1 10.0.0.1 1, proxy-line",
        "PROXY TCP5 192.0.2.1 10.0.0.1 1 2, proxy-line",
        "PROXY UDP4 192.0.2.1 10.0.0.1 1 2, proxy-line",
        "PROXY TCP4 2001:db8::1 10.0.0.1 1 2, proxy-address",
        "PROXY TCP6 192.0.2.1 ::1 1 2, proxy-address",
        "PROXY TCP4 192.0.2.01 10.0.0.1 1 2, proxy-address",
        "PROXY TCP4 192.0.2.256 10.0.0.1 1 2, proxy-address",
        "PROXY TCP4 192.0.2 10.0.0.1 1 2, proxy-address",
        "PROXY TCP4 0x7f.0.0.1 10.0.0.1 1 2, proxy-address",
        "PROXY TCP4 localhost 10.0.0.1 1 2, proxy-address",
        "PROXY TCP4 192.0.2.1 gateway 1 2, proxy-address",
        "PROXY TCP6 fe80::1%eth0 ::1 1 2, proxy-address",
        "PROXY TCP6 [::1] ::1 1 2, proxy-address",
        "PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2, proxy-address",
        "PROXY TCP4 192.0.2.1 10.0.0.1 65536 2, proxy-port",
        "PROXY TCP4 192.0.2.1 10.0.0.1 01 2, proxy-port",
        "PROXY TCP4 192.0.2.1 10.0.0.1 +1 2, proxy-port",
        "PROXY TCP4 192.0.2.1 10.0.0.1 1 -2, proxy-port",
        "PROXY TCP4 192.0.2.1 10.0.0.1 1 99999999999, proxy-port",
    })
    void version1IsReadStrictly(String line, String code) {
        refused(text(line + "\r\n"), code);
    }

    @Test
    void version1EndsWithCrLf() {
        refused(text("PROXY TCP4 192.0.2.1 10.0.0.1 1 2\n"), "proxy-line");
        refused(text("PROXY TCP4 192.0.2.1 10.0.0.1 1 2\r\r\n"), "proxy-line");
        refused(text("PROXY TCP4 192.0.2.1 10.0.0.1 1\r2\r\n"), "proxy-line");
        refused(text("PROXY TCP4 192.0.2.1 10.0.0.1 1 2 \r\n"), "proxy-line");
    }

    @Test
    void version1OfMoreThan107BytesIsRejected() throws Exception {
        String longest = "PROXY UNKNOWN " + "x".repeat(ProxyHeader.MAX_V1 - "PROXY UNKNOWN \r\n".length());
        assertThat(source(text(longest + "\r\n"))).isEqualTo("none");
        refused(text(longest + "x\r\n"), "proxy-length");
        refused(text(longest + "xxxx"), "proxy-length");
    }

    @Test
    void bytesAfterTheHeaderAreLeftUnread() throws Exception {
        ByteBuf in = text("PROXY TCP4 192.0.2.1 10.0.0.1 1 2\r\nPROXY UNKNOWN\r\n\n\n");
        ProxyHeader header = ProxyHeader.read(in);
        assertThat(header).isNotNull();
        assertThat(header.length()).isEqualTo(35);
    }

    @Test
    void version2NamesTheSourceOfStreams() throws Exception {
        assertThat(source(binary("2111", V4))).isEqualTo("192.0.2.1 54321");
        String v6 = "20010db8000000000000000000000001" + "0".repeat(31) + "1" + "d43101bb";
        assertThat(source(binary("2121", v6))).isEqualTo("2001:db8:0:0:0:0:0:1 54321");
        String wrapped = "00000000000000000000ffffc0000201" + "0".repeat(31) + "1" + "d43101bb";
        assertThat(source(binary("2121", wrapped))).isEqualTo("192.0.2.1 54321");
    }

    @Test
    void version2WithoutIpAddressHasNoSource() throws Exception {
        assertThat(source(binary("2000", ""))).as("LOCAL").isEqualTo("none");
        assertThat(source(binary("20ff", "abcdef")))
                .as("LOCAL, its block ignored")
                .isEqualTo("none");
        assertThat(source(binary("2100", ""))).as("UNSPEC").isEqualTo("none");
        assertThat(source(binary("2100", "abcdef")))
                .as("UNSPEC, its block ignored")
                .isEqualTo("none");
        assertThat(source(binary("2131", "00".repeat(216)))).as("AF_UNIX").isEqualTo("none");
    }

    @Test
    void version2IsReadStrictly() {
        refused(hex("0d0a0d0a000d0a515549540b2111"), "proxy-signature");
        refused(binary("1111", V4), "proxy-command");
        refused(binary("2211", V4), "proxy-command");
        refused(binary("2112", V4), "proxy-family"); // UDP on a TCP connection
        refused(binary("2141", V4), "proxy-family");
        refused(binary("2110", V4), "proxy-family");
        refused(binary("2111", V4.substring(2)), "proxy-length");
        refused(binary("2121", V4), "proxy-length");
        refused(binary("2131", V4), "proxy-length");
    }

    @Test
    void version2AboveItsLimitIsRejectedBeforeItIsComplete() throws Exception {
        String records = "%s0fe1%s".formatted("04", "00".repeat(ProxyHeader.MAX_V2 - 16 - 12 - 3));
        assertThat(source(binary("2111", V4 + records))).isEqualTo("192.0.2.1 54321");
        refused(hex(SIGNATURE + "2111" + "%04x".formatted(ProxyHeader.MAX_V2 - 15)), "proxy-length");
        refused(hex(SIGNATURE + "2111ffff"), "proxy-length");
    }

    @ParameterizedTest
    @ValueSource(strings = {"04", "0400", "04000100", "040000" + "05ffff", "040002" + "00"})
    void recordsThatDoNotFillTheHeaderAreRejected(String records) throws Exception {
        boolean fits = records.equals("04000100");
        if (fits) {
            assertThat(source(binary("2111", V4 + records))).isEqualTo("192.0.2.1 54321");
        } else {
            refused(binary("2111", V4 + records), "proxy-record");
        }
    }

    @Test
    void checksumIsVerified() throws Exception {
        byte[] zeros = HexFormat.of().parseHex(SIGNATURE + "2111" + "0013" + V4 + "03000400000000");
        CRC32C crc = new CRC32C();
        crc.update(zeros);
        String right = "030004%08x".formatted(crc.getValue());
        assertThat(source(binary("2111", V4 + right))).isEqualTo("192.0.2.1 54321");
        refused(binary("2111", V4 + "030004%08x".formatted(crc.getValue() ^ 1)), "proxy-checksum");
        refused(binary("2111", V4.replace("c0000201", "c0000202") + right), "proxy-checksum");
        refused(binary("2111", V4 + "0300020000"), "proxy-checksum");
        refused(binary("2111", V4 + right + right), "proxy-checksum");
    }

    @Test
    void incompleteHeaderNeedsMoreBytes() throws Exception {
        for (ByteBuf whole : new ByteBuf[] {
            text("PROXY TCP4 192.0.2.1 10.0.0.1 1 2\r\n"), binary("2111", V4 + "04000100"), binary("2000", "")
        }) {
            for (int length = 0; length < whole.readableBytes(); length++) {
                assertThat(ProxyHeader.read(whole.slice(0, length)))
                        .as("cut at %d", length)
                        .isNull();
            }
        }
    }

    @Property(tries = 2_000)
    void randomBytesAreParsedOrRejected(@ForAll boolean binary, @ForAll @Size(max = 300) byte[] tail) {
        byte[] start = HexFormat.of().parseHex(binary ? SIGNATURE : "50524f585920");
        ByteBuf in = Unpooled.wrappedBuffer(start, tail);
        try {
            ProxyHeader header = ProxyHeader.read(in);
            assertThat(header == null || header.length() <= in.readableBytes()).isTrue();
        } catch (BadProxyHeader e) {
            assertThat(e.code()).startsWith("proxy-");
        }
    }
}
