package dev.stillgate.loadtests.api;

import dev.stillgate.loadtests.json.JsonBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response of the model.
 *
 * @param id response id
 * @param itemId id of the output item, empty if the API has none
 * @param text the text as a JSON string; an empty buffer for none
 * @param thinking the thinking block, null for none
 * @param signature the provider's signature of the thinking block
 */
public record ModelReply(
        String id, String itemId, JsonBuffer text, @Nullable String thinking, String signature, List<ToolCall> calls) {

    /** Returns the approximate number of output tokens. */
    public int tokens() {
        int characters = text.length() + (thinking == null ? 0 : thinking.length());
        for (ToolCall call : calls) {
            characters += call.arguments().length() + call.name().length() + 20;
        }
        return Math.max(1, characters / 4);
    }

    boolean hasText() {
        return text.length() > 0;
    }
}
