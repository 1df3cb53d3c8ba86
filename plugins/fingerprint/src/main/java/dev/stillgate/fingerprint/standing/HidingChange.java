package dev.stillgate.fingerprint.standing;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Change of whether a cluster is hidden.
 *
 * @param cluster id of the cluster
 * @param at milliseconds since the epoch
 * @param hiding null if the cluster is shown again
 */
public record HidingChange(
        String cluster, long at, @Nullable Hiding hiding) {
    public void write(DataOutput out) throws IOException {
        out.writeUTF(cluster);
        out.writeLong(at);
        Hiding.write(out, hiding);
    }

    /** Reads a change that {@link #write} wrote. */
    public static HidingChange read(DataInput in) throws IOException {
        return new HidingChange(in.readUTF(), in.readLong(), Hiding.read(in));
    }
}
