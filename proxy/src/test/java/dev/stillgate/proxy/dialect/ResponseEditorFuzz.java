package dev.stillgate.proxy.dialect;

import dev.stillgate.proxy.dialect.ResponseEditorTest.Run;
import dev.stillgate.spi.Operation;
import java.util.Arrays;

/** Fuzz target for response editing: the output does not depend on where the response is split. */
public final class ResponseEditorFuzz {
    private static final Operation[] PATHS = {
        Operation.MESSAGES, Operation.CHAT_COMPLETIONS, Operation.RESPONSES, Operation.STORED_RESPONSE
    };

    private ResponseEditorFuzz() {}

    /** The input is the operation and whether it is a stream, the position of the split, and the response. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 3) {
            return;
        }
        byte[] body = Arrays.copyOfRange(data, 2, data.length);
        int cut = 1 + (data[1] & 0xff) * body.length / 256;
        byte[] whole = edit(data[0], body, body.length);
        if (!Arrays.equals(whole, edit(data[0], body, cut))) {
            throw new IllegalStateException("the output differs when split at " + cut);
        }
    }

    private static byte[] edit(int how, byte[] body, int cut) {
        boolean sse = (how & 4) != 0;
        Operation operation = (how & 8) != 0 ? Operation.GENERATE_CONTENT : PATHS[how & 3];
        Run run = new Run(operation, sse, ReplacingTap.changing());
        int first = Math.min(cut, body.length);
        run.read(body, 0, first);
        run.read(body, first, body.length);
        return run.end();
    }
}
