package dev.stillgate.fingerprint.fleet;

import dev.stillgate.fingerprint.standing.OperatorChange;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What gateways say to each other about standings, as bytes: parts of a copy, a request for one, and operators' words. */
final class FleetMessages {
    static final int COPY = 'C';
    static final int ASK = 'A';
    private static final int WORD = 'W';
    private static final int FORGET = 'F';
    private static final int VERSION = 1;
    private static final int PART = 48 << 10;

    private FleetMessages() {}

    /** What an operator said on another gateway. */
    sealed interface Said {
        /** An account was put on a rung, or that was taken back. */
        record Pinned(OperatorChange word) implements Said {}

        /** An account was erased. */
        record Forgotten(String account) implements Said {}
    }

    /** Writes what follows a kind. */
    @FunctionalInterface
    private interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    private static byte[] bytes(int kind, Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeByte(kind);
            body.write(out);
        } catch (IOException e) {
            throw new IllegalStateException("an array cannot be written to", e);
        }
        return bytes.toByteArray();
    }

    /** Reads the kind of what follows. */
    static int kind(DataInputStream in) throws IOException {
        int version = in.readByte();
        if (version != VERSION) {
            throw new IOException("of version " + version);
        }
        return in.readByte();
    }

    static byte[] ask() {
        return bytes(ASK, out -> {});
    }

    static byte[] word(OperatorChange word) {
        return bytes(WORD, word::write);
    }

    static byte[] forget(String account) {
        return bytes(FORGET, out -> out.writeUTF(account));
    }

    /** Reads an operator's word of a kind that was read. */
    static Said said(int kind, DataInputStream in) throws IOException {
        return switch (kind) {
            case WORD -> new Said.Pinned(OperatorChange.read(in));
            case FORGET -> new Said.Forgotten(in.readUTF());
            default -> throw new IOException("of kind " + kind);
        };
    }

    /** Cuts a copy into parts. */
    static List<byte[]> parts(SnapshotAssembler.Version version, byte[] copy) {
        int count = Math.max(1, (copy.length + PART - 1) / PART);
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int from = i * PART;
            int length = Math.min(PART, copy.length - from);
            int index = i;
            parts.add(bytes(COPY, out -> {
                out.writeLong(version.term());
                out.writeLong(version.number());
                out.writeInt(index);
                out.writeInt(count);
                out.write(copy, from, length);
            }));
        }
        return parts;
    }

    static SnapshotAssembler.Part part(DataInputStream in) throws IOException {
        SnapshotAssembler.Version version = new SnapshotAssembler.Version(in.readLong(), in.readLong());
        return new SnapshotAssembler.Part(version, in.readInt(), in.readInt(), in.readAllBytes());
    }
}
