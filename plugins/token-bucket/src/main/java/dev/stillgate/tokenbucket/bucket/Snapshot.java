package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.spi.Standing;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The file in which buckets survive a restart: what was left of every bucket that was not full, when it was written,
 * and a checksum (CRC-32C) over all of it. Written beside the old one and put in its place when it is whole and on the
 * disk.
 */
final class Snapshot {
    private static final long MAGIC = 0x5354_4c47_5442_4b54L;
    private static final int VERSION = 2;
    private static final int END = -1;

    private Snapshot() {}

    /**
     * The buckets of one owner.
     *
     * @param id its id, empty for everyone
     * @param variant which limits they had
     */
    record Entry(Owner owner, String id, OwnerLimits.Variant variant, List<Part> parts) {}

    /**
     * One bucket.
     *
     * @param kind the kind of part that it counts
     * @param model the model, empty for none or for those that are not known
     * @param route the route, likewise
     */
    record Part(int kind, String model, String route, List<Level> levels) {}

    /**
     * What was left of a limit.
     *
     * @param left below zero for a debt
     * @param interval the id of the bandwidth of a limit that refills by interval, else empty
     * @param begun how long ago its interval began, in nanoseconds
     */
    record Level(String limit, long left, String interval, long begun) {}

    /** Gives the entries one after the other. */
    @FunctionalInterface
    interface Source {
        void writeTo(Writer writer) throws IOException;
    }

    /** Takes entries. */
    @FunctionalInterface
    interface Writer {
        void entry(Entry entry) throws IOException;
    }

    /** Writes a file whole, or leaves the old one. */
    static void write(Path file, long millis, Source source) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        CRC32C sum = new CRC32C();
        try (OutputStream raw = Files.newOutputStream(fresh);
                BufferedOutputStream buffered = new BufferedOutputStream(raw, 1 << 16)) {
            DataOutputStream out = new DataOutputStream(new CheckedOutputStream(buffered, sum));
            out.writeLong(MAGIC);
            out.writeInt(VERSION);
            out.writeLong(millis);
            source.writeTo(entry -> write(out, entry));
            out.writeByte(END);
            out.writeLong(sum.getValue());
            out.flush();
        }
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void write(DataOutputStream out, Entry entry) throws IOException {
        out.writeByte(entry.owner().name().charAt(0));
        out.writeUTF(entry.id());
        String tier = entry.variant().tier();
        out.writeBoolean(tier != null);
        out.writeUTF(tier == null ? "" : tier);
        out.writeUTF(entry.variant().standing().name());
        out.writeBoolean(entry.variant().alone());
        out.writeInt(entry.parts().size());
        for (Part part : entry.parts()) {
            out.writeByte(part.kind());
            out.writeUTF(part.model());
            out.writeUTF(part.route());
            out.writeInt(part.levels().size());
            for (Level level : part.levels()) {
                out.writeUTF(level.limit());
                out.writeLong(level.left());
                out.writeUTF(level.interval());
                if (!level.interval().isEmpty()) {
                    out.writeLong(level.begun());
                }
            }
        }
    }

    /**
     * Reads a file; returns when it was written, in milliseconds of the epoch, or null when there is none. The entries
     * are handed over as they come, so that those of a large file are never held at once, and before the checksum is
     * known.
     *
     * @throws IOException when it is not whole, or not one that this version reads
     */
    static @Nullable Long read(Path file, Consumer<Entry> to) throws IOException {
        CRC32C sum = new CRC32C();
        try (InputStream raw = Files.newInputStream(file);
                BufferedInputStream buffered = new BufferedInputStream(raw, 1 << 16)) {
            DataInputStream in = new DataInputStream(new CheckedInputStream(buffered, sum));
            if (in.readLong() != MAGIC) {
                throw new IOException("it is no snapshot of token buckets");
            }
            int version = in.readInt();
            if (version != VERSION) {
                throw new IOException("it is of version " + version + ", and this gateway reads " + VERSION);
            }
            long millis = in.readLong();
            for (byte kind = in.readByte(); kind != END; kind = in.readByte()) {
                to.accept(readEntry(in, kind));
            }
            long found = sum.getValue();
            if (in.readLong() != found) {
                throw new IOException("its checksum is wrong");
            }
            return millis;
        } catch (NoSuchFileException e) {
            return null;
        } catch (EOFException e) {
            throw new IOException("it is cut short", e);
        } catch (IllegalArgumentException e) {
            throw new IOException("it is damaged: " + e.getMessage(), e);
        }
    }

    private static Entry readEntry(DataInputStream in, byte kind) throws IOException {
        Owner whose = switch (kind) {
            case 'A' -> Owner.ACCOUNT;
            case 'O' -> Owner.ORGANISATION;
            case 'E' -> Owner.EVERYONE;
            default -> throw new IOException("it is damaged");
        };
        String id = in.readUTF();
        boolean hasTier = in.readBoolean();
        String tier = in.readUTF();
        Standing standing = Standing.valueOf(in.readUTF());
        boolean alone = in.readBoolean();
        List<Part> parts = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            int part = in.readByte() & (OwnerLimits.PARTS - 1);
            String model = in.readUTF();
            String route = in.readUTF();
            List<Level> levels = new ArrayList<>();
            for (int j = in.readInt(); j > 0; j--) {
                String limit = in.readUTF();
                long left = in.readLong();
                String interval = in.readUTF();
                levels.add(new Level(limit, left, interval, interval.isEmpty() ? 0 : in.readLong()));
            }
            parts.add(new Part(part, model, route, levels));
        }
        return new Entry(whose, id, new OwnerLimits.Variant(hasTier ? tier : null, standing, alone), parts);
    }
}
