package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.KeyedMarks;
import dev.stillgate.spi.AnswerFacts;
import dev.stillgate.spi.ContextMarks;
import dev.stillgate.spi.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What an answer is made of, told by the scanner as it passes: characters by kind and marks, no text. Of each text only
 * the beginning is decoded, for its mark; the rest is counted by bytes.
 *
 * <p>The texts of a turn are told apart where the dialect tells them apart: a content block of Messages, the first choice
 * of Chat Completions, a content part of Responses. Other choices are counted, but not marked. Where the type or the index
 * that says what a text is stands behind it, the text is taken for one of the turn, and taken back when it was none.
 */
final class AnswerContent implements AnswerFacts {
    private final KeyedMarks marks;
    private final State now;
    private final State before;
    private final TextMark id;
    private final FencedText tools = new FencedText();
    private final FencedText others = new FencedText();
    private final AnswerItem item = new AnswerItem();
    private boolean responses;
    private boolean stream;
    private @Nullable AnswerKind typed;
    private @Nullable AnswerKind open;
    private boolean tentative;
    private long choice;
    private long choices;
    private boolean choiceKnown;
    private long lastOther;

    AnswerContent(KeyedMarks marks) {
        this.marks = marks;
        this.now = new State(marks);
        this.before = new State(marks);
        this.id = new TextMark(marks);
    }

    /** What a text that is taken back had changed. */
    private static final class State {
        private final FencedText texts = new FencedText();
        private final TextMark mark;
        private final AnswerMarks found = new AnswerMarks();

        State(KeyedMarks marks) {
            mark = new TextMark(marks);
        }

        void clear() {
            texts.clear();
            mark.begin();
            found.clear();
        }

        void set(State other) {
            texts.set(other.texts);
            mark.set(other.mark);
            found.set(other.found);
        }

        long unsettled() {
            return mark.soFar(ContextMarks.MIN_TEXT);
        }
    }

    /** Starts over on another answer. */
    void reset(Operation operation, boolean ofStream) {
        responses = operation == Operation.RESPONSES || operation == Operation.STORED_RESPONSE;
        stream = ofStream;
        now.clear();
        tools.clear();
        others.clear();
        item.clear();
        lastOther = 0;
        endEvent();
    }

    /** Returns whether it makes marks of that kind. */
    boolean makes(KeyedMarks kind) {
        return marks.equals(kind);
    }

    /** Enters an object. */
    void enter(int frame) {
        switch (frame) {
            case AnswerPaths.BLOCK_FRAME -> endText();
            case AnswerPaths.PART_FRAME -> {
                endText();
                typed = null;
                tentative = false;
            }
            case AnswerPaths.ITEM_FRAME -> item.clear();
            case AnswerPaths.ANSWER_FRAME -> {
                endText();
                choice = 0;
                choices = 0;
                lastOther = 0;
            }
            case AnswerPaths.CHOICE_FRAME -> {
                choice = choices++;
                choiceKnown = false;
                tentative = false;
            }
            default -> {}
        }
    }

    /** Leaves an object. */
    void leave(int frame) {
        if (frame == AnswerPaths.ITEM_FRAME && !stream) {
            item.addCall(now.found);
            item.addSeal(now.found);
        }
    }

    private void endText() {
        now.found.settle(now.unsettled());
        now.mark.begin();
        now.texts.begin();
    }

    /** Ends an event of a stream. */
    void endEvent() {
        item.endEvent(now.found);
        typed = null;
        open = null;
        tentative = false;
        choice = 0;
        choices = 0;
        choiceKnown = true;
    }

    /** Takes the type of an event of a stream. */
    void eventType(byte[] buf, int start, int end) {
        if (!responses) {
            return;
        }
        if (item.eventType(buf, start, end)) {
            endText();
        }
        become(AnswerKind.ofDelta(buf, start, end));
    }

    /** Takes the type of a part of an item. */
    void partType(byte[] buf, int start, int end) {
        become(AnswerKind.ofPart(buf, start, end));
    }

    private void become(AnswerKind kind) {
        if (tentative && kind != AnswerKind.TEXT) {
            long units = takeBack();
            if (kind == AnswerKind.TOOL) {
                tools.addProse(units);
            }
        }
        tentative = false;
        typed = kind;
    }

    /** Takes the type of an item of Responses. */
    void itemType(byte[] buf, int start, int end) {
        item.type(buf, start, end);
    }

    /** Takes the index of a choice. */
    void choice(long index) {
        choice = index;
        choiceKnown = true;
        if (tentative && index != 0) {
            others.addProse(takeBack());
        }
        tentative = false;
    }

    private long takeBack() {
        long units = now.texts.all() - before.texts.all();
        now.set(before);
        return units;
    }

    /** Takes the id of an answer that later prompts may name. */
    void answerId(@Nullable String name) {
        if (name != null && responses) {
            now.found.add(marks.ofId(name));
        }
    }

    /** Begins a string that the model made, or JSON. */
    void begin(AnswerKind kind) {
        AnswerKind known = kind == AnswerKind.BY_TYPE ? typed : kind;
        open = known == null ? AnswerKind.TEXT : known;
        if (open != AnswerKind.TEXT) {
            return;
        }
        if (choice != 0) {
            beginOther();
        } else if (known == null || !choiceKnown) {
            before.set(now);
            tentative = true;
        }
    }

    private void beginOther() {
        if (choice > lastOther) {
            others.begin();
            lastOther = choice;
        }
    }

    /** Takes a piece of it, as it is written. */
    void add(byte[] buf, int start, int end) {
        if (open == AnswerKind.TOOL) {
            tools.add(buf, start, end);
        } else if (open == AnswerKind.TEXT && choice != 0) {
            others.add(buf, start, end);
        } else if (open == AnswerKind.TEXT && start < end) {
            now.found.reserve();
            now.mark.add(buf, start, end);
            now.texts.add(buf, start, end);
        }
    }

    /** Ends it, or a string within JSON. */
    void endString() {
        now.mark.endString();
        now.texts.endString();
        others.endString();
        tools.endString();
    }

    /** Begins an id or a seal. */
    void beginId() {
        id.begin();
    }

    /** Takes a piece of it, as it is written. */
    void addId(byte[] buf, int start, int end) {
        id.add(buf, start, end);
    }

    /** Ends it. */
    void endId(int field) {
        long mark = id.soFar(1);
        switch (field) {
            case AnswerPaths.ITEM_ID -> item.id(mark);
            case AnswerPaths.ITEM_CALL -> item.call(mark);
            case AnswerPaths.ITEM_SEAL -> item.seal(mark);
            default -> now.found.add(mark);
        }
    }

    @Override
    public long proseChars() {
        return now.texts.prose() + others.prose();
    }

    @Override
    public long codeChars() {
        return now.texts.code() + others.code();
    }

    @Override
    public long toolChars() {
        return tools.all();
    }

    @Override
    public int markCount() {
        return now.found.count(now.unsettled());
    }

    @Override
    public long mark(int index) {
        return now.found.get(index, now.unsettled());
    }
}
