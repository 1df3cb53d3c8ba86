package dev.stillgate.proxy.rig;

import java.io.IOException;

/** Upstream that speaks OpenAI's Responses API over WebSocket: each {@code response.create} gets one response. */
public final class ResponsesModel {
    public static final String CREATED =
            "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"model\":\"gpt-stub\"}}";
    public static final String DELTA =
            "{\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"delta\":\"The lamp is lit.\"}";

    private ResponsesModel() {}

    /** Reaction of the model to a message of the client. */
    @FunctionalInterface
    public interface Answer {
        void to(UpstreamScript.Connection connection, String message) throws IOException;
    }

    /** Returns the event that ends a response. */
    public static String completed(int input, int output) {
        return "{\"type\":\"response.completed\",\"sequence_number\":2,\"response\":{\"id\":\"resp_1\","
                + "\"status\":\"completed\",\"model\":\"gpt-stub\",\"output\":[],\"usage\":{\"input_tokens\":" + input
                + ",\"output_tokens\":" + output + ",\"total_tokens\":" + (input + output) + "}}}";
    }

    /** Starts an upstream whose responses cost these tokens. */
    public static UpstreamScript start(int input, int output) {
        return start((c, message) -> c.send(WebSocketFrames.join(
                WebSocketFrames.text(CREATED),
                WebSocketFrames.text(DELTA),
                WebSocketFrames.text(completed(input, output)))));
    }

    /** Starts an upstream that answers each message. */
    public static UpstreamScript start(Answer answer) {
        return UpstreamScript.of(c -> {
            c.send(RealtimeModel.switched(c.request()));
            for (RealtimeModel.Frame frame = RealtimeModel.frame(c.in());
                    frame != null;
                    frame = RealtimeModel.frame(c.in())) {
                if (frame.opcode() == WebSocketFrames.CLOSE) {
                    c.close();
                    return;
                }
                if (frame.opcode() == WebSocketFrames.TEXT) {
                    answer.to(c, frame.text());
                }
            }
        });
    }
}
