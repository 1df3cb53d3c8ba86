package dev.stillgate.proxy.dialect.prose;

import org.jspecify.annotations.Nullable;

/**
 * One event, document or line of an answer: held until it is whole, as long as it is not too large, since what a text is may
 * stand behind it. Of a larger one, what is known by then decides, and texts pass piece by piece.
 */
final class ProseEvent {
    /** The most bytes that are held. */
    static final int MOST_HELD = 1 << 20;

    private static final int MOST_LEFT = 64 * 1024;

    private final ProseReader reader;
    private final ProseScanner scanner;
    private final GrownBytes held = new GrownBytes();
    private final GrownBytes rest = new GrownBytes();
    private boolean broken;

    ProseEvent(ProseReader reader, ProsePaths root) {
        this.reader = reader;
        this.scanner = new ProseScanner(reader, root);
        begin();
    }

    private void begin() {
        held.clear();
        reader.begin();
        scanner.reset();
        broken = false;
    }

    int length() {
        return held.length();
    }

    boolean isEmpty() {
        return held.length() == 0;
    }

    byte at(int index) {
        return held.bytes()[index];
    }

    /** Adds bytes, and returns where they begin. */
    int add(byte[] buf, int from, int to) {
        int start = held.length();
        held.add(buf, from, to);
        return start;
    }

    /** Reads JSON that was added. */
    void scan(int from) {
        scanner.scan(held.bytes(), from, held.length());
    }

    /** Reads JSON that was added, up to an index. */
    void scan(int from, int to) {
        scanner.scan(held.bytes(), from, to);
    }

    void lineEnd(int at) {
        scanner.lineEnd(held.bytes(), at);
    }

    boolean done() {
        return scanner.done();
    }

    /** Returns whether it is too much to be held. */
    boolean isFull() {
        return held.length() > (broken ? MOST_LEFT : MOST_HELD);
    }

    /** Returns whether some of it has passed. */
    boolean isBroken() {
        return broken;
    }

    /** Passes all that is held as it came. */
    void passRaw(GrownBytes out) {
        closeOpen(out);
        out.add(held, 0, held.length());
        begin();
    }

    /** A text that is on its way and will not end: what its tap holds back comes before what is left of it. */
    private void closeOpen(GrownBytes out) {
        ProseSlot open = scanner.openSlot();
        if (open != null && open.run != null) {
            out.add(held, 0, open.start);
            int end = writeOpen(open, out);
            held.drop(end);
            if (open.run != null) {
                open.run.end(out);
            }
        }
    }

    /**
     * Passes the event, which is whole, and takes what further events can be made of from its JSON.
     *
     * @param from where its JSON begins, -1 when it does not stand in one piece
     * @param to where it ends
     */
    void pass(GrownBytes out, int from, int to) {
        reader.settle();
        if (!broken) {
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
        writeEnding(out);
        begin();
    }

    /** Writes what is left of blocks that end. */
    void writeEnding(GrownBytes out) {
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

    /** Passes what can be of an event that is too large to be held. */
    void passSome(GrownBytes out) {
        reader.settle();
        if (!broken) {
            writeEnding(out);
        }
        broken = true;
        ProseSlot open = scanner.openSlot();
        int keep = open == null ? scanner.keepFrom(held.length()) : held.length();
        int p = 0;
        for (ProseSlot slot : reader.slots) {
            if (slot.equals(open)) {
                out.add(held, p, slot.start);
                keep = writeOpen(slot, out);
                p = keep;
            } else {
                p = write(slot, p, out);
                slot.done = true;
            }
        }
        out.add(held, p, keep);
        reader.slots.removeIf(slot -> !slot.equals(open));
        held.drop(keep);
        scanner.shift(keep);
        if (open != null) {
            open.start = 0;
        }
    }

    /** Writes what there is of a text that goes on; returns from where on it is to be kept. */
    private int writeOpen(ProseSlot slot, GrownBytes out) {
        ProseRun run = runOf(slot);
        int length = held.length();
        if (run == null) {
            out.add(held, slot.start, length);
            return length;
        }
        int end = ProseStrings.end(held.bytes(), slot.start, length, false);
        if (end < 0) {
            breakOff(slot, run, out);
            out.add(held, slot.start, length);
            return length;
        }
        run.take(held.bytes(), slot.start, end, out);
        return end;
    }

    private static void breakOff(ProseSlot slot, ProseRun run, GrownBytes out) {
        run.end(out);
        if (slot.block != null) {
            slot.block.abandoned = true;
        }
        slot.kind = ProseSlot.Kind.RAW;
        slot.run = null;
    }

    /** Returns what takes a slot's text, null when it passes as it came. */
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

    /** Writes what stands between {@code from} and a slot, and the slot; returns where it ends. */
    private int write(ProseSlot slot, int from, GrownBytes out) {
        switch (slot.kind) {
            case PART -> reader.blocks.part(slot.part);
            case ANSWER -> reader.blocks.endAnswer(slot.id);
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
            breakOff(slot, run, out);
            out.add(held, slot.start, slot.end);
        } else {
            run.take(held.bytes(), slot.start, slot.end, out);
            if (slot.ends || slot.kind != ProseSlot.Kind.MORE) {
                run.end(out);
            }
        }
    }
}
