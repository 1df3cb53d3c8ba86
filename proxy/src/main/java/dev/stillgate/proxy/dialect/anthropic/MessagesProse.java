package dev.stillgate.proxy.dialect.anthropic;

import static dev.stillgate.proxy.dialect.stream.DeltaForm.ascii;

import dev.stillgate.proxy.dialect.stream.DeltaForm;
import dev.stillgate.proxy.dialect.stream.GrownBytes;
import dev.stillgate.proxy.dialect.stream.ProseBlock;
import dev.stillgate.proxy.dialect.stream.ProseBlocks;
import dev.stillgate.proxy.dialect.stream.ProseField;
import dev.stillgate.proxy.dialect.stream.ProseReader;
import dev.stillgate.proxy.dialect.stream.ProseSlot;
import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.spi.BodyView;
import org.jspecify.annotations.Nullable;

/**
 * Prose of Messages: the text of content blocks of type {@code text} without citations. A streamed block is excluded if
 * it begins with a list for citations. After an unexpected citation, the rest of the block passes unchanged.
 */
public final class MessagesProse extends ProseReader {
    private static final JsonPaths<ProseField> BLOCK = JsonPaths.reported(
            ProseField.BLOCK,
            JsonPaths.shortString("type", ProseField.TYPE),
            JsonPaths.text("text", ProseField.WHOLE_TEXT),
            JsonPaths.presence("citations", ProseField.ANNOTATIONS),
            JsonPaths.presence("signature", ProseField.SIGNATURE));
    public static final JsonPaths<ProseField> MESSAGE = JsonPaths.reported(
            ProseField.ANSWER, JsonPaths.shortString("id", ProseField.ANSWER_ID), JsonPaths.list("content", BLOCK));
    public static final JsonPaths<ProseField> EVENT = JsonPaths.of(
            JsonPaths.shortString("type", ProseField.EVENT_TYPE),
            JsonPaths.number("index", ProseField.BLOCK_INDEX),
            JsonPaths.object("message", JsonPaths.of(JsonPaths.shortString("id", ProseField.ANSWER_ID))),
            JsonPaths.object("content_block", BLOCK),
            JsonPaths.object(
                    "delta",
                    JsonPaths.of(
                            JsonPaths.shortString("type", ProseField.DELTA_TYPE),
                            JsonPaths.text("text", ProseField.DELTA_TEXT))));
    public static final JsonPaths<ProseField> LINE =
            JsonPaths.of(JsonPaths.object("result", JsonPaths.of(JsonPaths.object("message", MESSAGE))));

    private static final byte[] NAME = ascii("event: content_block_delta\n");
    private static final byte[] BEFORE_INDEX = ascii("{\"type\":\"content_block_delta\",\"index\":");
    private static final byte[] BEFORE_TEXT = ascii(",\"delta\":{\"type\":\"text_delta\",\"text\":\"");
    private static final byte[] AFTER_TEXT = ascii("\"}}");

    private final boolean stream;
    private String event = "";
    private String deltaType = "";
    private String type = "";
    private long index;
    private Presence citations = Presence.NULL;
    private boolean cited;
    private boolean signed;

    /** Whether the current event was handled: {@link #settle} may be called again for it. */
    private boolean handled;

    private @Nullable ProseSlot slot;
    private @Nullable ProseSlot delta;

    public MessagesProse(ProseBlocks blocks, boolean stream) {
        super(blocks);
        this.stream = stream;
    }

    @Override
    public void begin() {
        super.begin();
        event = "";
        deltaType = "";
        type = "";
        index = -1;
        handled = false;
        slot = null;
        delta = null;
        cited = false;
        citations = Presence.NULL;
    }

    @Override
    public void enter(ProseField field, int at) {
        if (field == ProseField.BLOCK) {
            type = "";
            cited = false;
            signed = false;
            citations = Presence.NULL;
            slot = null;
        }
    }

    @Override
    public void leave(ProseField field, int end) {
        super.leave(field, end);
        if (field == ProseField.BLOCK && !stream) {
            decide();
            if (!type.equals("text")) {
                addPart(part(), end);
            }
            if (signed) {
                addPart(BodyView.PartKind.SIGNATURE, end);
            }
            slot = null;
        }
    }

    private void decide() {
        if (slot != null && slot.kind == ProseSlot.Kind.UNDECIDED) {
            boolean prose = type.equals("text") && citations != Presence.FULL;
            slot.kind = prose ? ProseSlot.Kind.WHOLE : ProseSlot.Kind.RAW;
        }
    }

    private BodyView.PartKind part() {
        if (type.endsWith("thinking")) {
            return BodyView.PartKind.THINKING;
        } else if (type.endsWith("tool_use")) {
            return BodyView.PartKind.TOOL_CALL;
        }
        return type.endsWith("tool_result") ? BodyView.PartKind.TOOL_RESULT : BodyView.PartKind.OTHER;
    }

    @Override
    public void shortString(ProseField field, String value) {
        switch (field) {
            case EVENT_TYPE -> event = value;
            case DELTA_TYPE -> deltaType = value;
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
        if (field == ProseField.ANNOTATIONS) {
            citations = presence;
            cited = presence != Presence.NULL;
        } else if (presence == Presence.FULL) {
            signed = true;
        }
    }

    @Override
    public ProseSlot slot(ProseField field, int start) {
        ProseSlot newSlot = add(start);
        if (field == ProseField.DELTA_TEXT) {
            delta = newSlot;
        } else {
            slot = newSlot;
        }
        return newSlot;
    }

    @Override
    public void settle() {
        if (!stream) {
            decide();
            return;
        }
        switch (event) {
            case "content_block_delta" -> settleDelta();
            case "content_block_start" -> settleStart();
            case "content_block_stop" -> end(blocks.find(index));
            default -> {}
        }
    }

    private void settleStart() {
        if (handled) {
            return;
        }
        handled = true;
        end(blocks.find(index));
        if (type.equals("text") && !cited) {
            ProseBlock block = blocks.begin(index);
            if (slot != null && block.isOpen()) {
                slot.kind = ProseSlot.Kind.MORE;
                slot.block = block;
            }
        } else {
            blocks.exclude(index);
            if (!type.equals("text")) {
                blocks.part(part());
            }
        }
    }

    private void settleDelta() {
        ProseBlock block = blocks.find(index);
        if (deltaType.equals("text_delta") && delta != null && block != null && block.isOpen()) {
            delta.kind = ProseSlot.Kind.MORE;
            delta.block = block;
        } else if (deltaType.equals("citations_delta")) {
            abandon(block);
        } else if (deltaType.equals("signature_delta") && !handled) {
            handled = true;
            blocks.part(BodyView.PartKind.SIGNATURE);
        }
    }

    @Override
    public boolean terminal() {
        return event.equals("message_stop");
    }

    @Override
    public void writeMore(ProseBlock block, GrownBytes text, GrownBytes out) {
        DeltaForm form = block.form;
        if (form == null) {
            GrownBytes before = new GrownBytes();
            before.add(BEFORE_INDEX);
            before.addNumber(block.key);
            before.add(BEFORE_TEXT);
            form = DeltaForm.of(DeltaForm.cut(before.bytes(), 0, before.length()), AFTER_TEXT);
            block.form = form;
        }
        form.write(out, NAME, text, 0);
    }
}
