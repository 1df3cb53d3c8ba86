package dev.stillgate.fingerprint.text;

/**
 * Reads what a prompt's new text, and a new system prompt, tell of how they were made. One for each thread; apart from the
 * room for the longest text so far nothing is allocated.
 */
public final class TextReader {
    private final Words words;
    private final Spans spans = new Spans();
    private final MaskedWords masked;
    private final Lexicon lexicon;
    private final ShingleSketch sketch;
    private final int[] frame = new int[PromptFeatures.SKETCH];
    private final TopicProjection topic;
    private final ElicitationFinder elicitations;
    private final KnownSystems known;

    TextReader(TextKey key, Phrases phrases, Lexicon lexicon, KnownSystems known) {
        this.known = known;
        this.lexicon = lexicon;
        words = new Words(key);
        masked = new MaskedWords(key);
        sketch = new ShingleSketch(key);
        topic = new TopicProjection(key);
        elicitations = new ElicitationFinder(lexicon, phrases);
    }

    /** Reads a prompt, of which all counts, and overwrites what is told of it in {@code into}. */
    public void read(UnreadPrompt prompt, PromptFeatures into) {
        if (prompt.system().length > 0) {
            system(prompt.system(), into);
            known.put(new KnownSystems.Known(prompt.systemAsItStands(), into.system, into.systemLike));
        }
        if (prompt.hasText()) {
            text(prompt.text(), into);
        }
    }

    /** Reads a system prompt with its variable parts masked, dates and all. */
    private void system(char[] prompt, PromptFeatures into) {
        mask(prompt);
        masked.takeOut(words.number, lexicon.dates());
        into.system = masked.all();
        sketch.read(masked.hash, masked.count, frame);
        into.systemLike = frame[0] * 0x9e3779b97f4a7c15L;
    }

    private void mask(char[] text) {
        words.read(text, text.length);
        lexicon.number(words);
        spans.read(words);
        masked.read(words, spans);
    }

    private void text(char[] text, PromptFeatures into) {
        mask(text);
        into.text = words.whole();
        into.opening = masked.opening(words);
        sketch.read(masked.hash, masked.count, into.sketch);
        topic.read(words, lexicon.weights(), into.topic);
        into.elicitations = elicitations.read(words, spans);
        into.codeChars = spans.codeChars;
        into.digitChars = words.digits;
        into.otherScriptChars = words.otherScript;
    }

    /**
     * Returns the beginning of the text that was read last, without what is variable or personal in form.
     *
     * @param most the most characters
     */
    public String sample(int most) {
        return Redaction.of(words, masked, most);
    }
}
