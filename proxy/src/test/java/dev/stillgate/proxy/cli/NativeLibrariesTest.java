package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The native libraries of the distribution, for both architectures of Linux: read as ELF files, not loaded. */
class NativeLibrariesTest {
    /** {@code e_machine} of the ELF header. */
    private static final int X86_64 = 62;

    private static final int AARCH64 = 183;

    @ParameterizedTest
    @CsvSource({
        "netty-transport-native-epoll, META-INF/native/libnetty_transport_native_epoll_x86_64.so,"
                + "META-INF/native/libnetty_transport_native_epoll_aarch_64.so",
        "netty-transport-native-io_uring, META-INF/native/libnetty_transport_native_io_uring42_x86_64.so,"
                + "META-INF/native/libnetty_transport_native_io_uring42_aarch_64.so",
        "netty-tcnative-boringssl-static, META-INF/native/libnetty_tcnative_linux_x86_64.so,"
                + "META-INF/native/libnetty_tcnative_linux_aarch_64.so",
        "native-linux, lib/linux-x86_64/libbrotli.so, lib/linux-aarch64/libbrotli.so",
        "zstd-jni, linux/amd64/libzstd-jni-VERSION.so, linux/aarch64/libzstd-jni-VERSION.so"
    })
    void jarsHaveTheLibraryOfBothArchitectures(String jar, String intel, String arm) throws IOException {
        String version = com.github.luben.zstd.util.ZstdVersion.VERSION;

        assertThat(machine(jar, intel.replace("VERSION", version))).isEqualTo(X86_64);
        assertThat(machine(jar, arm.replace("VERSION", version))).isEqualTo(AARCH64);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "netty-transport-native-epoll",
                "netty-transport-native-io_uring",
                "netty-tcnative-boringssl-static",
                "brotli4j",
                "zstd-jni"
            })
    void libraryIsInTheTableOfArchitectures(String name) throws IOException {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("config/deploy/README.md"))) {
            at = at.getParent();
        }
        assertThat(Files.readString(at.resolve("config/deploy/README.md"))).contains("| `" + name + "`");
    }

    /** Returns the machine for which a library in a jar was built. */
    private static int machine(String jar, String library) throws IOException {
        URL url = NativeLibrariesTest.class.getClassLoader().getResource(library);
        assertThat(url).as(library).isNotNull();
        assertThat(URI.create(url.toString()).getSchemeSpecificPart()).contains("/" + jar + "-");
        try (InputStream in = url.openStream()) {
            ByteBuffer head = ByteBuffer.wrap(in.readNBytes(20)).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(head.getInt(0)).as("ELF magic").isEqualTo(0x464C457F);
            assertThat(head.get(4)).as("64 bits").isEqualTo((byte) 2);
            return head.getShort(18);
        }
    }
}
