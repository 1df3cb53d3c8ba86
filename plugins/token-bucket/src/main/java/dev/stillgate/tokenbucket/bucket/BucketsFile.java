package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.spi.Standing;
import dev.stillgate.spi.files.StateFile;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * File format of saved buckets: the level of each bucket that was not full, the pools of accounts, and a CRC-32C
 * checksum of the whole file. A new file is written beside the old one, and replaces it once it is complete and on disk.
 */
final class BucketsFile {
    private static final long MAGIC = 0x5354_4c47_5442_4b54L;
    private static final int VERSION = 3;

    private static final int END = -1;
    private static final int MEMBERSHIP = 'M';

    private BucketsFile() {}

    /**
     * The saved buckets of one owner.
     *
     * @param id the id of the owner; empty for everyone
     * @param variant the attributes that selected its limits
     */
    record Entry(Owner owner, String id, OwnerLimits.Variant variant, List<BucketEntry> buckets) {}

    /**
     * One saved bucket.
     *
     * @param kind the partition kind that it counts
     * @param model the model; empty for all models or an unknown one
     * @param route the route; empty for all routes or an unknown one
     */
    record BucketEntry(int kind, String model, String route, List<LimitEntry> limits) {}

    /**
     * The saved state of one limit.
     *
     * @param left the tokens left; negative for a debt
     * @param interval the id of the bandwidth of a limit that refills by interval; otherwise empty
     * @param intervalAge the time since the interval began, in nanoseconds
     */
    record LimitEntry(String limit, long left, String interval, long intervalAge) {}

    /** Writes all entries. */
    @FunctionalInterface
    interface Source {
        void writeTo(Writer writer) throws IOException;
    }

    /** Receives entries to write. */
    interface Writer {
        void entry(Entry entry) throws IOException;

        /** Writes the pools of an account, with times relative to the time of the file. */
        void membership(String account, Membership membership) throws IOException;
    }

    /** Receives the entries of a file. */
    interface Reader {
        /** Ignores all entries. */
        Reader NONE = new Reader() {};

        default void entry(Entry entry) {}

        /** Receives the pools of an account, with times relative to the time of the file. */
        default void membership(String account, Membership membership) {}
    }

    /** Writes a complete file, or leaves the old one in place. */
    static void write(Path file, long millis, Source source) throws IOException {
        StateFile.replace(file, StateFile.checked(out -> {
            out.writeLong(MAGIC);
            out.writeInt(VERSION);
            out.writeLong(millis);
            source.writeTo(new FileWriter(out));
            out.writeByte(END);
        }));
    }

    /** Writes entries to a file. */
    private record FileWriter(DataOutputStream out) implements Writer {
        @Override
        public void entry(Entry entry) throws IOException {
            write(out, entry);
        }

        @Override
        public void membership(String account, Membership membership) throws IOException {
            out.writeByte(MEMBERSHIP);
            out.writeUTF(account);
            out.writeInt(membership.draws().size());
            for (Membership.Draw draw : membership.draws()) {
                out.writeUTF(draw.pool());
                out.writeLong(draw.until());
            }
        }
    }

    private static void write(DataOutputStream out, Entry entry) throws IOException {
        out.writeByte(entry.owner().name().charAt(0));
        out.writeUTF(entry.id());
        String tier = entry.variant().tier();
        out.writeBoolean(tier != null);
        out.writeUTF(tier == null ? "" : tier);
        out.writeUTF(entry.variant().standing().name());
        out.writeBoolean(entry.variant().withoutOrganisation());
        out.writeInt(entry.buckets().size());
        for (BucketEntry bucket : entry.buckets()) {
            out.writeByte(bucket.kind());
            out.writeUTF(bucket.model());
            out.writeUTF(bucket.route());
            out.writeInt(bucket.limits().size());
            for (LimitEntry limit : bucket.limits()) {
                out.writeUTF(limit.limit());
                out.writeLong(limit.left());
                out.writeUTF(limit.interval());
                if (!limit.interval().isEmpty()) {
                    out.writeLong(limit.intervalAge());
                }
            }
        }
    }

    /**
     * Reads a file; returns when it was written, in milliseconds since the epoch, or null if it is absent. Entries are
     * passed on one by one, so that a large file needs little memory, and before the checksum is verified.
     *
     * @throws IOException if the file is damaged or of another version
     */
    static @Nullable Long read(Path file, Reader reader) throws IOException {
        try {
            return StateFile.readChecked(file, in -> read(in, reader));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IllegalArgumentException e) {
            throw new IOException("damaged file: " + e.getMessage(), e);
        }
    }

    private static long read(DataInputStream in, Reader reader) throws IOException {
        if (in.readLong() != MAGIC) {
            throw new IOException("not a snapshot of token buckets");
        }
        int version = in.readInt();
        if (version != VERSION) {
            throw new IOException("version " + version + ", but this gateway reads version " + VERSION);
        }
        long millis = in.readLong();
        for (byte kind = in.readByte(); kind != END; kind = in.readByte()) {
            if (kind == MEMBERSHIP) {
                reader.membership(in.readUTF(), readMembership(in));
            } else {
                reader.entry(readEntry(in, kind));
            }
        }
        return millis;
    }

    private static Membership readMembership(DataInputStream in) throws IOException {
        List<Membership.Draw> draws = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            draws.add(new Membership.Draw(in.readUTF(), in.readLong()));
        }
        return new Membership(draws);
    }

    private static Entry readEntry(DataInputStream in, byte kind) throws IOException {
        Owner owner = switch (kind) {
            case 'A' -> Owner.ACCOUNT;
            case 'U' -> Owner.USER;
            case 'P' -> Owner.POOL;
            case 'O' -> Owner.ORGANISATION;
            case 'E' -> Owner.EVERYONE;
            default -> throw new IOException("damaged file");
        };
        String id = in.readUTF();
        boolean hasTier = in.readBoolean();
        String tier = in.readUTF();
        Standing standing = Standing.valueOf(in.readUTF());
        boolean withoutOrganisation = in.readBoolean();
        List<BucketEntry> buckets = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            int partition = in.readByte() & (OwnerLimits.KINDS - 1);
            String model = in.readUTF();
            String route = in.readUTF();
            List<LimitEntry> limits = new ArrayList<>();
            for (int j = in.readInt(); j > 0; j--) {
                String limit = in.readUTF();
                long left = in.readLong();
                String interval = in.readUTF();
                limits.add(new LimitEntry(limit, left, interval, interval.isEmpty() ? 0 : in.readLong()));
            }
            buckets.add(new BucketEntry(partition, model, route, limits));
        }
        return new Entry(
                owner, id, new OwnerLimits.Variant(hasTier ? tier : null, standing, withoutOrganisation), buckets);
    }
}
