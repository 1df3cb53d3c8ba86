package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.spi.files.StateFile;
import dev.stillgate.spi.orders.Orders;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * File in which an analyst's state survives a restart, with a checksum (CRC-32C). Written to a temporary file, synced
 * to disk and renamed. A file that is invalid or of another version is renamed, and the analyst starts without data.
 * Under another hash key, hashes are dropped and standings are kept.
 */
public final class AnalystStore {
    private static final System.Logger LOG = System.getLogger(AnalystStore.class.getName());
    private static final long MAGIC = 0x5354_4c47_4650_5254L;

    private static final int VERSION = 14;
    private static final String FILE = "behaviour";
    private static final int MOST_ASIDE = 9;

    private final Path file;
    private final long keyCheck;
    private volatile long failures;

    /**
     * @param directory the state directory
     * @param keyCheck check value of the hash key
     */
    public AnalystStore(Path directory, long keyCheck) {
        this.file = directory.resolve(FILE);
        this.keyCheck = keyCheck;
    }

    /** Returns an analyst with the saved state; without data if the file is missing or invalid. */
    public Analyst restore(AnalysisSettings settings, Orders orders) {
        Analyst analyst = new Analyst(settings, orders);
        if (!Files.exists(file)) {
            return analyst;
        }
        try {
            StateFile.readChecked(file, in -> read(in, analyst));
            LOG.log(
                    System.Logger.Level.INFO,
                    "read {0} accounts from {1}",
                    analyst.table().index().size(),
                    file);
            return analyst;
        } catch (IOException e) {
            quarantine(String.valueOf(e.getMessage()));
        }
        analyst.close();
        return new Analyst(settings, orders);
    }

    /**
     * Reads the state into an empty analyst.
     *
     * @throws IOException if the data is invalid or of another version; the analyst is then unusable
     */
    Analyst read(DataInputStream in, Analyst analyst) throws IOException {
        if (in.readLong() != MAGIC) {
            throw new IOException("not a state file of the analysis");
        }
        int version = in.readInt();
        if (version != VERSION) {
            throw new IOException("its format is version " + version + ", this gateway reads version " + VERSION
                    + "; to use it, run the gateway that wrote it");
        }
        boolean sameKey = in.readLong() == keyCheck;
        if (!sameKey) {
            LOG.log(System.Logger.Level.INFO, "{0} was written under another secret: hashes are dropped", file);
        }
        analyst.read(in, sameKey);
        return analyst;
    }

    /** Returns the name for a damaged file. Earlier ones are kept: the first may have what an operator wants back. */
    private Path aside() {
        Path aside = file.resolveSibling(FILE + ".unreadable");
        for (int i = 2; i <= MOST_ASIDE && Files.exists(aside); i++) {
            aside = file.resolveSibling(FILE + ".unreadable-" + i);
        }
        return aside;
    }

    private void quarantine(String reason) {
        Path renamed = aside();
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} is unusable ({2}): renamed to {1}, the analysis starts without data",
                file,
                renamed,
                reason);
        try {
            Files.move(file, renamed, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be renamed: {1}", file, e);
        }
    }

    /**
     * Writes an analyst's state to the temporary file; returns whether that succeeded. The analyst must not be used
     * meanwhile.
     */
    public boolean write(Analyst analyst) {
        try {
            StateFile.prepare(file, StateFile.checked(out -> {
                out.writeLong(MAGIC);
                out.writeInt(VERSION);
                out.writeLong(keyCheck);
                analyst.write(out);
            }));
            return true;
        } catch (IOException e) {
            warn(e);
            return false;
        }
    }

    /** Syncs the temporary file and renames it to the file. The analyst may be used meanwhile. */
    public void commit() {
        try {
            StateFile.commit(file);
        } catch (IOException e) {
            warn(e);
        }
    }

    /** Returns the number of failed saves since the start. */
    public long failures() {
        return failures;
    }

    private synchronized void warn(IOException failure) {
        failures++;
        LOG.log(System.Logger.Level.WARNING, "{0} could not be saved: {1}", file, failure);
    }
}
