package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.proxy.json.JsonReader;
import org.jspecify.annotations.Nullable;

/**
 * Buffer for one event, document or line of a response. It is held until it is complete, because the type of a text can
 * follow the text. If it grows too large, its texts are classified by what is known and pass piece by piece. Not
 * thread-safe.
 */
public final class ProseEvent {
    /** Limit of the bytes that are held. */
    public static final int MOST_HELD = 1 << 20;

    /** Limit of the bytes that are held after a first part has passed. */
    private static final int MOST_HELD_OF_REST = 64 * 1024;

    private final ProseReader reader;
    private final JsonReader<ProseField> json;
    private final GrownBytes held = new GrownBytes();
    private final GrownBytes rest = new GrownBytes();
    private boolean partlyPassed;

    public ProseEvent(ProseReader reader, JsonPaths<ProseField> root) {
        this.reader = reader;
        this.json = new JsonReader<>(reader);
        json.reset(root, false);
        begin();
    }

    private void begin() {
        held.clear();
        reader.begin();
        json.reset();
        partlyPassed = false;
    }

    public int length() {
        return held.length();
    }

    public boolean isEmpty() {
        return held.length() == 0;
    }

    public byte at(int index) {
        return held.bytes()[index];
    }

    /** Appends bytes and returns their start index. */
    public int add(byte[] buf, int from, int to) {
        int start = held.length();
        held.add(buf, from, to);
        return start;
    }

    /** Scans the appended JSON from an index to the end. */
    public void scan(int from) {
        json.read(held.bytes(), from, held.length());
    }

    /** Scans a range of the appended JSON. */
    public void scan(int from, int to) {
        json.read(held.bytes(), from, to);
    }

    public void lineEnd(int at) {
        json.lineEnd(at);
    }

    public boolean isComplete() {
        return json.isCompleteWithoutTrailingBytes();
    }

    /** Returns whether the event has JSON that is incomplete or has bytes after it. */
    public boolean isBroken() {
        return json.isOpen() || (json.isComplete() && !json.isCompleteWithoutTrailingBytes());
    }

    /** Returns whether too many bytes are held. */
    public boolean isFull() {
        return held.length() > (partlyPassed ? MOST_HELD_OF_REST : MOST_HELD);
    }

    /** Returns whether a first part has passed, before the event was complete. */
    public boolean isPartlyPassed() {
        return partlyPassed;
    }

    /** Passes all held bytes unchanged. */
    public void passRaw(GrownBytes out) {
        closeOpen(out);
        out.add(held, 0, held.length());
        begin();
    }

    /** Ends an unterminated text: the text that its tap holds back precedes the rest of the bytes. */
    private void closeOpen(GrownBytes out) {
        ProseSlot open = reader.openSlot();
        if (open != null && open.run != null) {
            out.add(held, 0, open.start);
            int end = writeOpen(open, held.length(), out);
            held.drop(end);
            if (open.run != null) {
                open.run.end(out);
            }
        }
    }

    /**
     * Passes the complete event, and keeps templates for further events from its JSON.
     *
     * @param from start index of its JSON; -1 if the JSON is split over several lines
     * @param to end index of its JSON
     */
    public void pass(GrownBytes out, int from, int to) {
        reader.settle();
        if (!partlyPassed) {
            writeEnding(out);
            if (from >= 0) {
                reader.keepForms(held.bytes(), from, to);
            }
        }
        int p = 0;
        for (ProseSlot slot : reader.slots) {
            p = write(slot, p, out);
        }
        out.add(held, p, held.length());
        reader.afterEvent = true;
        writeEnding(out);
        reader.afterEvent = false;
        begin();
    }

    /** Writes the remaining text of the blocks that end, in events of its own. */
    public void writeEnding(GrownBytes out) {
        for (ProseBlock block : reader.ending) {
            ProseRun run = block.run;
            if (run != null && !run.ended()) {
                rest.clear();
                run.end(rest);
                if (rest.length() > 0) {
                    reader.writeMore(block, rest, out);
                }
            }
        }
        reader.ending.clear();
    }

