package dev.stillgate.fingerprint.text;

import dev.stillgate.spi.BodyView;
import java.util.Arrays;

/**
 * Reads what frames a prompt, and finds what of its text is new, which a {@link TextReader} reads. One for each thread. What
 * was answered before is not looked at, and what is taken is bounded.
 */
public final class PromptReader {
    /** The most characters of a prompt that are analysed. */
    public static final int MOST_ANALYSED = NewText.MOST;

    private static final char[] NONE = {};

    private final NewText text = new NewText();
    private final SystemPrompts systems;
    private final ToolSet tools;

    PromptReader(TextKey key, Lexicon lexicon) {
        systems = new SystemPrompts(key, lexicon);
        tools = new ToolSet(key);
    }

    /** Reads a prompt but for its new text, which is returned; every field of {@code into} is overwritten. */
    public char[] read(BodyView.Chat chat, PromptFeatures into) {
        frame(chat, into, true);
        into.analysedChars = (int) Math.min(text.length, text.users);
        return text.length == 0 ? NONE : Arrays.copyOf(text.chars, text.length);
    }

    /** Reads a prompt whose new text nobody will read: only its length is told. */
    public void skim(BodyView.Chat chat, PromptFeatures into) {
        frame(chat, into, false);
    }

    private void frame(BodyView.Chat chat, PromptFeatures into, boolean keep) {
        into.withoutText();
        CharSequence system = chat.system();
        into.system = system == null ? 0 : systems.hash(system);
        into.tools = tools.hash(chat.toolNames());
        text.read(chat, keep);
        into.newChars = (int) Math.min(text.all, Integer.MAX_VALUE);
        into.userTurns = text.userTurns;
        into.assistantTurns = text.assistantTurns;
        into.toolResults = text.toolResults;
    }
}
