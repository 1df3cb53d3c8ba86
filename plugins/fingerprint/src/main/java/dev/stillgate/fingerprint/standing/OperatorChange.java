package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Change of an account's pin or label by an operator.
 *
 * @param pin null for a removed pin
 * @param at milliseconds since the epoch at which the change was made
 * @param label label of the account, null for none
 */
public record OperatorChange(
        String account,
        @Nullable ManualStanding pin,
        long at,
        @Nullable Label label) {
    /** Returns the latest change of an account. */
    public static OperatorChange of(String account, AccountStanding entry) {
        Standing pinned = entry.pinned;
        ManualStanding pin =
                pinned == null ? null : new ManualStanding(pinned, entry.pinnedUntil, entry.pinnedBy, entry.pinnedWhy);
        return new OperatorChange(account, pin, entry.pinnedAt, entry.label);
    }

    public void write(DataOutput out) throws IOException {
        out.writeUTF(account);
        StandingCodec.writeStanding(out, pin == null ? null : pin.standing());
        if (pin != null) {
            out.writeLong(pin.until());
            StandingCodec.writeText(out, pin.by());
            StandingCodec.writeText(out, pin.why());
        }
        out.writeLong(at);
        Label.write(out, label);
    }

    /** Reads a change that {@link #write} wrote. */
    public static OperatorChange read(DataInput in) throws IOException {
        String account = in.readUTF();
        Standing pinned = StandingCodec.readStanding(in);
        ManualStanding pin = pinned == null
                ? null
                : new ManualStanding(pinned, in.readLong(), StandingCodec.readText(in), StandingCodec.readText(in));
        return new OperatorChange(account, pin, in.readLong(), Label.read(in));
    }
}
