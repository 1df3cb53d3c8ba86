package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Change of an account's pin or label by an operator.
 *
 * @param pinned pinned standing, null for a removed pin
 * @param until milliseconds since the epoch
 * @param at milliseconds since the epoch at which the change was made
 * @param label label of the account, null for none
 */
public record OperatorChange(
        String account,
        @Nullable Standing pinned,
        long until,
        @Nullable String why,
        long at,
        @Nullable Label label) {
    public void write(DataOutput out) throws IOException {
        out.writeUTF(account);
        StandingCodec.writeStanding(out, pinned);
        out.writeLong(until);
        StandingCodec.writeText(out, why);
        out.writeLong(at);
        Label.write(out, label);
    }

    /** Reads a change that {@link #write} wrote. */
    public static OperatorChange read(DataInput in) throws IOException {
        return new OperatorChange(
                in.readUTF(),
                StandingCodec.readStanding(in),
                in.readLong(),
                StandingCodec.readText(in),
                in.readLong(),
                Label.read(in));
    }
}
