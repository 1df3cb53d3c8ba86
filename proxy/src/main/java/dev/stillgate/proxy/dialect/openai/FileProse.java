package dev.stillgate.proxy.dialect.openai;

import dev.stillgate.proxy.dialect.responses.ResponsesProse;
import dev.stillgate.proxy.dialect.stream.GrownBytes;
import dev.stillgate.proxy.dialect.stream.ProseBlock;
import dev.stillgate.proxy.dialect.stream.ProseBlocks;
import dev.stillgate.proxy.dialect.stream.ProseField;
import dev.stillgate.proxy.dialect.stream.ProseReader;
import dev.stillgate.proxy.dialect.stream.ProseSlot;
import dev.stillgate.proxy.json.JsonPaths;

/** Prose of an OpenAI batch output file, whose lines are Chat Completions or Responses. */
public final class FileProse extends ProseReader {
    public static final JsonPaths<ProseField> LINE = JsonPaths.of(JsonPaths.object(
            "response",
            JsonPaths.of(JsonPaths.object(
                    "body",
                    JsonPaths.reported(
                            ProseField.ANSWER, ResponsesProse.ID, CompletionsProse.CHOICES, ResponsesProse.OUTPUT)))));

    private final CompletionsProse completions;
    private final ResponsesProse responses;
    private ProseReader current;

    public FileProse(ProseBlocks blocks) {
        super(blocks);
        this.completions = new CompletionsProse(this);
        this.responses = new ResponsesProse(this);
        this.current = completions;
    }

    @Override
    public void begin() {
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
    public void shortString(ProseField field, String value) {
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
    public void presence(ProseField field, Presence presence) {
        current.presence(field, presence);
    }

    @Override
    public ProseSlot slot(ProseField field, int start) {
        return current.slot(field, start);
    }

    @Override
    public void settle() {
        current.settle();
    }

    @Override
    public boolean terminal() {
        return false;
    }

    @Override
    public void writeMore(ProseBlock block, GrownBytes text, GrownBytes out) {
        throw new IllegalStateException("a batch file has no stream events");
    }
}
