package dev.stillgate.canary.ledger.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** What the ledger does to the disk, all of it: where a test puts the faults of disks in. */
public interface Disk {
    /** A file that is written at given places. */
    interface Output extends Closeable {
        /** Writes at a place and returns how many bytes were taken, which may be fewer than there are. */
        int write(ByteBuffer bytes, long position) throws IOException;

        /** Returns when what was written is on the disk. */
        void force() throws IOException;

        long size() throws IOException;

        void truncate(long size) throws IOException;
    }

    /** Opens a file for writing, and makes it, for the owner only, when there is none. */
    Output open(Path file) throws IOException;

    void move(Path from, Path to) throws IOException;

    /** Returns when the directory's entries are on the disk. */
    void forceDirectory(Path directory) throws IOException;

    /** Puts a file in place whole and on the disk, or leaves the old one. */
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
     * Writes bytes in one go. A short write is a failure: on a file it means that the disk is full or broken, and how much
     * of it can be believed is not worth finding out.
     */
    static void writeWhole(Output out, ByteBuffer bytes, long position) throws IOException {
        int wanted = bytes.remaining();
        int written = out.write(bytes, position);
        if (written != wanted) {
            throw new IOException("short write: " + written + " of " + wanted + " bytes");
        }
    }

    /** The disk of the machine. */
    static Disk system() {
        return SystemDisk.INSTANCE;
    }

    /** Files by the JDK. */
    enum SystemDisk implements Disk {
        INSTANCE;

        @Override
        public Output open(Path file) throws IOException {
            FileChannel channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            return new ChannelOutput(channel);
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** A file by its channel. */
    record ChannelOutput(FileChannel channel) implements Output {
        @Override
        public int write(ByteBuffer bytes, long position) throws IOException {
            return channel.write(bytes, position);
        }

        /** The data and the size of the file; no more of its metadata is needed to read it again. */
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
