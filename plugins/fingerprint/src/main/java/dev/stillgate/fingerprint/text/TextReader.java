package dev.stillgate.fingerprint.text;

/**
 * Reads what a prompt's new text tells of how it was made. One for each thread; apart from the room for the longest text so
 * far nothing is allocated.
 */
public final class TextReader {
    private final Words words;
    private final Spans spans = new Spans();
    private final MaskedWords masked;
    private final Lexicon lexicon;
    private final ShingleSketch sketch;
    private final TopicProjection topic;
    private final ElicitationFinder elicitations;

    TextReader(TextKey key, Phrases phrases, Lexicon lexicon) {
        this.lexicon = lexicon;
        words = new Words(key);
        masked = new MaskedWords(key);
        sketch = new ShingleSketch(key);
        topic = new TopicProjection(key);
        elicitations = new ElicitationFinder(lexicon, phrases);
    }

    /** Reads a text, of which all counts, and overwrites what is told of it in {@code into}. */
    public void read(char[] text, PromptFeatures into) {
        words.read(text, text.length);
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

    /**
     * Returns the beginning of the text that was read last, without what is variable or personal in form.
     *
     * @param most the most characters
     */
    public String sample(int most) {
        return Redaction.of(words, masked, most);
    }
}
