package dev.stillgate.proxy.account;

import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.files.StateFile;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * File of the accepted credentials, so that their accounts are known after a restart: 16 bytes of keyed hash each, and a
 * CRC-32C checksum. Useless under another secret, which a check value tells. A file that cannot be read is ignored with
 * a warning. Thread-safe.
 */
public final class AcceptedFile implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptedFile.class);
    private static final long MAGIC = 0x5354_4c47_4143_4301L;
    /** How old a file without additions may become: its age tells when its credentials were known last. */
    private static final long MOST_AGE_MILLIS = Duration.ofDays(1).toMillis();

    private static final byte[] CHECK = "stillgate accepted credentials".getBytes(StandardCharsets.US_ASCII);

    private final Accounts accounts;
    private final Path file;
    private final Ticker ticker;
    private final String check;
    private long saved;
    private long savedMillis;

    /** Restores the accepted credentials of a file, if it exists, and saves them there from now on. */
    public AcceptedFile(Accounts accounts, Path file, Ticker ticker) {
        this.accounts = accounts;
        this.file = file;
        this.ticker = ticker;
        this.check = accounts.id(CHECK, 0, CHECK.length);
        this.savedMillis = ticker.millis();
        restore();
        this.saved = accounts.acceptedChanges();
    }

    private void restore() {
        try {
            accounts.restoreAccepted(StateFile.readChecked(file, this::read));
        } catch (NoSuchFileException e) {
            LOG.debug("no accepted credentials in {}", file);
        } catch (IOException e) {
            LOG.warn("{} was not restored: {}", file, e.getMessage());
        }
    }

    private long[] read(DataInputStream in) throws IOException {
        boolean mine = in.readLong() == MAGIC && in.readUTF().equals(check);
        long written = mine ? in.readLong() : 0;
        if (!mine || ticker.millis() - written > Accounts.IDLE.toMillis()) {
            throw new IOException("of another secret or too old");
        }
        int count = in.readInt();
        if (count < 0 || count > Accounts.MOST_ACCEPTED) {
            throw new IOException("damaged");
        }
        long[] hashes = new long[2 * count];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = in.readLong();
        }
        savedMillis = written;
        LOG.info("restored {} accepted credentials", count);
        return hashes;
    }

    /** Saves the accepted credentials if any was added since the last save, and once a day. */
    @Override
    public synchronized void run() {
        long changes = accounts.acceptedChanges();
        long millis = ticker.millis();
        if (changes == saved && millis - savedMillis < MOST_AGE_MILLIS) {
            return;
        }
        try {
            write(accounts.acceptedHashes());
            saved = changes;
            savedMillis = millis;
        } catch (IOException e) {
            LOG.warn("{} was not saved: {}", file, e.getMessage());
        }
    }

    private void write(long[] hashes) throws IOException {
        StateFile.replace(file, StateFile.checked(out -> {
            out.writeLong(MAGIC);
            out.writeUTF(check);
            out.writeLong(ticker.millis());
            out.writeInt(hashes.length / 2);
            for (long word : hashes) {
                out.writeLong(word);
            }
        }));
    }

    /** Saves a last time. */
    @Override
    public void close() {
        run();
    }
}
