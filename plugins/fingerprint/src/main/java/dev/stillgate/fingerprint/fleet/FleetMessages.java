package dev.stillgate.fingerprint.fleet;

import dev.stillgate.fingerprint.standing.HidingChange;
import dev.stillgate.fingerprint.standing.OperatorChange;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Binary messages between gateways about standings: parts of a snapshot, requests for a snapshot, and changes by
 * operators.
 */
final class FleetMessages {
    static final int SNAPSHOT = 'C';
    static final int REQUEST = 'A';
    private static final int CHANGE = 'W';
    private static final int HIDING = 'H';
    private static final int ERASURE = 'F';
    private static final int VERSION = 4;
    private static final int MAX_PART = 48 << 10;

    private FleetMessages() {}

    /** Message about what an operator did on another gateway. */
    sealed interface OperatorMessage {
        /** A pin was set or removed. */
        record Changed(OperatorChange change) implements OperatorMessage {}

        /** A cluster was hidden or is shown again. */
        record Hidden(HidingChange change) implements OperatorMessage {}

        /** An account was erased. */
        record Erased(String account) implements OperatorMessage {}
    }

    /** Writer of a message after its version and kind. */
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
            throw new IllegalStateException("write to a byte array failed", e);
        }
        return bytes.toByteArray();
    }

    /** Reads the version and kind of a message. */
    static int kind(DataInputStream in) throws IOException {
        int version = in.readByte();
        if (version != VERSION) {
            throw new IOException("unsupported version: " + version);
        }
        return in.readByte();
    }

    static byte[] request() {
        return bytes(REQUEST, out -> {});
    }

    static byte[] change(OperatorChange change) {
        return bytes(CHANGE, change::write);
    }

    static byte[] change(HidingChange change) {
        return bytes(HIDING, change::write);
    }

    static byte[] erasure(String account) {
        return bytes(ERASURE, out -> out.writeUTF(account));
    }

    /** Reads an operator's message after its kind. */
    static OperatorMessage operatorMessage(int kind, DataInputStream in) throws IOException {
        return switch (kind) {
            case CHANGE -> new OperatorMessage.Changed(OperatorChange.read(in));
            case HIDING -> new OperatorMessage.Hidden(HidingChange.read(in));
            case ERASURE -> new OperatorMessage.Erased(in.readUTF());
            default -> throw new IOException("unknown kind of message: " + kind);
        };
    }

    /** Splits a snapshot into messages. */
    static List<byte[]> parts(SnapshotAssembler.Version version, byte[] snapshot) {
        int count = Math.max(1, (snapshot.length + MAX_PART - 1) / MAX_PART);
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int from = i * MAX_PART;
            int length = Math.min(MAX_PART, snapshot.length - from);
            int index = i;
            parts.add(bytes(SNAPSHOT, out -> {
                out.writeLong(version.term());
                out.writeLong(version.number());
                out.writeInt(index);
                out.writeInt(count);
                out.write(snapshot, from, length);
            }));
        }
        return parts;
    }

    static SnapshotAssembler.Part part(DataInputStream in) throws IOException {
        SnapshotAssembler.Version version = new SnapshotAssembler.Version(in.readLong(), in.readLong());
        return new SnapshotAssembler.Part(version, in.readInt(), in.readInt(), in.readAllBytes());
    }
}
