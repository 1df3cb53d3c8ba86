package dev.stillgate.fingerprint.fleet;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.budget.PoolBudgets;
import dev.stillgate.fingerprint.standing.StandingCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * Packed snapshot of all standings by evidence, the clusters and the budgets of pools, as the leader of a fleet sends it to the
 * other gateways.
 */
public final class StandingSnapshot {
    /** Maximum number of bytes of an unpacked snapshot. */
    private static final long MAX_UNPACKED = 256L << 20;

    private StandingSnapshot() {}

    /** Decoded snapshot. */
    public record Content(StandingCodec.Content standings, PoolBudgets budgets) {}

    /** Returns a packed snapshot of an analyst's standings and clusters. */
    public static byte[] of(Analyst analyst) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
            StandingCodec.write(out, analyst.ladder(), analyst.clusters());
            analyst.budgets().write(out);
        } catch (IOException e) {
            throw new IllegalStateException("write to a byte array failed", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads a packed snapshot.
     *
     * @throws IOException if it is invalid
     */
    public static Content read(byte[] snapshot) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new Bounded(new InflaterInputStream(new ByteArrayInputStream(snapshot))))) {
            Content content = new Content(StandingCodec.read(in), PoolBudgets.read(in));
            if (in.read() >= 0) {
                throw new IOException("unexpected bytes after the end");
            }
            return content;
        } catch (EOFException e) {
            throw new IOException("unexpected end", e);
        }
    }

    /** Stream that ends after a number of bytes, against decompression bombs. */
    private static final class Bounded extends FilterInputStream {
        private long remaining = MAX_UNPACKED;

        private Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            return remaining-- > 0 ? super.read() : -1;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            if (remaining <= 0) {
                return -1;
            }
            int count = super.read(into, from, (int) Math.min(remaining, length));
            remaining -= Math.max(0, count);
            return count;
        }
    }
}
