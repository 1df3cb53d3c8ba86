package dev.stillgate.fingerprint.fleet;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Binary messages between gateways about standings by evidence: parts of snapshots. */
final class FleetMessages {
    /** Snapshot of the leader. */
    static final int SNAPSHOT = 'C';

    /** Snapshot of another gateway that knows more than the leader. */
    static final int CONTRIBUTION = 'B';

    private static final int VERSION = 7;
    private static final int MAX_PART = 48 << 10;

    private FleetMessages() {}

    /** Reads the version and kind of a message. */
    static int kind(DataInputStream in) throws IOException {
        int version = in.readByte();
        if (version != VERSION) {
            throw new IOException("unsupported version: " + version);
        }
        return in.readByte();
    }

    /** Returns the number of messages that a snapshot is split into. */
    static int count(byte[] snapshot) {
        return Math.max(1, (snapshot.length + MAX_PART - 1) / MAX_PART);
    }

    /** Returns one of the messages that a snapshot is split into, counted from 0. */
    static byte[] part(int kind, SnapshotAssembler.Version version, byte[] snapshot, int index) {
        int from = index * MAX_PART;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeByte(kind);
            out.writeLong(version.term());
            out.writeLong(version.number());
            out.writeInt(index);
            out.writeInt(count(snapshot));
            out.write(snapshot, from, Math.min(MAX_PART, snapshot.length - from));
        } catch (IOException e) {
            throw new IllegalStateException("write to a byte array failed", e);
        }
        return bytes.toByteArray();
    }

    static SnapshotAssembler.Part part(DataInputStream in) throws IOException {
        SnapshotAssembler.Version version = new SnapshotAssembler.Version(in.readLong(), in.readLong());
        return new SnapshotAssembler.Part(version, in.readInt(), in.readInt(), in.readAllBytes());
    }
}
