package dev.stillgate.fingerprint.text;

import dev.stillgate.spi.BodyView;
import java.util.Arrays;

/**
 * Reads the frame of a prompt (system prompt, tools, turns) and extracts the new text, which a {@link TextReader}
 * analyses. Earlier responses are not read, and the extracted text is bounded. Not thread-safe.
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
     * Reads a prompt, and returns its new text and its system prompt if that is unknown. Every field of {@code into} is
     * overwritten.
     */
    public UnreadPrompt read(BodyView.Chat chat, PromptFeatures into) {
        frame(chat, into, true);
        into.analysedChars = (int) Math.min(text.length, text.userChars);
        char[] unknown = systems.unknown();
        if (text.length == 0 && unknown.length == 0) {
            return UnreadPrompt.NONE;
        }
        char[] unread = text.length == 0 ? NONE : Arrays.copyOf(text.chars, text.length);
        return new UnreadPrompt(unread, unknown, systems.rawHash());
    }

    /** Reads only the frame of a prompt; its new text is counted but not returned, nor is an unknown system prompt. */
    public void skim(BodyView.Chat chat, PromptFeatures into) {
        frame(chat, into, false);
    }

    private void frame(BodyView.Chat chat, PromptFeatures into, boolean keep) {
        into.withoutText();
        CharSequence system = chat.system();
        KnownSystems.Known known = systems.find(system == null ? "" : system);
        into.system = known == null ? 0 : known.hash();
        into.systemShingle = known == null ? 0 : known.shingle();
        into.tools = tools.hash(chat.toolNames());
        text.read(chat, keep);
        into.newChars = (int) Math.min(text.totalChars, Integer.MAX_VALUE);
        into.userTurns = text.userTurns;
        into.assistantTurns = text.assistantTurns;
        into.toolResults = text.toolResults;
    }
}
