package dev.stillgate.loadtests.campaign.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the model answered.
 *
 * @param id of the answer, as the provider issues it
 * @param itemId of its text, where the provider issues one
 * @param text in quotes, as JSON; empty when there is none
 * @param thinking what it thought before, when that is shown
 * @param signature the provider's, over the thinking
 */
public record Reply(
        String id, String itemId, JsonBuffer text, @Nullable String thinking, String signature, List<ToolCall> calls) {

    /** Returns about how many tokens it has. */
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
