package dev.stillgate.fingerprint.text;

import dev.stillgate.spi.BodyView;
import java.util.Arrays;

/**
 * Reads what frames a prompt, and finds what of its text is new, which a {@link TextReader} reads. One for each thread. What
 * was answered before is not looked at, and what is taken is bounded.
 */
public final class PromptReader {
    private static final char[] NONE = {};

    private final NewText text = new NewText();
    private final SystemPrompts systems;
    private final ToolSet tools;

    PromptReader(TextKey key, KnownSystems known) {
        systems = new SystemPrompts(key, known);
        tools = new ToolSet(key);
    }

    /**
     * Reads a prompt but for its new text and a system prompt that is not known, which are returned; every field of {@code
     * into} is overwritten.
     */
    public UnreadPrompt read(BodyView.Chat chat, PromptFeatures into) {
        frame(chat, into, true);
        into.analysedChars = (int) Math.min(text.length, text.users);
        char[] unknown = systems.unknown();
        if (text.length == 0 && unknown.length == 0) {
            return UnreadPrompt.NONE;
        }
        char[] unread = text.length == 0 ? NONE : Arrays.copyOf(text.chars, text.length);
        return new UnreadPrompt(unread, unknown, systems.asItStands());
    }

    /**
     * Reads a prompt of which nobody will read more: of its new text only the length is told, of an unknown system prompt
     * nothing.
     */
    public void skim(BodyView.Chat chat, PromptFeatures into) {
        frame(chat, into, false);
    }

    private void frame(BodyView.Chat chat, PromptFeatures into, boolean keep) {
        into.withoutText();
        CharSequence system = chat.system();
        KnownSystems.Known known = systems.find(system == null ? "" : system);
        into.system = known == null ? 0 : known.hash();
        into.systemLike = known == null ? 0 : known.like();
        into.tools = tools.hash(chat.toolNames());
        text.read(chat, keep);
        into.newChars = (int) Math.min(text.all, Integer.MAX_VALUE);
        into.userTurns = text.userTurns;
        into.assistantTurns = text.assistantTurns;
        into.toolResults = text.toolResults;
    }
}
