package dev.stillgate.loadtests.report;

import dev.stillgate.loadtests.json.JsonBuffer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a scenario. The prompt of an arrival is the same for every server, and different from those of other
 * arrivals.
 *
 * @param api {@code messages}, {@code chat} or {@code both}, which is each in turn
 * @param stub options of the stub model, null for another model
 */
record ModelRequests(
        boolean stream, String api, String model, @Nullable String stub) {
    private static final String SENTENCE = "What do you make of it when the ledger and the pencil disagree? ";
    private static final int SENTENCES = 6;
    private static final int OUTPUT_TOKENS = 512;

    /**
     * A server that gets requests.
     *
     * @param url without a slash at the end
     * @param keys API keys, used in turn
     */
    record Target(String url, List<String> keys) {}

    /** Returns the request of an arrival. */
    HttpRequest request(Target target, int index) {
        boolean messages = api.equals("messages") || (api.equals("both") && index % 2 == 0);
        String key = target.keys().get(index % target.keys().size());
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(target.url() + (messages ? "/v1/messages" : "/v1/chat/completions")))
                .header("content-type", "application/json")
                .header(messages ? "x-api-key" : "authorization", messages ? key : "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body(messages, index)));
        if (messages) {
            request.header("anthropic-version", "2023-06-01");
        }
        if (stub != null) {
            request.header("x-stub", stub);
        }
        return request.build();
    }

    private byte[] body(boolean messages, int index) {
        return JsonBuffer.of("{'model':?,'max_tokens':?,'stream':?", model, OUTPUT_TOKENS, stream)
                .fill(stream && !messages ? ",'stream_options':{'include_usage':true}" : "")
                .fill(",'messages':[{'role':'user','content':?}]}", index + ". " + SENTENCE.repeat(SENTENCES))
                .copy();
    }
}
