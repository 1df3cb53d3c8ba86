package dev.stillgate.canary.ledger.file;

import dev.stillgate.spi.files.StateFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The file operations of the ledger. Tests inject disk faults here. */
public interface Disk {
    /** A file opened for positioned writes. */
    interface Output extends Closeable {
        /** Writes at an offset and returns the number of bytes written, which may be fewer than given. */
        int write(ByteBuffer bytes, long position) throws IOException;

        /** Forces written data to disk. */
        void force() throws IOException;

        long size() throws IOException;

        void truncate(long size) throws IOException;
    }

    /** Inode and size of a file. */
    record Stamp(@Nullable Object inode, long size) {}

    /** Returns the inode and size of the file that a path names now. */
    default Stamp stamp(Path file) throws IOException {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(found.fileKey(), found.size());
    }

    /** Opens a file for writing; creates it, readable by the owner only, if it does not exist. */
    Output open(Path file) throws IOException;

    void move(Path from, Path to) throws IOException;

    /** Forces the directory's entries to disk. */
    void forceDirectory(Path directory) throws IOException;

    /** Replaces a file atomically and forces it to disk; on failure the old file remains. */
    default void replace(Path file, byte[] bytes) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (Output out = open(fresh)) {
            out.truncate(0);
            writeWhole(out, ByteBuffer.wrap(bytes), 0);
            out.force();
        }
        move(fresh, file);
        forceDirectory(file.resolveSibling(""));
    }

    /**
     * Writes all bytes with one call. A short write counts as a failure: on a file it means that the disk is full or
     * broken.
     */
    static void writeWhole(Output out, ByteBuffer bytes, long position) throws IOException {
        int wanted = bytes.remaining();
        int written = out.write(bytes, position);
        if (written != wanted) {
            throw new IOException("short write: " + written + " of " + wanted + " bytes");
        }
    }

    /** Returns the file system of the machine. */
    static Disk system() {
        return SystemDisk.INSTANCE;
    }

    /** The JDK's file operations. */
    enum SystemDisk implements Disk {
        INSTANCE;

        @Override
        public Output open(Path file) throws IOException {
            FileChannel channel = FileChannel.open(
                    file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), StateFile.ownerOnly(file));
            return new ChannelOutput(channel);
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            StateFile.forceDirectory(directory);
        }
    }

    /** A file channel. */
    record ChannelOutput(FileChannel channel) implements Output {
        @Override
        public int write(ByteBuffer bytes, long position) throws IOException {
            return channel.write(bytes, position);
        }

        /** Forces data and size; other metadata is not needed to read the file again. */
        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
