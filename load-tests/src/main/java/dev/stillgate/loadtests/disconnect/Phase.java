package dev.stillgate.loadtests.disconnect;

/**
 * The state of an exchange at the disconnect.
 *
 * @param title name in the table
 * @param path request path, which selects the upstream
 * @param stub options of the stub model
 * @param body the part of the body that is sent
 * @param contentLength declared length of the body, -1 for that of {@code body}
 */
record Phase(String title, String path, String stub, String body, int contentLength) {
    private static final String MESSAGE =
            "{\"model\":\"stub-1\",\"max_tokens\":64,%s\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

    /** Waits for the concurrency limit of an upstream, which is 1. */
    static Phase queued() {
        return new Phase(
                "waiting for the limit", "/v1/responses", "hang", "{\"model\":\"stub-1\",\"input\":\"Hi\"}", -1);
    }

    /** Waits for a connection to an endpoint that accepts none. */
    static Phase connecting() {
        return new Phase("waiting for a connection", "/v1/chat/completions", "hang", MESSAGE.formatted(""), -1);
    }

    /** Has sent a part of the request, which the model received. */
    static Phase sending() {
        return new Phase("sending", "/v1/blobs/1", "hang", "x".repeat(1000), 1_000_000);
    }

    /** Has sent the request; the model does not respond. */
    static Phase awaiting() {
        return new Phase("awaiting the head", "/v1/messages", "hang", MESSAGE.formatted(""), -1);
    }

    /** Has received a part of a stream. */
    static Phase streaming() {
        return new Phase(
                "streaming", "/v1/messages", "events=1000,pace=250", MESSAGE.formatted("\"stream\":true,"), -1);
    }
}
