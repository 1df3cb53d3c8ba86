package dev.stillgate.fingerprint.fleet;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.DailyQuota;
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
import org.jspecify.annotations.Nullable;

/**
 * Where accounts stand and the clusters they are in, as one gateway of a fleet hands it to the others. Whoever takes a copy
 * keeps what an operator has said on this gateway until a copy has it; such {@link OperatorChange}s are told to the others.
 */
public final class StandingSnapshot {
    /** The most bytes that a copy may be unpacked to. */
    private static final long LARGEST = 256L << 20;

    private static final int MOST_WORDS = 1000;

    private StandingSnapshot() {}

    /** Returns a copy, packed. */
    public static byte[] of(Analyst analyst) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
            StandingCodec.write(out, analyst.ladder(), analyst.clusters());
        } catch (IOException e) {
            throw new IllegalStateException("an array cannot be written to", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Puts a copy in the place of what an analyst holds, except for what an operator has said here that is not in it.
     *
     * @throws IOException when it is no copy, and then nothing is changed
     */
    public static void adopt(Analyst analyst, byte[] copy, long now) throws IOException {
        StandingCodec.Content content = read(copy);
        Ladder ladder = analyst.ladder();
        content.ranks().forEach((account, theirs) -> {
            AccountStanding mine = ladder.find(account);
            theirs.quota = quota(mine == null ? null : mine.quota, theirs.quota);
        });
        ladder.said().removeIf(account -> {
            AccountStanding mine = ladder.find(account);
            AccountStanding theirs = content.ranks().get(account);
            return theirs != null && (mine == null || theirs.pinnedAt >= mine.pinnedAt);
        });
        List<OperatorChange> kept = words(analyst);
        content.restoreTo(ladder, analyst.clusters());
        kept.forEach(word -> ladder.hear(word, now));
    }

    /** Returns what was said here and the others are not known to have heard; at most a thousand. */
    public static List<OperatorChange> words(Analyst analyst) {
        List<OperatorChange> words = new ArrayList<>();
        for (String account : analyst.ladder().said()) {
            AccountStanding rank = analyst.ladder().find(account);
            if (rank != null && words.size() < MOST_WORDS) {
                words.add(word(account, rank));
            }
        }
        return words;
    }

    /** Takes note that the others have heard everything that was said here. */
    public static void allHeard(Analyst analyst) {
        analyst.ladder().said().clear();
    }

    private static OperatorChange word(String account, AccountStanding rank) {
        DailyQuota quota = rank.quota;
        return new OperatorChange(
                account,
                rank.pinned,
                rank.pinnedUntil,
                rank.pinnedWhy,
                rank.pinnedAt,
                quota == null ? 0 : quota.limit());
    }

    /** Returns the quota of a copy; the very one that requests are counted by here when it is the same. */
    private static @Nullable DailyQuota quota(@Nullable DailyQuota mine, @Nullable DailyQuota theirs) {
        if (mine == null || theirs == null || mine.limit() != theirs.limit()) {
            return theirs;
        }
        mine.raise(theirs);
        return mine;
    }

    /** Takes an operator's word that was said on another gateway. */
    public static void hear(Analyst analyst, OperatorChange word, long now) {
        analyst.ladder().hear(word, now);
    }

    private static StandingCodec.Content read(byte[] copy) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new Bounded(new InflaterInputStream(new ByteArrayInputStream(copy))))) {
            StandingCodec.Content content = StandingCodec.read(in);
            if (in.read() >= 0) {
                throw new IOException("it goes on after its end");
            }
            return content;
        } catch (EOFException e) {
            throw new IOException("it is cut short", e);
        }
    }

    /** A stream that ends at a bound, however much a few bytes unpack to. */
    private static final class Bounded extends FilterInputStream {
        private long left = LARGEST;

        private Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            return left-- > 0 ? super.read() : -1;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int count = super.read(into, from, (int) Math.min(left, length));
            left -= Math.max(0, count);
            return count;
        }
    }
}
