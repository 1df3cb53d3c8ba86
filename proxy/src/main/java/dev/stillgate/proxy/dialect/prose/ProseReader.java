package dev.stillgate.proxy.dialect.prose;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a dialect knows of an answer: which of its texts are prose, to which block they belong, and where blocks end. Told
 * of one event, document or line by the scanner, it lays out what is to be done when that is passed on.
 */
abstract class ProseReader {
    final ProseBlocks blocks;

    /** What is to be done in the event, in the order of places. */
    final List<ProseSlot> slots;

    /** The blocks that end before the event: what is left of their text comes before it. */
    final List<ProseBlock> ending;

    private @Nullable String answerId;

    ProseReader(ProseBlocks blocks) {
        this.blocks = blocks;
        this.slots = new ArrayList<>();
        this.ending = new ArrayList<>();
    }

    /** A reader that does part of another one's work. */
    ProseReader(ProseReader of) {
        this.blocks = of.blocks;
        this.slots = of.slots;
        this.ending = of.ending;
    }

    /** Returns a reader of the answers to an operation that has any. */
    static ProseReader of(Operation operation, boolean sse, ProseBlocks blocks) {
        return switch (operation) {
            case MESSAGES -> new MessagesProse(blocks, sse);
            case MESSAGE_BATCH_RESULTS -> new MessagesProse(blocks, false);
            case CHAT_COMPLETIONS, STORED_CHAT_COMPLETION -> new CompletionsProse(blocks);
            case RESPONSES, STORED_RESPONSE -> new ResponsesProse(blocks, sse);
            case FILE_CONTENT -> new FileProse(blocks);
            default -> throw new IllegalArgumentException("no answers in " + operation);
        };
    }

    /** Returns the paths of an answer's root; of each event, for a stream, and of each line, for JSON lines. */
    static ProsePaths paths(Operation operation, boolean sse) {
        return switch (operation) {
            case MESSAGES -> sse ? MessagesProse.EVENT : MessagesProse.MESSAGE;
            case MESSAGE_BATCH_RESULTS -> MessagesProse.LINE;
            case CHAT_COMPLETIONS -> sse ? CompletionsProse.CHUNK : CompletionsProse.COMPLETION;
            case STORED_CHAT_COMPLETION -> sse ? CompletionsProse.CHUNK : CompletionsProse.STORED;
            case RESPONSES -> sse ? ResponsesProse.EVENT : ResponsesProse.RESPONSE;
            case STORED_RESPONSE -> sse ? ResponsesProse.EVENT : ResponsesProse.STORED;
            case FILE_CONTENT -> FileProse.LINE;
            default -> throw new IllegalArgumentException("no answers in " + operation);
        };
    }

    /** An event, document or line begins. */
    void begin() {
        slots.clear();
        ending.clear();
    }

    /** An object, or an array that matters, begins. */
    abstract void enter(ProseField frame, int at);

    /** It has ended before {@code end}. */
    void leave(ProseField frame, int end) {
        if (frame == ProseField.ANSWER) {
            ProseSlot slot = add(end);
            slot.kind = ProseSlot.Kind.ANSWER;
            slot.id = takeId();
        }
    }

    /** A short string; empty when it was too long or is no text. */
    void word(ProseField field, String value) {
        if (field == ProseField.ANSWER_ID && answerId == null && !value.isEmpty()) {
            answerId = value;
        }
    }

    /** A whole number from 0 on that stands from {@code start} to {@code end}. */
    void number(ProseField field, long value, int start, int end) {}

    /** Something stands there, or nothing. */
    abstract void mark(ProseField field, ProseScanner.Presence presence);

    /** A string that may be prose begins; the scanner sets where it ends. */
    abstract ProseSlot text(ProseField field, int start);

    /**
     * Decides every slot and every ending block by what is known: at the end of the event, document or line, and before it when
     * it is too large to be held. May be called again.
     */
    abstract void settle();

    /** Returns whether the event is the stream's last. */
    abstract boolean terminal();

    /**
     * Writes an event that carries more of a block's text.
     *
     * @param text what stands between the quotes
     */
    abstract void writeMore(ProseBlock block, GrownBytes text, GrownBytes out);

    /** Returns a number of the event as it is to be passed on. */
    long renumbered(long number) {
        return number;
    }

    /** The event was one whose JSON stands in one piece of {@code buf}: takes from it what further events can be made of. */
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

    /** Returns the answer's id, and forgets it. */
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

    /** Ends a block whose further text passes as it comes. */
    final void abandon(@Nullable ProseBlock block) {
        if (block != null && block.isOpen()) {
            block.abandoned = true;
            end(block);
        }
    }

    /** All blocks end. */
    final void endAll() {
        blocks.all().forEach(this::end);
    }
}
