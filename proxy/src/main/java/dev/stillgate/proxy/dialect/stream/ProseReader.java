package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.proxy.json.JsonSink;
import dev.stillgate.spi.BodyView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Interprets the JSON of one dialect: decides which texts are prose, to which block they belong, and where blocks end.
 * Receives one event, document or line at a time, and lists the necessary edits as slots. Not thread-safe.
 */
public abstract class ProseReader extends JsonSink<ProseField> {
    /** Presence of a value whose content does not matter. */
    public enum Presence {
        /** Null or false. */
        NULL,
        /** An empty string, array or object. */
        EMPTY,
        FULL
    }

    public final ProseBlocks blocks;

    /** The edits in the current event, by position. */
    public final List<ProseSlot> slots;

    /** The blocks that end with the current event; their remaining text must be sent before it. */
    public final List<ProseBlock> ending;

    /** Whether the events are the elements of a JSON array. */
    public boolean inArray;

    /** Whether an additional event follows the current one, and does not precede it. */
    public boolean afterEvent;

    private @Nullable ProseSlot open;
    private @Nullable String answerId;

    public ProseReader(ProseBlocks blocks) {
        this.blocks = blocks;
        this.slots = new ArrayList<>();
        this.ending = new ArrayList<>();
    }

    /** Creates a reader to which another one delegates; it shares the slots and blocks of that reader. */
    public ProseReader(ProseReader parent) {
        this.blocks = parent.blocks;
        this.slots = parent.slots;
        this.ending = parent.ending;
    }

    /** Begins an event, document or line. */
    public void begin() {
        slots.clear();
        ending.clear();
        open = null;
    }

    /** Returns the slot of an unterminated string that may be prose, or null. */
    public final @Nullable ProseSlot openSlot() {
        return open;
    }

    @Override
    public void leave(ProseField field, int end) {
        if (field == ProseField.ANSWER) {
            ProseSlot slot = add(end);
            slot.kind = ProseSlot.Kind.ANSWER;
            slot.id = takeId();
        }
    }

    @Override
    public final void shortString(ProseField field, byte[] buf, int from, int to) {
        shortString(field, new String(buf, from, to - from, StandardCharsets.UTF_8));
    }

    /** Handles a short string; {@code value} is empty if the string is too long or invalid. */
    public void shortString(ProseField field, String value) {
        if (field == ProseField.ANSWER_ID && answerId == null && !value.isEmpty()) {
            answerId = value;
        }
    }

    @Override
    public final void presence(ProseField field, byte first, boolean empty) {
        presence(field, first == 'n' || first == 'f' ? Presence.NULL : empty ? Presence.EMPTY : Presence.FULL);
    }

    /** Handles a value of which only the presence matters. */
    public abstract void presence(ProseField field, Presence presence);

    @Override
    public final void beginText(ProseField field, byte first, int at) {
        open = slot(field, at);
    }

    @Override
    public final void endText(ProseField field, int at) {
        if (open != null) {
            open.end = at;
            open = null;
        }
    }

    /** Returns a slot for a string that may be prose. Its end is set later. */
    public abstract ProseSlot slot(ProseField field, int start);

    /**
     * Decides all slots and ending blocks by what is known. Called at the end of the event, document or line, and
     * additionally before if it is too large to be held.
     */
    public abstract void settle();

    /**
     * Ends blocks before the rest of an event that is too large to be held, where the rest would otherwise precede the
     * text that their taps hold back. Called when no text is open.
     */
    public void endBeforeRest() {}

    /** Returns whether the event is the last of its stream. */
    public abstract boolean terminal();

    /**
     * Writes an additional event with text of a block.
     *
     * @param text the text as the content of a JSON string, without quotes
     */
    public abstract void writeMore(ProseBlock block, GrownBytes text, GrownBytes out);

    /** Returns the sequence number to send instead of the given one. */
    public long renumbered(long number) {
        return number;
    }

    /** Keeps templates for additional events from an event whose JSON is in one piece of {@code buf}. */
    public void keepForms(byte[] buf, int start, int end) {}

    public final ProseSlot add(int start) {
        ProseSlot slot = new ProseSlot(start);
        slots.add(slot);
        return slot;
    }

    public final void addPart(BodyView.PartKind kind, int at) {
        ProseSlot slot = add(at);
        slot.kind = ProseSlot.Kind.PART;
        slot.part = kind;
    }

    /** Returns the id of the response and clears it. */
    public final @Nullable String takeId() {
        String id = answerId;
        answerId = null;
        return id;
    }

    public final void end(@Nullable ProseBlock block) {
        if (block != null && block.isOpen() && !ending.contains(block)) {
            ending.add(block);
        }
    }

    /** Ends a block whose further text passes unchanged. */
    public final void abandon(@Nullable ProseBlock block) {
        if (block != null && block.isOpen()) {
            block.abandoned = true;
            end(block);
        }
    }

    /** Ends all blocks. */
    public final void endAll() {
        blocks.all().forEach(this::end);
    }

    /** Ends all blocks, whose further text passes unchanged. */
    public final void abandonAll() {
        blocks.all().forEach(this::abandon);
    }
}
