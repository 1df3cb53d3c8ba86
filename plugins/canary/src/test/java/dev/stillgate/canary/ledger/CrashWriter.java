package dev.stillgate.canary.ledger;

import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.spi.Ticker;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.Semaphore;

/**
 * Process to be killed: writes marked responses as fast as the disk allows, 64 in flight. It prints each acknowledged
 * leaf to standard output as two 8-byte numbers: the leaf's index and the message's number.
 */
final class CrashWriter {
    private static final int UNDER_WAY = 64;

    private CrashWriter() {}

    /**
     * Runs the writer.
     *
     * @param args directory, number of the first message and, optionally, number of messages
     */
    public static void main(String[] args) throws InterruptedException {
        long first = Long.parseLong(args[1]);
        long end = args.length > 2 ? first + Long.parseLong(args[2]) : Long.MAX_VALUE;
        LedgerOptions terms = new LedgerOptions("crash.example", null, Duration.ofMillis(20), 500, 1000);
        try (Ledger ledger = Ledger.open(Path.of(args[0]), terms, Ticker.system(), System.err::println)) {
            write(ledger, first, end);
        } catch (LedgerException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void write(Ledger ledger, long first, long end) throws LedgerException, InterruptedException {
        long key = ledger.commit("crash", LedgerRig.hash("key"), LedgerRig.hash("table"));
        Semaphore room = new Semaphore(UNDER_WAY);
        @SuppressWarnings("resource") // the process's own
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        for (long number = first; number < end; number++) {
            room.acquire();
            long message = number;
            BitSet forms = BitSet.valueOf(new long[] {message});
            ledger.append(new MarkedResponse("msg_" + message, key, 64 + (int) (message % 200), forms), result -> {
                if (result instanceof AppendResult.OnDisk(long index)) {
                    tell(out, index, message);
                }
                room.release();
            });
            if (!ledger.writable()) {
                Thread.sleep(1); // failing disk: messages are lost until it recovers, as in a gateway
            }
        }
        room.acquire(UNDER_WAY);
    }

    private static void tell(FileOutputStream out, long index, long message) {
        try {
            out.write(ByteBuffer.allocate(16).putLong(index).putLong(message).array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
