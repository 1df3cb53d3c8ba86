package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.link.LinkKind;
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
 * Binary form of standings by evidence and of clusters, for the state file and the other gateways. Reading allocates memory in
 * proportion to the bytes read, never by a count in them.
 */
public final class StandingCodec {
    private static final int MAX_REASONS = 32;
    private static final int MAX_LINKS = 32;

    private StandingCodec() {}

    /** Decoded standings and clusters. */
    public record Content(Map<String, AccountStanding> accounts, List<Cluster> clusters, int lastCluster) {
        /** Replaces the content of a ladder and of the clusters. */
        public void restoreTo(Ladder ladder, Clusters into) {
            ladder.replace(accounts);
            into.restore(clusters, lastCluster);
        }
    }

    public static void write(DataOutput out, Ladder ladder, Clusters clusters) throws IOException {
        out.writeInt(ladder.all().size());
        for (Map.Entry<String, AccountStanding> entry : ladder.all().entrySet()) {
            out.writeUTF(entry.getKey());
            writeAccount(out, entry.getValue());
        }
        out.writeInt(clusters.last());
        out.writeInt(clusters.all().size());
        for (Cluster cluster : clusters.all()) {
            writeCluster(out, cluster);
        }
    }

    /**
     * Reads standings and clusters.
     *
     * @throws IOException if the data is invalid
     */
    public static Content read(DataInput in) throws IOException {
        try {
            Map<String, AccountStanding> accounts = new LinkedHashMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                accounts.put(in.readUTF(), readAccount(in));
            }
            int last = in.readInt();
            List<Cluster> clusters = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                clusters.add(readCluster(in));
            }
            return new Content(accounts, clusters, last);
        } catch (IllegalArgumentException e) {
            throw new IOException("it is damaged: " + e.getMessage(), e);
        }
    }

    private static void writeAccount(DataOutput out, AccountStanding entry) throws IOException {
        writeStanding(out, entry.earned);
        out.writeDouble(entry.evidence);
        writeText(out, entry.cluster);
        writeReasons(out, entry.reasons);
        out.writeLong(entry.confirmed);
        out.writeByte(entry.changes.size());
        for (AccountStanding.Change change : entry.changes) {
            out.writeLong(change.at());
            writeStanding(out, change.standing());
            out.writeDouble(change.evidence());
            writeText(out, change.cluster());
            writeReasons(out, change.reasons());
        }
    }

    private static AccountStanding readAccount(DataInput in) throws IOException {
        AccountStanding entry = new AccountStanding();
        entry.earned = standing(in);
        entry.evidence = in.readDouble();
        entry.cluster = readText(in);
        entry.reasons = readReasons(in);
        entry.confirmed = in.readLong();
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            entry.changes.add(new AccountStanding.Change(
                    in.readLong(), standing(in), in.readDouble(), readText(in), readReasons(in)));
        }
        return entry;
    }

    private static void writeCluster(DataOutput out, Cluster cluster) throws IOException {
        out.writeUTF(cluster.id);
        out.writeLong(cluster.since);
        out.writeInt(cluster.revision);
        out.writeInt(cluster.joined.size());
        for (Map.Entry<String, Integer> member : cluster.joined.entrySet()) {
            out.writeUTF(member.getKey());
            out.writeInt(member.getValue());
        }
        out.writeShort(cluster.removed.size());
        for (Cluster.Removal removal : cluster.removed) {
            out.writeInt(removal.revision());
            out.writeUTF(removal.account());
        }
        out.writeByte(Math.min(MAX_LINKS, cluster.links.size()));
        for (Link link : cluster.links.values().stream().limit(MAX_LINKS).toList()) {
            out.writeUTF(link.kind().name());
            out.writeUTF(link.name());
            out.writeInt(link.accounts());
            out.writeDouble(link.weight());
            out.writeDouble(link.bound());
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
        SharedKey matchedOn = cluster.matchedOn;
        writeText(out, matchedOn == null ? null : matchedOn.name());
        out.writeDouble(cluster.total);
        out.writeLong(cluster.confirmed);
        writeText(out, cluster.outgrown);
        out.writeInt(cluster.byPeople.size());
        for (String member : cluster.byPeople) {
            out.writeUTF(member);
        }
    }

    private static Cluster readCluster(DataInput in) throws IOException {
        Cluster cluster = new Cluster(in.readUTF(), in.readLong());
        cluster.revision = in.readInt();
        for (int left = in.readInt(); left > 0; left--) {
            cluster.joined.put(in.readUTF(), in.readInt());
        }
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            cluster.removed.add(new Cluster.Removal(in.readInt(), in.readUTF()));
        }
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            Link link = new Link(
                    LinkKind.valueOf(in.readUTF()), in.readUTF(), in.readInt(), in.readDouble(), in.readDouble());
            cluster.links.put(link.name(), link);
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
        String matchedOn = readText(in);
        cluster.matchedOn = matchedOn == null ? null : SharedKey.valueOf(matchedOn);
        cluster.total = in.readDouble();
        cluster.confirmed = in.readLong();
        cluster.outgrown = readText(in);
        for (int left = in.readInt(); left > 0; left--) {
            cluster.byPeople.add(in.readUTF());
        }
        return cluster;
    }

    private static void writeStanding(DataOutput out, Standing standing) throws IOException {
        writeText(out, standing.name());
    }

    private static Standing standing(DataInput in) throws IOException {
        String name = readText(in);
        if (name == null) {
            throw new IOException("it is damaged: a standing is missing");
        }
        try {
            return Standing.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IOException("it is damaged: there is no standing " + name, e);
        }
    }

    private static void writeText(DataOutput out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    private static @Nullable String readText(DataInput in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }

    private static void writeReasons(DataOutput out, List<String> reasons) throws IOException {
        List<String> written = reasons.subList(0, Math.min(MAX_REASONS, reasons.size()));
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
