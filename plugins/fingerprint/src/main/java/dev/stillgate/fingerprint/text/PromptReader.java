package dev.stillgate.fingerprint.text;

import dev.stillgate.spi.BodyView;

/**
 * Reads what a prompt's text tells of how it was made. One for each thread. What was answered before is not looked at,
 * what is looked at is bounded, and apart from the room for the longest prompt so far nothing is allocated.
 */
public final class PromptReader {
    /** The most characters of a prompt that are analysed. */
    public static final int MOST_ANALYSED = NewText.MOST;

    private final NewText text = new NewText();
    private final Words words;
    private final Spans spans = new Spans();
    private final MaskedWords masked;
    private final Lexicon lexicon;
    private final ShingleSketch sketch;
    private final TopicProjection topic;
    private final ElicitationFinder elicitations;
    private final SystemPrompts systems;
    private final ToolSet tools;

    /**
     * Makes a reader.
     *
     * @param key 32 secret bytes: readers of one key give the same hashes
     */
    public PromptReader(byte[] key) {
        this(new TextKey(key), Phrases.shipped());
    }

    PromptReader(TextKey key, Phrases phrases) {
        this(key, phrases, new Lexicon(key, phrases));
    }

    PromptReader(TextKey key, Phrases phrases, Lexicon lexicon) {
        this.lexicon = lexicon;
        words = new Words(key);
        masked = new MaskedWords(key);
        sketch = new ShingleSketch(key);
        topic = new TopicProjection(key);
        elicitations = new ElicitationFinder(lexicon, phrases);
        systems = new SystemPrompts(key, words, spans, masked, lexicon);
        tools = new ToolSet(key);
    }

    /** Reads a prompt and overwrites every field of {@code into}. */
    public void read(BodyView.Chat chat, PromptFeatures into) {
        frame(chat, into, true);
        analyse(into);
    }

    /** Reads all of a prompt but its new text, of which nothing but its length is told: {@code into} has no analysed characters. */
    public void skim(BodyView.Chat chat, PromptFeatures into) {
        frame(chat, into, false);
        into.withoutText();
    }

    private void frame(BodyView.Chat chat, PromptFeatures into, boolean keep) {
        CharSequence system = chat.system();
        into.system = system == null ? 0 : systems.hash(system);
        into.tools = tools.hash(chat.toolNames());
        text.read(chat, keep);
        into.newChars = (int) Math.min(text.all, Integer.MAX_VALUE);
        into.analysedChars = (int) Math.min(text.length, text.users);
        into.userTurns = text.userTurns;
        into.assistantTurns = text.assistantTurns;
        into.toolResults = text.toolResults;
    }

    /**
     * Returns the beginning of the new text of the prompt that was read last, without what is variable or personal in form.
     *
     * @param most the most characters
     */
    public String sample(int most) {
        return Redaction.of(words, masked, most);
    }

    private void analyse(PromptFeatures into) {
        words.read(text.chars, text.length);
        lexicon.number(words);
        spans.read(words);
        masked.read(words, spans);
        into.text = words.whole();
        into.opening = masked.opening(words);
        sketch.read(masked.hash, masked.count, into.sketch);
        topic.read(words, lexicon.weights(), into.topic);
        into.elicitations = elicitations.read(words, spans);
        into.codeChars = spans.codeChars;
        into.digitChars = words.digits;
        into.otherScriptChars = words.otherScript;
    }
}
