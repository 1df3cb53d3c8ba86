package dev.stillgate.proxy.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import java.util.Arrays;

/** Fuzz target for request bodies: a body is rejected, or Jackson reads the same document. */
public final class RequestViewFuzz {
    private static final Operation[] PATHS = {
        Operation.MESSAGES, Operation.CHAT_COMPLETIONS, Operation.RESPONSES, Operation.MESSAGE_BATCH
    };

    private RequestViewFuzz() {}

    /** The input is the operation, followed by the body. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        Operation operation = PATHS[data[0] & 3];
        byte[] body = Arrays.copyOfRange(data, 1, data.length);
        try {
            BodyView view = new RequestReader().read(operation, "application/json", body, 0, body.length);
            JsonNode other = OtherReader.parse(body);
            if (other == null || !OtherReader.plain(other).equals(JsonValues.read(body))) {
                throw new IllegalStateException("Jackson reads " + other);
            }
            if (view instanceof BodyView.Chat chat) {
                OtherReader.compare(operation, chat, other);
                if (chat.inputTokens() < 1) {
                    throw new IllegalStateException("the token estimate is not positive");
                }
            }
        } catch (MalformedBody refused) {
            // rejected, so never forwarded
        }
    }
}
