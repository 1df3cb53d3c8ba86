package dev.stillgate.loadtests.disconnect;

/**
 * How far an exchange has come when its caller leaves.
 *
 * @param what what the exchange is doing
 * @param path what is asked for, which chooses the upstream
 * @param behaviour what the model is told to do
 * @param body what is sent of the body
 * @param announced the length of the body as its head says, -1 for that of what is sent
 */
record Phase(String what, String path, String behaviour, String body, int announced) {
    private static final String MESSAGE =
            "{\"model\":\"stub-1\",\"max_tokens\":64,%s\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

    /** It waits for its turn at an upstream that is given one exchange at once. */
    static Phase queued() {
        return new Phase(
                "waiting for its turn", "/v1/responses", "hang", "{\"model\":\"stub-1\",\"input\":\"Hi\"}", -1);
    }

    /** It waits for a connection to an endpoint that takes none. */
    static Phase connecting() {
        return new Phase("waiting for a connection", "/v1/chat/completions", "hang", MESSAGE.formatted(""), -1);
    }

    /** Its request is under way, and a part of it is at the model. */
    static Phase sending() {
        return new Phase("sending", "/v1/blobs/1", "hang", "x".repeat(1000), 1_000_000);
    }

    /** Its request is at the model, which says nothing. */
    static Phase awaiting() {
        return new Phase("awaiting the head", "/v1/messages", "hang", MESSAGE.formatted(""), -1);
    }

    /** It has been sent a part of a stream. */
    static Phase streaming() {
        return new Phase(
                "streaming", "/v1/messages", "events=1000,pace=250", MESSAGE.formatted("\"stream\":true,"), -1);
    }
}
