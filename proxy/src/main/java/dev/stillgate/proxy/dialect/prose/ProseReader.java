package dev.stillgate.proxy.dialect.prose;

import dev.stillgate.spi.BodyView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Interprets the JSON of one dialect: decides which texts are prose, to which block they belong, and where blocks end.
 * The scanner reports one event, document or line at a time, and the reader lists the necessary edits as slots. Not
 * thread-safe.
 */
abstract class ProseReader {
    final ProseBlocks blocks;

    /** The edits in the current event, by position. */
    final List<ProseSlot> slots;

    /** The blocks that end with the current event; their remaining text must be sent before it. */
    final List<ProseBlock> ending;

    private @Nullable String answerId;

    ProseReader(ProseBlocks blocks) {
        this.blocks = blocks;
        this.slots = new ArrayList<>();
        this.ending = new ArrayList<>();
    }

    /** Creates a reader to which another one delegates; it shares the slots and blocks of that reader. */
    ProseReader(ProseReader parent) {
        this.blocks = parent.blocks;
        this.slots = parent.slots;
        this.ending = parent.ending;
    }

    /** Begins an event, document or line. */
    void begin() {
        slots.clear();
        ending.clear();
    }

    /** Handles the start of an object or followed array, whose opening bracket is at index {@code at}. */
    abstract void enter(ProseField frame, int at);

    /** Handles the end of an object or followed array, before index {@code end}. */
    void leave(ProseField frame, int end) {
        if (frame == ProseField.ANSWER) {
            ProseSlot slot = add(end);
            slot.kind = ProseSlot.Kind.ANSWER;
            slot.id = takeId();
        }
    }

    /** Handles a short string; {@code value} is empty if the string is too long or invalid. */
    void word(ProseField field, String value) {
        if (field == ProseField.ANSWER_ID && answerId == null && !value.isEmpty()) {
            answerId = value;
        }
    }

    /** Handles a non-negative integer at the indices from {@code start} to {@code end}. */
    void number(ProseField field, long value, int start, int end) {}

    /** Handles a value of which only the presence matters. */
    abstract void mark(ProseField field, ProseScanner.Presence presence);

    /** Returns a slot for a string that may be prose; the scanner sets its end. */
    abstract ProseSlot text(ProseField field, int start);

    /**
     * Decides all slots and ending blocks by what is known. Called at the end of the event, document or line, and
     * additionally before if it is too large to be held.
     */
    abstract void settle();

    /** Returns whether the event is the last of its stream. */
    abstract boolean terminal();

    /**
     * Writes an additional event with text of a block.
     *
     * @param text the text as the content of a JSON string, without quotes
     */
    abstract void writeMore(ProseBlock block, GrownBytes text, GrownBytes out);

    /** Returns the sequence number to send instead of the given one. */
    long renumbered(long number) {
        return number;
    }

    /** Keeps templates for additional events from an event whose JSON is in one piece of {@code buf}. */
    void keepForms(byte[] buf, int start, int end) {}

    final ProseSlot add(int start) {
        ProseSlot slot = new ProseSlot(start);
        slots.add(slot);
        return slot;
    }

    final void addPart(BodyView.PartKind kind, int at) {
        ProseSlot slot = add(at);
        slot.kind = ProseSlot.Kind.PART;
        slot.part = kind;
    }

    /** Returns the id of the response and clears it. */
    final @Nullable String takeId() {
        String id = answerId;
        answerId = null;
        return id;
    }

    final void end(@Nullable ProseBlock block) {
        if (block != null && block.isOpen() && !ending.contains(block)) {
            ending.add(block);
        }
    }

    /** Ends a block whose further text passes unchanged. */
    final void abandon(@Nullable ProseBlock block) {
        if (block != null && block.isOpen()) {
            block.abandoned = true;
            end(block);
        }
    }

    /** Ends all blocks. */
    final void endAll() {
        blocks.all().forEach(this::end);
    }
}
