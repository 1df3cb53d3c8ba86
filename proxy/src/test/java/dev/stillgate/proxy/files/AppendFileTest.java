package dev.stillgate.proxy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppendFileTest {
    @TempDir
    private Path directory;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void failedWriteLeavesNoPart() throws IOException {
        Path path = Files.writeString(directory.resolve("log"), "first\n");
        FullDisk disk = new FullDisk(Files.newByteChannel(path, StandardOpenOption.APPEND), 3);
        try (AppendFile file = new AppendFile(disk)) {
            assertThatThrownBy(() -> file.write(bytes("second\n"), 7)).hasMessage("no space");
            assertThat(path).hasContent("first\n");
            disk.room = 100;
            file.write(bytes("third\nrest"), 6);
            assertThat(file.size()).isEqualTo(12);
        }
        assertThat(path).hasContent("first\nthird\n");
    }

    @Test
    void deviceWithoutSizeIsWritten() throws IOException {
        Path device = Path.of("/dev/full");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(device), "no /dev/full");
        try (AppendFile file = AppendFile.open(device)) {
            assertThatThrownBy(() -> file.write(bytes("x\n"), 2)).isInstanceOf(IOException.class);
        }
    }

    /** A channel on a disk with little room: it takes as many bytes as fit, then fails. */
    private static final class FullDisk implements SeekableByteChannel {
        private final SeekableByteChannel file;
        private int room;

        private FullDisk(SeekableByteChannel file, int room) {
            this.file = file;
            this.room = room;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            if (room == 0) {
                throw new IOException("no space");
            }
            int length = Math.min(room, from.remaining());
            ByteBuffer part = from.slice(from.position(), length);
            from.position(from.position() + length);
            room -= length;
            return file.write(part);
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            return file.read(into);
        }

        @Override
        public long position() throws IOException {
            return file.position();
        }

        @Override
        public SeekableByteChannel position(long to) throws IOException {
            file.position(to);
            return this;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public SeekableByteChannel truncate(long to) throws IOException {
            file.truncate(to);
            return this;
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
