package dev.stillgate.proxy.dialect.responses;

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
 * Prose of Responses: the text of {@code output_text} parts. A stream delivers such a text in deltas and repeats it up
 * to four times. Text with annotations or log-probabilities is excluded, because these refer to character positions. So
 * is text after a call of a tool that annotates later text (search, code interpreter). After an unexpected annotation,
 * the rest of the part passes unchanged.
 *
 * <p>An inserted event, at most one per part, takes a sequence number and shifts those of later events. A client that
 * resumes a stream by its last shifted number therefore misses as many events as were inserted.
 */
public final class ResponsesProse extends ProseReader {
    public static final JsonPaths.Key<ProseField> ID = JsonPaths.shortString("id", ProseField.ANSWER_ID);
    private static final JsonPaths<ProseField> PART = JsonPaths.reported(
            ProseField.PART,
            JsonPaths.shortString("type", ProseField.DELTA_TYPE),
            JsonPaths.text("text", ProseField.WHOLE_TEXT),
            JsonPaths.presence("annotations", ProseField.ANNOTATIONS),
            JsonPaths.presence("logprobs", ProseField.ANNOTATIONS));
    private static final JsonPaths<ProseField> ITEM = JsonPaths.reported(
            ProseField.ITEM,
            JsonPaths.shortString("type", ProseField.TYPE),
            JsonPaths.presence("encrypted_content", ProseField.SIGNATURE),
            JsonPaths.list("content", PART));
    public static final JsonPaths.Key<ProseField> OUTPUT = JsonPaths.list("output", ITEM);
    public static final JsonPaths<ProseField> RESPONSE = JsonPaths.reported(ProseField.ANSWER, ID, OUTPUT);

    /** A stored response, or a list of the items of its conversation. */
    public static final JsonPaths<ProseField> STORED =
            JsonPaths.reported(ProseField.ANSWER, ID, OUTPUT, JsonPaths.list("data", ITEM));

    public static final JsonPaths<ProseField> EVENT = JsonPaths.of(
            JsonPaths.shortString("type", ProseField.EVENT_TYPE),
            JsonPaths.number("sequence_number", ProseField.SEQUENCE),
            JsonPaths.number("output_index", ProseField.OUTPUT_INDEX),
            JsonPaths.number("content_index", ProseField.CONTENT_INDEX),
            JsonPaths.text("delta", ProseField.DELTA_TEXT),
            JsonPaths.text("text", ProseField.REPEATED_TEXT),
            JsonPaths.presence("logprobs", ProseField.DELTA_ANNOTATIONS),
            JsonPaths.object("part", PART),
            JsonPaths.object("item", ITEM),
            JsonPaths.object("response", JsonPaths.of(JsonPaths.shortString("id", ProseField.ANSWER_ID), OUTPUT)));

    private static final byte[] NAME = ascii("event: response.output_text.delta\n");

    private final boolean stream;
    private String event = "";
    private long outputIndex;
    private long contentIndex;
    private long items;
    private long parts;
    private String itemType = "";
    private String partType = "";
    private boolean encrypted;
    private boolean annotated;
    private boolean annotatedDelta;

    /** Whether the response called a tool that annotates later text. */
    private boolean afterAnnotatingTool;

    /** Whether the current item was reported: {@link #settle} may be called again for its event. */
    private boolean reported;

    private long sequence = -1;
    private boolean numbered;
    private long inserted;
    private @Nullable ProseSlot text;
    private @Nullable ProseSlot delta;
    private @Nullable ProseSlot repeated;
    private @Nullable ProseSlot number;

    public ResponsesProse(ProseBlocks blocks, boolean stream) {
        super(blocks);
        this.stream = stream;
    }

    public ResponsesProse(ProseReader parent) {
        super(parent);
        this.stream = false;
    }

    @Override
    public void begin() {
        super.begin();
        event = "";
        outputIndex = 0;
        contentIndex = 0;
        items = 0;
        parts = 0;
        itemType = "";
        annotated = false;
        annotatedDelta = false;
        reported = false;
        numbered = false;
        text = null;
        delta = null;
        repeated = null;
        number = null;
        afterAnnotatingTool &= stream;
    }

