package dev.stillgate.spi.files;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UTFDataFormatException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * Atomic replacement of a file. The new content is written to {@code NAME.new} in the same directory, flushed to the disk
 * and renamed to {@code NAME}; then the directory is flushed. After a crash the file has its old content or its new
 * content, never a part. If a write fails, the file keeps its old content. The file must have one writer at a time.
 */
public final class StateFile {
    private static final int BUFFER = 1 << 16;

    private StateFile() {}

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes binary data. */
    @FunctionalInterface
    public interface Data {
        void writeTo(DataOutputStream out) throws IOException;
    }

    /** Reads binary data. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(DataInputStream in) throws IOException;
    }

    /** Replaces a file by one that only its owner can read and write. */
    public static void replace(Path file, byte[] content) throws IOException {
        replace(file, out -> out.write(content));
    }

    /** Replaces a file by one that only its owner can read and write. */
    public static void replace(Path file, Content content) throws IOException {
        prepare(file, content);
        commit(file);
    }

    /** Replaces a file by one with the default permissions of the process (its umask). */
    public static void replaceShared(Path file, Content content) throws IOException {
        write(fresh(file), content);
        commit(file);
    }

    /** Writes {@code NAME.new}, as the first half of {@link #replace(Path, Content)}. */
    public static void prepare(Path file, Content content) throws IOException {
        write(fresh(file), content, ownerOnly(file));
    }

    /** Flushes {@code NAME.new} and renames it, as the second half of {@link #replace(Path, Content)}. */
    public static void commit(Path file) throws IOException {
        Path fresh = fresh(file);
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectory(file.toAbsolutePath().resolveSibling(""));
    }

    /** Returns data followed by their CRC-32C checksum as a long. */
    public static Content checked(Data data) {
        return raw -> {
            CRC32C sum = new CRC32C();
            DataOutputStream out = new DataOutputStream(new CheckedOutputStream(raw, sum));
            data.writeTo(out);
            out.writeLong(sum.getValue());
        };
    }

    /**
     * Reads a file of {@link #checked} data. The checksum of the whole file is verified before the reader is called.
     *
     * @throws java.nio.file.NoSuchFileException if the file does not exist
     * @throws IOException with the message "truncated", "damaged" or "wrong checksum", or from the reader
     */
    public static <T> T readChecked(Path file, Reader<T> reader) throws IOException {
        try (InputStream raw = Files.newInputStream(file)) {
            verify(new DataInputStream(raw), Files.size(file) - Long.BYTES);
        }
        try (InputStream raw = Files.newInputStream(file)) {
            return reader.read(new DataInputStream(new BufferedInputStream(raw, BUFFER)));
        } catch (EOFException e) {
            throw new IOException("truncated", e);
        } catch (UTFDataFormatException e) {
            throw new IOException("damaged", e);
        }
    }

    private static void verify(DataInputStream in, long length) throws IOException {
        if (length < 0) {
            throw new IOException("truncated");
        }
        CRC32C sum = new CRC32C();
        byte[] block = new byte[BUFFER];
        for (long left = length; left > 0; ) {
            int size = (int) Math.min(left, block.length);
            in.readFully(block, 0, size);
            sum.update(block, 0, size);
            left -= size;
        }
        if (in.readLong() != sum.getValue()) {
            throw new IOException("wrong checksum");
        }
    }

    private static Path fresh(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    /** Writes a new file in place of one that a crash has left; follows no link. */
    private static void write(Path fresh, Content content, FileAttribute<?>... attributes) throws IOException {
        if (!Files.isDirectory(fresh, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(fresh);
        }
        FileChannel channel =
                FileChannel.open(fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes);
        boolean isWritten = false;
        try (OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER)) {
            content.writeTo(out);
            out.flush();
            isWritten = true;
        } finally {
            if (!isWritten) {
                Files.deleteIfExists(fresh);
            }
        }
    }

    /** Flushes the entries of a directory to the disk, where the file system supports it (POSIX). */
    public static void forceDirectory(Path directory) throws IOException {
        if (isPosix(directory)) {
            try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
                entries.force(true);
            }
        }
    }

    /** Returns the permissions {@code rw-------} as a file attribute; none if the file system has no permissions. */
    public static FileAttribute<?>[] ownerOnly(Path file) {
        return isPosix(file)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
