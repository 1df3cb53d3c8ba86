package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.signal.AnalysisSettings;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UTFDataFormatException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * The file in which what an analyst knows survives a restart: everything, and a checksum (CRC-32C) over all of it. Written
 * beside the old one and put in its place when it is whole and on the disk. A file that is not whole, or of another
 * version, is put aside, and the analyst begins anew. Hashes of another key mean nothing, so they are left out when the key
 * is another one; standings stay.
 */
public final class AnalystStore {
    private static final System.Logger LOG = System.getLogger(AnalystStore.class.getName());
    private static final long MAGIC = 0x5354_4c47_4650_5254L;
    private static final int VERSION = 4;
    private static final int SUM = Long.BYTES;
    private static final String FILE = "behaviour";

    private final Path file;
    private final Path fresh;
    private final long check;

    /**
     * A store.
     *
     * @param check tells a key from others
     */
    public AnalystStore(Path directory, long check) {
        this.file = directory.resolve(FILE);
        this.fresh = directory.resolve(FILE + ".new");
        this.check = check;
    }

    /** Returns an analyst that knows what was saved; one that knows nothing when nothing was, or cannot be read. */
    public Analyst restore(AnalysisSettings settings) {
        Analyst analyst = new Analyst(settings);
        if (!Files.exists(file)) {
            return analyst;
        }
        try {
            requireWhole();
            try (DataInputStream in =
                    new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
                read(in, analyst);
            }
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0} accounts are known from {1}",
                    analyst.table().index().size(),
                    file);
            return analyst;
        } catch (EOFException e) {
            putAside("it is cut short");
        } catch (UTFDataFormatException e) {
            putAside("it is damaged");
        } catch (IOException e) {
            putAside(String.valueOf(e.getMessage()));
        }
        return new Analyst(settings);
    }

    private void read(DataInputStream in, Analyst analyst) throws IOException {
        if (in.readLong() != MAGIC) {
            throw new IOException("it is not what an analyst knows");
        }
        int version = in.readInt();
        if (version != VERSION) {
            throw new IOException("it is of version " + version + ", and this gateway reads " + VERSION);
        }
        boolean sameKey = in.readLong() == check;
        if (!sameKey) {
            LOG.log(System.Logger.Level.INFO, "{0} is of another secret: hashes are counted anew", file);
        }
        analyst.read(in, sameKey);
    }

    /** Reads the file once for its checksum, since nothing is used of one that is not whole. */
    private void requireWhole() throws IOException {
        CRC32C sum = new CRC32C();
        long left = Files.size(file) - SUM;
        try (InputStream raw = Files.newInputStream(file);
                DataInputStream in = new DataInputStream(raw)) {
            byte[] some = new byte[1 << 16];
            while (left > 0) {
                int length = (int) Math.min(left, some.length);
                in.readFully(some, 0, length);
                sum.update(some, 0, length);
                left -= length;
            }
            if (in.readLong() != sum.getValue()) {
                throw new IOException("its checksum is wrong");
            }
        }
    }

    private void putAside(String why) {
        Path aside = file.resolveSibling(FILE + ".unreadable");
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} is not used, behaviour is learnt anew; it is kept as {1}: {2}",
                file,
                aside,
                why);
        try {
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be put aside: {1}", file, e);
        }
    }

    /** Writes what an analyst knows beside the file; returns whether that went well. The analyst must not work meanwhile. */
    public boolean write(Analyst analyst) {
        CRC32C sum = new CRC32C();
        try (OutputStream raw = Files.newOutputStream(fresh);
                BufferedOutputStream buffered = new BufferedOutputStream(raw, 1 << 16)) {
            DataOutputStream out = new DataOutputStream(new CheckedOutputStream(buffered, sum));
            out.writeLong(MAGIC);
            out.writeInt(VERSION);
            out.writeLong(check);
            analyst.write(out);
            out.writeLong(sum.getValue());
            out.flush();
            return true;
        } catch (IOException e) {
            warn(e);
            return false;
        }
    }

    /** Puts what was written in the place of the file. The analyst may work meanwhile. */
    public void commit() {
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            warn(e);
        }
    }

    private void warn(IOException failure) {
        LOG.log(System.Logger.Level.WARNING, "{0} was not saved: {1}", file, failure);
    }
}
