package dev.stillgate.loadtests.report.send;

import dev.stillgate.loadtests.json.JsonBuffer;
import dev.stillgate.loadtests.report.arrival.Arrival;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a scenario. The prompt of an arrival is the same for every server, and different from those of other
 * arrivals.
 *
 * @param apis APIs in turn
 * @param stub options of the stub model, null for another model
 */
public record RequestKind(
        boolean stream, Apis apis, String model, @Nullable String stub) {
    private static final String SENTENCE = "What do you make of it when the ledger and the pencil disagree? ";
    private static final int CHARACTERS_A_TOKEN = 4;
    private static final int PROMPT = 400;
    private static final int OUTPUT = 512;

    /** The APIs that a run uses. */
    public enum Apis {
        MESSAGES,
        CHAT,
        BOTH;

        private boolean isMessages(int index) {
            return this == MESSAGES || (this == BOTH && index % 2 == 0);
        }
    }

    /** Returns the request of an arrival. */
    HttpRequest request(Target target, int index, Arrival arrival) {
        boolean messages = apis.isMessages(index);
        String key = target.keys().get(index % target.keys().size());
        JsonBuffer body = body(messages, index, arrival);
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(target.url() + (messages ? "/v1/messages" : "/v1/chat/completions")))
                .header("content-type", "application/json")
                .header(messages ? "x-api-key" : "authorization", messages ? key : "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofByteArray(Arrays.copyOf(body.bytes(), body.length())));
        if (messages) {
            request.header("anthropic-version", "2023-06-01");
        }
        if (stub != null) {
            request.header("x-stub", stub(stub, arrival.outputTokens()));
        }
        return request.build();
    }

    private JsonBuffer body(boolean messages, int index, Arrival arrival) {
        JsonBuffer body = JsonBuffer.of(
                "{'model':?,'max_tokens':?,'stream':?",
                model,
                arrival.outputTokens() > 0 ? arrival.outputTokens() : OUTPUT,
                stream);
        if (stream && !messages) {
            body.fill(",'stream_options':{'include_usage':true}");
        }
        return body.fill(",'messages':[{'role':'user','content':?}]}", prompt(index, arrival.inputTokens()));
    }

    private static String prompt(int index, int tokens) {
        int length = tokens > 0 ? tokens * CHARACTERS_A_TOKEN : PROMPT;
        String begin = index + ". ";
        byte[] text = (begin + SENTENCE.repeat(length / SENTENCE.length() + 1)).getBytes(StandardCharsets.US_ASCII);
        return new String(text, 0, Math.max(length, begin.length()), StandardCharsets.US_ASCII);
    }

    /** Returns the stub's options for a number of tokens, one event each; the stub counts four characters as one. */
    private static String stub(String base, int tokens) {
        if (tokens == 0) {
            return base;
        }
        int characters = Math.max(1, CHARACTERS_A_TOKEN * (tokens - 1));
        return (base.isEmpty() ? "" : base + ",") + "events=" + tokens + ",size=" + characters;
    }
}
