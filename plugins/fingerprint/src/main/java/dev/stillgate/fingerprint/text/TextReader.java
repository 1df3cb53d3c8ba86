package dev.stillgate.fingerprint.text;

/**
 * Analyses the new text of a prompt and an unknown system prompt. Allocates only when it has to grow. Not thread-safe.
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

    TextReader(TextKey key, Lexicon lexicon, KnownSystems known) {
        this.known = known;
        this.lexicon = lexicon;
        words = new Words(key);
        masked = new MaskedWords(key);
        sketch = new ShingleSketch(key);
        topic = new TopicProjection(key);
        elicitations = new ElicitationFinder(lexicon);
    }

    /** Analyses a prompt, and overwrites the features of its text in {@code into}. */
    public void read(UnreadPrompt prompt, PromptFeatures into) {
        if (prompt.system().length > 0) {
            system(prompt.system(), into);
            known.put(new KnownSystems.Known(prompt.systemRawHash(), into.system, into.systemShingle));
        }
        if (prompt.hasText()) {
            text(prompt.text(), into);
        }
    }

    /** Analyses a system prompt; dates are masked too. */
    private void system(char[] prompt, PromptFeatures into) {
        mask(prompt);
        masked.maskMarked(words.number, lexicon.dates());
        into.system = masked.all();
        sketch.read(masked.hash, masked.count, frame);
        into.systemShingle = frame[0] * 0x9e3779b97f4a7c15L;
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
     * Returns the redacted beginning of the last text.
     *
     * @param maxChars maximum number of characters
     */
    public String sample(int maxChars) {
        return Redaction.of(words, masked, maxChars);
    }
}
