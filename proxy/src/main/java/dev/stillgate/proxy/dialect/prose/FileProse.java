package dev.stillgate.proxy.dialect.prose;

import dev.stillgate.proxy.json.JsonPaths;

/** Prose of an OpenAI batch output file, whose lines are Chat Completions or Responses. */
final class FileProse extends ProseReader {
    static final JsonPaths<ProseField> LINE = JsonPaths.of(JsonPaths.object(
            "response",
            JsonPaths.of(JsonPaths.object(
                    "body",
                    JsonPaths.reported(
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
    public void enter(ProseField field, int at) {
        if (field != ProseField.ANSWER) {
            boolean choice = field == ProseField.CHOICES || field == ProseField.CHOICE;
            current = choice ? completions : responses;
            current.enter(field, at);
        }
    }

    @Override
    public void leave(ProseField field, int end) {
        if (field == ProseField.ANSWER) {
            completions.forgetParts();
            super.leave(field, end);
        } else {
            current.leave(field, end);
        }
    }

    @Override
    void shortString(ProseField field, String value) {
        if (field == ProseField.ANSWER_ID) {
            super.shortString(field, value);
        } else {
            current.shortString(field, value);
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