    /** Passes as much as possible of an event that is too large, up to an index. */
    public void passSome(int limit, GrownBytes out) {
        reader.settle();
        if (reader.openSlot() == null) {
            reader.endBeforeRest();
        }
        if (!partlyPassed) {
            writeEnding(out);
        }
        partlyPassed = true;
        ProseSlot open = reader.openSlot();
        int keep = limit - json.openDigits();
        int p = 0;
        for (ProseSlot slot : reader.slots) {
            if (slot.equals(open)) {
                out.add(held, p, slot.start);
                keep = writeOpen(slot, limit, out);
                p = keep;
            } else {
                p = write(slot, p, out);
                slot.passed = true;
            }
        }
        out.add(held, p, keep);
        reader.slots.removeIf(slot -> !slot.equals(open));
        held.drop(keep);
        if (open != null) {
            open.start = 0;
        }
    }

    /** Writes an unterminated text up to a limit; returns the index of the first byte to keep. */
    private int writeOpen(ProseSlot slot, int limit, GrownBytes out) {
        ProseRun run = runOf(slot);
        if (run == null) {
            out.add(held, slot.start, limit);
            return limit;
        }
        int end = ProseStrings.end(held.bytes(), slot.start, limit, false);
        if (end < 0) {
            abandon(slot, run, out);
            out.add(held, slot.start, limit);
            return limit;
        }
        run.take(held.bytes(), slot.start, end, out);
        return end;
    }

    /** Ends the text of a slot that turned out invalid, so that the rest passes unchanged. */
    private static void abandon(ProseSlot slot, ProseRun run, GrownBytes out) {
        run.end(out);
        if (slot.block != null) {
            slot.block.abandoned = true;
        }
        slot.kind = ProseSlot.Kind.RAW;
        slot.run = null;
    }

    /** Returns the run that a slot's text passes through; null if it passes unchanged. */
    private @Nullable ProseRun runOf(ProseSlot slot) {
        if (slot.run == null) {
            ProseBlock block = slot.block;
            slot.run = switch (slot.kind) {
                case WHOLE -> reader.blocks.begin();
                case REPEAT -> block == null ? null : reader.blocks.repeat(block);
                case MORE -> block == null ? null : block.run;
                default -> null;
            };
        }
        return slot.run;
    }

    /** Writes the bytes from {@code from} up to a slot and the slot itself; returns the index after them. */
    private int write(ProseSlot slot, int from, GrownBytes out) {
        switch (slot.kind) {
            case PART -> reader.blocks.part(slot.part);
            case ANSWER -> reader.blocks.endResponse(slot.id);
            case NUMBER -> {
                long number = reader.renumbered(slot.number);
                out.add(held, from, number == slot.number ? slot.end : slot.start);
                if (number != slot.number) {
                    out.addNumber(number);
                }
                return slot.end;
            }
            case MORE, WHOLE, REPEAT -> {
                out.add(held, from, slot.start);
                writeText(slot, out);
                return slot.end;
            }
            default -> {}
        }
        return from;
    }

    private void writeText(ProseSlot slot, GrownBytes out) {
        boolean valid = ProseStrings.end(held.bytes(), slot.start, slot.end, true) >= 0;
        boolean fresh = slot.run == null;
        if (!valid && fresh && slot.kind != ProseSlot.Kind.MORE) {
            out.add(held, slot.start, slot.end);
            return;
        }
        ProseRun run = runOf(slot);
        if (run == null) {
            out.add(held, slot.start, slot.end);
        } else if (!valid) {
            abandon(slot, run, out);
            out.add(held, slot.start, slot.end);
        } else {
            run.take(held.bytes(), slot.start, slot.end, out);
            if (slot.endsBlock || slot.kind != ProseSlot.Kind.MORE) {
                run.end(out);
            }
        }
    }
}