    @Override
    public void enter(ProseField field, int at) {
        if (field == ProseField.ITEM) {
            items++;
            parts = 0;
            itemType = "";
            encrypted = false;
        } else if (field == ProseField.PART) {
            parts++;
            partType = "";
            annotated = false;
            text = null;
        }
    }

    @Override
    public void leave(ProseField field, int end) {
        super.leave(field, end);
        if (field == ProseField.PART) {
            decide();
            text = null;
        } else if (field == ProseField.ITEM) {
            afterAnnotatingTool |= isAnnotating(itemType);
            if (!stream) {
                addParts(end);
            }
        }
    }

    private static boolean isAnnotating(String type) {
        return type.startsWith("web_search") || type.startsWith("file_search") || type.startsWith("code_interpreter");
    }

    private void addParts(int at) {
        BodyView.PartKind kind = part();
        if (kind != BodyView.PartKind.TEXT) {
            addPart(kind, at);
        }
        if (encrypted) {
            addPart(BodyView.PartKind.SIGNATURE, at);
        }
    }

    private BodyView.PartKind part() {
        return switch (itemType) {
            case "message" -> BodyView.PartKind.TEXT;
            case "reasoning" -> BodyView.PartKind.THINKING;
            case "image_generation_call" -> BodyView.PartKind.MEDIA;
            default ->
                itemType.endsWith("_call")
                        ? BodyView.PartKind.TOOL_CALL
                        : itemType.endsWith("_output") ? BodyView.PartKind.TOOL_RESULT : BodyView.PartKind.OTHER;
        };
    }

    private static long key(long output, long content) {
        return output << 32 | content;
    }

    /** Decides whether the text of the current part is prose, and for a stream records the indices of its block key. */
    private void decide() {
        if (text == null || text.kind != ProseSlot.Kind.UNDECIDED || text.decided) {
            return;
        }
        text.decided = true;
        text.prose = partType.equals("output_text") && !annotated && !afterAnnotatingTool;
        text.item = items == 0 ? -1 : items - 1;
        text.place = items == 0 ? -1 : parts - 1;
        if (!stream) {
            text.kind = text.prose ? ProseSlot.Kind.WHOLE : ProseSlot.Kind.RAW;
        }
    }

    @Override
    public void shortString(ProseField field, String value) {
        switch (field) {
            case EVENT_TYPE -> event = value;
            case TYPE -> itemType = value;
            case DELTA_TYPE -> partType = value;
            default -> super.shortString(field, value);
        }
    }

    @Override
    public void number(ProseField field, long value, int start, int end) {
        switch (field) {
            case OUTPUT_INDEX -> outputIndex = value;
            case CONTENT_INDEX -> contentIndex = value;
            default -> {
                sequence = value;
                numbered = true;
                number = add(start);
                number.end = end;
                number.kind = ProseSlot.Kind.NUMBER;
                number.number = value;
            }
        }
    }

    @Override
    public void presence(ProseField field, Presence presence) {
        boolean full = presence == Presence.FULL;
        switch (field) {
            case SIGNATURE -> encrypted |= full;
            case DELTA_ANNOTATIONS -> annotatedDelta = full;
            default -> annotated |= full;
        }
    }

    @Override
    public ProseSlot slot(ProseField field, int start) {
        ProseSlot newSlot = add(start);
        switch (field) {
            case DELTA_TEXT -> delta = newSlot;
            case REPEATED_TEXT -> repeated = newSlot;
            default -> text = newSlot;
        }
        return newSlot;
    }

    @Override
    public void settle() {
        decide();
        if (!stream) {
            return;
        }
        switch (event) {
            case "response.output_text.delta" -> settleDelta();
            case "response.output_text.done" -> {
                end(blocks.find(key(outputIndex, contentIndex)));
                if (repeated != null) {
                    repeated.prose = !annotatedDelta && !afterAnnotatingTool;
                    settleText(repeated, key(outputIndex, contentIndex));
                }
            }
            case "response.output_text.annotation.added" -> abandon(blocks.find(key(outputIndex, contentIndex)));
            case "response.output_item.added" -> settleItem();
            case "response.content_part.done", "response.output_item.done" -> settleTexts();
            case "response.completed", "response.incomplete", "response.failed" -> settleTexts();
            default -> {}
        }
    }

