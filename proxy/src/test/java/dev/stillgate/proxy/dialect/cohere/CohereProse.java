package dev.stillgate.proxy.dialect.cohere;

import static dev.stillgate.proxy.dialect.stream.DeltaForm.ascii;

import dev.stillgate.proxy.dialect.stream.DeltaForm;
import dev.stillgate.proxy.dialect.stream.GrownBytes;
import dev.stillgate.proxy.dialect.stream.ProseBlock;
import dev.stillgate.proxy.dialect.stream.ProseBlocks;
import dev.stillgate.proxy.dialect.stream.ProseField;
import dev.stillgate.proxy.dialect.stream.ProseReader;
import dev.stillgate.proxy.dialect.stream.ProseSlot;
import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.spi.BodyView.PartKind;
import org.jspecify.annotations.Nullable;

/** Prose of Cohere's responses: the text of content without citations. */
final class CohereProse extends ProseReader {
    private static final JsonPaths<ProseField> BLOCK = JsonPaths.of(
            JsonPaths.text("text", ProseField.WHOLE_TEXT), JsonPaths.presence("thinking", ProseField.THINKING));
    static final JsonPaths<ProseField> RESPONSE = JsonPaths.reported(
            ProseField.ANSWER,
            JsonPaths.shortString("id", ProseField.ANSWER_ID),
            JsonPaths.object(
                    "message",
                    JsonPaths.of(
                            JsonPaths.list("content", BLOCK),
                            JsonPaths.presence("citations", ProseField.ANNOTATIONS),
                            JsonPaths.presence("tool_calls", ProseField.TOOL))));
    static final JsonPaths<ProseField> EVENT = JsonPaths.of(
            JsonPaths.shortString("type", ProseField.EVENT_TYPE),
            JsonPaths.shortString("id", ProseField.ANSWER_ID),
            JsonPaths.number("index", ProseField.BLOCK_INDEX),
            JsonPaths.object(
                    "delta",
                    JsonPaths.of(JsonPaths.object(
                            "message",
                            JsonPaths.of(JsonPaths.object(
                                    "content",
                                    JsonPaths.of(
                                            JsonPaths.shortString("type", ProseField.TYPE),
                                            JsonPaths.text("text", ProseField.DELTA_TEXT))))))));

    private static final byte[] NAME = ascii("event: content-delta\n");
    private static final byte[] BEFORE_INDEX = ascii("{\"type\":\"content-delta\",\"index\":");
    private static final byte[] BEFORE_TEXT = ascii(",\"delta\":{\"message\":{\"content\":{\"text\":\"");
    private static final byte[] AFTER_TEXT = ascii("\"}}}}");

    private final boolean stream;
    private String event = "";
    private String type = "";
    private long index;
    private boolean cited;
    private boolean calls;
    private boolean thinks;
    private boolean handled;

    CohereProse(ProseBlocks blocks, boolean stream) {
        super(blocks);
        this.stream = stream;
    }

    @Override
    public void begin() {
        super.begin();
        event = "";
        type = "";
        index = -1;
        cited = false;
        calls = false;
        thinks = false;
        handled = false;
    }

    @Override
    public void leave(ProseField field, int end) {
        if (thinks) {
            addPart(PartKind.THINKING, end);
        }
        if (calls) {
            addPart(PartKind.TOOL_CALL, end);
        }
        super.leave(field, end);
    }

    @Override
    public void shortString(ProseField field, String value) {
        switch (field) {
            case EVENT_TYPE -> event = value;
            case TYPE -> type = value;
            default -> super.shortString(field, value);
        }
    }

    @Override
    public void number(ProseField field, long value, int start, int end) {
        index = value;
    }

    @Override
    public void presence(ProseField field, Presence presence) {
        boolean full = presence == Presence.FULL;
        switch (field) {
            case ANNOTATIONS -> cited = full;
            case TOOL -> calls = full;
            default -> thinks |= full;
        }
    }

    @Override
    public ProseSlot slot(ProseField field, int start) {
        return add(start);
    }

    @Override
    public void settle() {
        if (!stream) {
            for (ProseSlot slot : slots) {
                if (slot.kind == ProseSlot.Kind.UNDECIDED) {
                    slot.kind = cited ? ProseSlot.Kind.RAW : ProseSlot.Kind.WHOLE;
                }
            }
            return;
        }
        switch (event) {
            case "content-start" -> start();
            case "content-delta" -> more(blocks.find(index));
            case "content-end" -> end(blocks.find(index));
            case "citation-start" -> abandonAll();
            case "tool-call-start" -> {
                if (!handled) {
                    handled = true;
                    blocks.part(PartKind.TOOL_CALL);
                }
            }
            default -> {}
        }
    }

    private void start() {
        if (!handled) {
            handled = true;
            end(blocks.find(index));
            if (type.equals("text")) {
                more(blocks.begin(index));
            } else {
                blocks.exclude(index);
                blocks.part(PartKind.THINKING);
            }
        }
    }

    private void more(@Nullable ProseBlock block) {
        if (block != null && block.isOpen()) {
            for (ProseSlot slot : slots) {
                slot.kind = ProseSlot.Kind.MORE;
                slot.block = block;
            }
        }
    }

    @Override
    public boolean terminal() {
        return event.equals("message-end");
    }

    @Override
    public void writeMore(ProseBlock block, GrownBytes text, GrownBytes out) {
        GrownBytes before = new GrownBytes();
        before.add(BEFORE_INDEX);
        before.addNumber(block.key);
        before.add(BEFORE_TEXT);
        DeltaForm.of(DeltaForm.cut(before.bytes(), 0, before.length()), AFTER_TEXT)
                .write(out, NAME, text, 0);
    }
}
