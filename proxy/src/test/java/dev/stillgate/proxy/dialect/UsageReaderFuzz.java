package dev.stillgate.proxy.dialect;

import dev.stillgate.spi.Operation;
import java.util.Arrays;

/** Fuzz target for usage reading: the result does not depend on where the response is split. */
public final class UsageReaderFuzz {
    private static final Operation[] PATHS = {
        Operation.MESSAGES,
        Operation.CHAT_COMPLETIONS,
        Operation.RESPONSES,
        Operation.MESSAGE_BATCH_RESULTS,
        Operation.GENERATE_CONTENT,
        Operation.GENERATE_CONTENT,
        Operation.GENERATE_CONTENT,
        Operation.GENERATE_CONTENT
    };

    private UsageReaderFuzz() {}

    /** The input is the operation and whether it is a stream, the position of the split, and the response. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 3) {
            return;
        }
        byte[] body = Arrays.copyOfRange(data, 2, data.length);
        int cut = 1 + (data[1] & 0xff) * body.length / 256;
        String whole = read(data[0], body, body.length);
        String pieces = read(data[0], body, cut);
        if (!whole.equals(pieces)) {
            throw new IllegalStateException("whole: " + whole + "\nin pieces: " + pieces);
        }
    }

    private static String read(int how, byte[] body, int piece) {
        UsageReader reader = new UsageReader();
        reader.reset(PATHS[(how & 3) + ((how & 8) != 0 ? 4 : 0)], (how & 4) != 0);
        for (int at = 0; at < body.length; at += piece) {
            reader.feed(body, at, Math.min(piece, body.length - at));
        }
        return reader.usage() + " " + reader.events() + " " + reader.terminal() + " " + reader.model() + " "
                + reader.id() + " " + reader.atEventBoundary() + " " + reader.hasErrors();
    }
}
