package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What an operator said of an account.
 *
 * @param pinned where it stands, null when the word before was taken back
 * @param at when it was said
 * @param quota what it may use a day, 0 when nothing was said of that
 */
public record OperatorChange(
        String account,
        @Nullable Standing pinned,
        long until,
        @Nullable String why,
        long at,
        int quota) {
    /** Writes it down. */
    public void write(DataOutput out) throws IOException {
        out.writeUTF(account);
        StandingCodec.writeStanding(out, pinned);
        out.writeLong(until);
        StandingCodec.writeText(out, why);
        out.writeLong(at);
        out.writeInt(quota);
    }

    /** Reads one that was written. */
    public static OperatorChange read(DataInput in) throws IOException {
        return new OperatorChange(
                in.readUTF(),
                StandingCodec.readStanding(in),
                in.readLong(),
                StandingCodec.readText(in),
                in.readLong(),
                in.readInt());
    }
}
