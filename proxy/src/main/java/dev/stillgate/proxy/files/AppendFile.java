package dev.stillgate.proxy.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * File opened for appending. A failed write leaves no part, so that a full disk breaks no line. Not thread-safe.
 */
public final class AppendFile implements Closeable {
    private final SeekableByteChannel channel;

    AppendFile(SeekableByteChannel channel) {
        this.channel = channel;
    }

    /** Opens a file, or creates it. */
    public static AppendFile open(Path path) throws IOException {
        return new AppendFile(Files.newByteChannel(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    /** Appends all bytes, or none if an exception is thrown. */
    public void write(byte[] bytes, int length) throws IOException {
        long before = channel.size();
        ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
        try {
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        } catch (IOException failure) {
            try {
                channel.truncate(before);
            } catch (IOException device) {
                failure.addSuppressed(device); // a device or a pipe, which has no size
            }
            throw failure;
        }
    }

    /** Returns the size of the file in bytes; 0 for a device or a pipe. */
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
