package dev.stillgate.proxy.dialect.prose;

import dev.stillgate.proxy.json.JsonPaths;

/** Prose of an OpenAI batch output file, whose lines are Chat Completions or Responses. */
final class FileProse extends ProseReader {
    static final JsonPaths<ProseField> LINE = JsonPaths.of(JsonPaths.object(
            "response",
            JsonPaths.of(JsonPaths.object(
                    "body",
                    JsonPaths.framed(
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
        super.begin();
        completions.begin();
        responses.begin();
    }

    @Override
    public void enter(ProseField frame, int at) {
        if (frame != ProseField.ANSWER) {
            boolean choice = frame == ProseField.CHOICES || frame == ProseField.CHOICE;
            current = choice ? completions : responses;
            current.enter(frame, at);
        }
    }

    @Override
    public void leave(ProseField frame, int end) {
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
    public void number(ProseField field, long value, int start, int end) {
        current.number(field, value, start, end);
    }

    @Override
    void presence(ProseField field, Presence presence) {
        current.presence(field, presence);
    }

    @Override
    ProseSlot slot(ProseField field, int start) {
        return current.slot(field, start);
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
