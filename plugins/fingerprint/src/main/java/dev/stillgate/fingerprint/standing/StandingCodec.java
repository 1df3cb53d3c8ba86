package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.spi.Standing;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Ranks and clusters as bytes, for a file and for the other gateways. Nothing is laid out by a number that was read, so
 * that what is read takes no more room than a few times its bytes.
 */
public final class StandingCodec {
    private static final int MOST_REASONS = 32;

    private StandingCodec() {}

    /** Where accounts stand, and the clusters that they are in. */
    public record Content(Map<String, AccountStanding> ranks, List<Cluster> clusters, int lastCluster) {
        /** Puts this in the place of all that is there. */
        public void restoreTo(Ladder ladder, Clusters into) {
            ladder.replace(ranks);
            into.restore(clusters, lastCluster);
        }
    }

    public static void write(DataOutput out, Ladder ladder, Clusters clusters) throws IOException {
        out.writeInt(ladder.all().size());
        for (Map.Entry<String, AccountStanding> entry : ladder.all().entrySet()) {
            out.writeUTF(entry.getKey());
            writeRank(out, entry.getValue());
        }
        out.writeInt(clusters.last());
        out.writeInt(clusters.all().size());
        for (Cluster cluster : clusters.all()) {
            writeCluster(out, cluster);
        }
    }

    /**
     * Reads what was written.
     *
     * @throws IOException when it is not that
     */
    public static Content read(DataInput in) throws IOException {
        try {
            Map<String, AccountStanding> ranks = new LinkedHashMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                ranks.put(in.readUTF(), readRank(in));
            }
            int last = in.readInt();
            List<Cluster> clusters = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                clusters.add(readCluster(in));
            }
            return new Content(ranks, clusters, last);
        } catch (IllegalArgumentException e) {
            throw new IOException("it is damaged: " + e.getMessage(), e);
        }
    }

    private static void writeRank(DataOutput out, AccountStanding rank) throws IOException {
        writeStanding(out, rank.earned);
        writeStanding(out, rank.pinned);
        out.writeLong(rank.pinnedUntil);
        writeText(out, rank.pinnedWhy);
        out.writeLong(rank.pinnedAt);
        out.writeDouble(rank.evidence);
        writeText(out, rank.cluster);
        writeReasons(out, rank.reasons);
        out.writeLong(rank.confirmed);
        DailyQuota quota = rank.quota;
        out.writeInt(quota == null ? 0 : quota.limit());
        if (quota != null) {
            out.writeLong(quota.day());
            out.writeInt(quota.taken());
        }
        out.writeByte(rank.changes.size());
        for (AccountStanding.Change change : rank.changes) {
            out.writeLong(change.at());
            writeStanding(out, change.standing());
            out.writeDouble(change.evidence());
            writeText(out, change.cluster());
            writeReasons(out, change.reasons());
        }
    }

    private static AccountStanding readRank(DataInput in) throws IOException {
        AccountStanding rank = new AccountStanding();
        rank.earned = standing(in);
        rank.pinned = readStanding(in);
        rank.pinnedUntil = in.readLong();
        rank.pinnedWhy = readText(in);
        rank.pinnedAt = in.readLong();
        rank.evidence = in.readDouble();
        rank.cluster = readText(in);
        rank.reasons = readReasons(in);
        rank.confirmed = in.readLong();
        int limit = in.readInt();
        if (limit > 0) {
            rank.quota = new DailyQuota(limit, in.readLong(), in.readInt());
        }
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            rank.changes.add(new AccountStanding.Change(
                    in.readLong(), standing(in), in.readDouble(), readText(in), readReasons(in)));
        }
        return rank;
    }

    private static void writeCluster(DataOutput out, Cluster cluster) throws IOException {
        out.writeUTF(cluster.id);
        out.writeLong(cluster.since);
        out.writeInt(cluster.accounts.size());
        for (String account : cluster.accounts) {
            out.writeUTF(account);
        }
        out.writeByte(cluster.timeline.size());
        for (Cluster.Event event : cluster.timeline) {
            out.writeLong(event.at());
            out.writeUTF(event.what());
        }
        out.writeByte(cluster.evidence.size());
        for (Map.Entry<Family, Double> family : cluster.evidence.entrySet()) {
            out.writeUTF(family.getKey().name());
            out.writeDouble(family.getValue());
        }
        writeReasons(out, cluster.reasons);
        SharedKey found = cluster.found;
        writeText(out, found == null ? null : found.name());
        out.writeDouble(cluster.total);
        out.writeLong(cluster.confirmed);
    }

    private static Cluster readCluster(DataInput in) throws IOException {
        Cluster cluster = new Cluster(in.readUTF(), in.readLong());
        for (int left = in.readInt(); left > 0; left--) {
            cluster.accounts.add(in.readUTF());
        }
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            cluster.timeline.add(new Cluster.Event(in.readLong(), in.readUTF()));
        }
        Map<Family, Double> evidence = new EnumMap<>(Family.class);
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            evidence.put(Family.valueOf(in.readUTF()), in.readDouble());
        }
        cluster.evidence = evidence;
        cluster.reasons = readReasons(in);
        String found = readText(in);
        cluster.found = found == null ? null : SharedKey.valueOf(found);
        cluster.total = in.readDouble();
        cluster.confirmed = in.readLong();
        return cluster;
    }

    public static void writeStanding(DataOutput out, @Nullable Standing standing) throws IOException {
        writeText(out, standing == null ? null : standing.name());
    }

    static @Nullable public Standing readStanding(DataInput in) throws IOException {
        String name = readText(in);
        try {
            return name == null ? null : Standing.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IOException("it is damaged: there is no standing " + name, e);
        }
    }

    private static Standing standing(DataInput in) throws IOException {
        Standing standing = readStanding(in);
        if (standing == null) {
            throw new IOException("it is damaged: a standing is missing");
        }
        return standing;
    }

    public static void writeText(DataOutput out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    static @Nullable public String readText(DataInput in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }

    private static void writeReasons(DataOutput out, List<String> reasons) throws IOException {
        List<String> written = reasons.subList(0, Math.min(MOST_REASONS, reasons.size()));
        out.writeByte(written.size());
        for (String reason : written) {
            out.writeUTF(reason);
        }
    }

    private static List<String> readReasons(DataInput in) throws IOException {
        List<String> reasons = new ArrayList<>();
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            reasons.add(in.readUTF());
        }
        return List.copyOf(reasons);
    }
}