    private void settleItem() {
        if (!reported) {
            reported = true;
            BodyView.PartKind kind = part();
            if (kind != BodyView.PartKind.TEXT) {
                blocks.part(kind);
            }
            if (encrypted) {
                blocks.part(BodyView.PartKind.SIGNATURE);
            }
        }
    }

    private void settleDelta() {
        long key = key(outputIndex, contentIndex);
        ProseBlock block = blocks.find(key);
        if (annotatedDelta) {
            abandon(block);
        }
        if (block == null && delta != null && (afterAnnotatingTool || annotatedDelta)) {
            blocks.exclude(key);
        } else if (block == null && delta != null) {
            block = blocks.begin(key);
        }
        if (delta != null && block != null && block.isOpen() && !annotatedDelta) {
            delta.kind = ProseSlot.Kind.MORE;
            delta.block = block;
        }
    }

    /** Decides the texts of the parts that an event repeats. */
    private void settleTexts() {
        boolean singlePart = event.equals("response.content_part.done");
        boolean wholeResponse = terminal();
        for (ProseSlot slot : slots) {
            if (slot.decided && slot.kind == ProseSlot.Kind.UNDECIDED) {
                long item = wholeResponse ? slot.item : outputIndex;
                settleText(slot, key(item, singlePart ? contentIndex : slot.place));
            }
        }
    }

    private void settleText(ProseSlot slot, long key) {
        if (slot.kind != ProseSlot.Kind.UNDECIDED) {
            return;
        }
        ProseBlock block = blocks.find(key);
        if (block == null && slot.prose) {
            slot.kind = ProseSlot.Kind.MORE;
            slot.block = blocks.begin(key);
            slot.endsBlock = true;
        } else if (block != null && block.run != null) {
            end(block);
            slot.kind = ProseSlot.Kind.REPEAT;
            slot.block = block;
        }
    }

    @Override
    public boolean terminal() {
        return event.equals("response.completed")
                || event.equals("response.incomplete")
                || event.equals("response.failed");
    }

    @Override
    public long renumbered(long value) {
        return value + inserted;
    }

    @Override
    public void keepForms(byte[] buf, int start, int end) {
        ProseSlot piece = delta;
        ProseBlock block = piece == null ? null : piece.block;
        if (piece == null
                || block == null
                || block.form != null
                || end - start - (piece.end - piece.start) > DeltaForm.MOST) {
            return;
        }
        ProseSlot sequenceSlot = number;
        if (sequenceSlot == null) {
            block.form = DeltaForm.of(DeltaForm.cut(buf, start, piece.start), DeltaForm.cut(buf, piece.end, end));
            return;
        }
        boolean numberFirst = sequenceSlot.start < piece.start;
        ProseSlot first = numberFirst ? sequenceSlot : piece;
        ProseSlot second = numberFirst ? piece : sequenceSlot;
        byte[] before = DeltaForm.cut(buf, start, first.start);
        byte[] between = DeltaForm.cut(buf, /* start= */ first.end, /* end= */ second.start);
        byte[] after = DeltaForm.cut(buf, second.end, end);
        block.form = new DeltaForm(new byte[][] {before, between, after}, numberFirst ? 0 : 1);
    }

    @Override
    public void writeMore(ProseBlock block, GrownBytes rest, GrownBytes out) {
        DeltaForm form = block.form == null ? plainForm(block.key) : block.form;
        form.write(out, NAME, rest, (numbered ? sequence : sequence + 1) + inserted);
        inserted += form.isNumbered() ? 1 : 0;
    }

    private static DeltaForm plainForm(long key) {
        String before = "{\"type\":\"response.output_text.delta\",\"output_index\":" + (key >>> 32)
                + ",\"content_index\":" + (key & 0xffff_ffffL) + ",\"delta\":\"";
        return DeltaForm.of(ascii(before), ascii("\",\"logprobs\":[]}"));
    }
}
