package dev.stillgate.fingerprint.fleet;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.HidingChange;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.fingerprint.standing.OperatorChange;
import dev.stillgate.fingerprint.standing.StandingCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * Packed snapshot of all standings and clusters, as the leader of a fleet sends it to the other gateways. Changes by
 * operators of this gateway survive the adoption of a snapshot that does not contain them yet.
 */
public final class StandingSnapshot {
    /** Maximum number of bytes of an unpacked snapshot. */
    private static final long MAX_UNPACKED = 256L << 20;

    private static final int MAX_CHANGES = 1000;

    private StandingSnapshot() {}

    /** Returns a packed snapshot of an analyst's standings and clusters. */
    public static byte[] of(Analyst analyst) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
            StandingCodec.write(out, analyst.ladder(), analyst.clusters());
        } catch (IOException e) {
            throw new IllegalStateException("write to a byte array failed", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Replaces an analyst's standings and clusters by a snapshot, except for changes by operators that are not in it
     * yet.
     *
     * @throws IOException if the snapshot is invalid; nothing is changed then
     */
    public static void adopt(Analyst analyst, byte[] snapshot, long now) throws IOException {
        StandingCodec.Content content = read(snapshot);
        Ladder ladder = analyst.ladder();
        ladder.unsentChanges().removeIf(account -> {
            AccountStanding local = ladder.find(account);
            AccountStanding remote = content.accounts().get(account);
            return remote != null && (local == null || remote.pinnedAt >= local.pinnedAt);
        });
        analyst.clusters().markSent(content.clusters());
        List<OperatorChange> kept = unsentChanges(analyst);
        List<HidingChange> hidings = analyst.clusters().unsent();
        content.restoreTo(ladder, analyst.clusters());
        kept.forEach(change -> ladder.apply(change, now));
        hidings.forEach(analyst.clusters()::apply);
    }

    /** Returns up to 1,000 changes by operators of this gateway that the other gateways may not have received. */
    public static List<OperatorChange> unsentChanges(Analyst analyst) {
        List<OperatorChange> unsentChanges = new ArrayList<>();
        for (String account : analyst.ladder().unsentChanges()) {
            AccountStanding entry = analyst.ladder().find(account);
            if (entry != null && unsentChanges.size() < MAX_CHANGES) {
                unsentChanges.add(OperatorChange.of(account, entry));
            }
        }
        return unsentChanges;
    }

    /** Marks all changes by operators as received by the other gateways. */
    public static void markSent(Analyst analyst) {
        analyst.ladder().unsentChanges().clear();
        analyst.clusters().markSent();
    }

    /** Applies a change by an operator of another gateway. */
    public static void apply(Analyst analyst, OperatorChange change, long now) {
        analyst.ladder().apply(change, now);
    }

    private static StandingCodec.Content read(byte[] snapshot) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new Bounded(new InflaterInputStream(new ByteArrayInputStream(snapshot))))) {
            StandingCodec.Content content = StandingCodec.read(in, true);
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
