package dev.stillgate.proxy.dialect.prose;

/** Prose of an OpenAI batch output file, whose lines are Chat Completions or Responses. */
final class FileProse extends ProseReader {
    static final ProsePaths LINE = new ProsePaths(
            ProseField.NOTHING,
            ProsePaths.object(
                    "response",
                    new ProsePaths(
                            ProseField.NOTHING,
                            ProsePaths.object(
                                    "body",
                                    new ProsePaths(
                                            ProseField.ANSWER,
                                            CompletionsProse.ID,
                                            CompletionsProse.CHOICES,
                                            ResponsesProse.OUTPUT)))));

    private final CompletionsProse completions;
    private final ResponsesProse responses;
    private ProseReader current;

    FileProse(ProseBlocks blocks) {
        super(blocks);
        this.completions = new CompletionsProse(this);
        this.responses = new ResponsesProse(this);
        this.current = completions;
    }

    @Override
    void begin() {
        completions.begin();
        responses.begin();
    }

    @Override
    void enter(ProseField frame, int at) {
        if (frame != ProseField.NOTHING && frame != ProseField.ANSWER) {
            boolean choice = frame == ProseField.CHOICES || frame == ProseField.CHOICE;
            current = choice ? completions : responses;
            current.enter(frame, at);
        }
    }

    @Override
    void leave(ProseField frame, int end) {
        if (frame == ProseField.ANSWER) {
            completions.forgetParts();
            super.leave(frame, end);
        } else {
            current.leave(frame, end);
        }
    }

    @Override
    void word(ProseField field, String value) {
        if (field == ProseField.ANSWER_ID) {
            super.word(field, value);
        } else {
            current.word(field, value);
        }
    }

    @Override
    void number(ProseField field, long value, int start, int end) {
        current.number(field, value, start, end);
    }

    @Override
    void mark(ProseField field, ProseScanner.Presence presence) {
        current.mark(field, presence);
    }

    @Override
    ProseSlot text(ProseField field, int start) {
        return current.text(field, start);
    }

    @Override
    void settle() {
        current.settle();
    }

    @Override
    boolean terminal() {
        return false;
    }

    @Override
    void writeMore(ProseBlock block, GrownBytes text, GrownBytes out) {
        throw new IllegalStateException("a batch file has no stream events");
    }
}
