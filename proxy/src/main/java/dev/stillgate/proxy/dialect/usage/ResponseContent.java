package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.KeyedMarks;
import dev.stillgate.spi.AnswerFacts;
import dev.stillgate.spi.ContextMarks;
import dev.stillgate.spi.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Character counts by kind, and context marks, of a model's output. {@link AnswerTally} reports strings and objects as
 * they arrive; no text is kept. Only the beginning of each text is decoded, for its mark. The rest is counted by bytes.
 *
 * <p>A text that gets a mark is a content block of Messages, the first choice of Chat Completions, or a content part of
 * Responses. In the Gemini API it is the text of the first candidate up to another part. Other choices are counted but not marked. A type or choice index can follow its text: such a text is first
 * counted as prose of the turn, and the state is rolled back if this proves wrong. Not thread-safe.
 */
final class AnswerContent implements AnswerFacts {
    private final KeyedMarks marks;
    private final State current;
    private final State rollback;
    private final TextMark id;
    private final FencedText tools = new FencedText();
    private final FencedText otherChoices = new FencedText();
    private final AnswerItem item = new AnswerItem();
    private boolean responses;
    private boolean stream;
    private @Nullable AnswerKind typed;
    private @Nullable AnswerKind open;

    /** Whether the open text counts as prose only until its type or choice index is known. */
    private boolean tentative;

    /** Whether the current part of the Gemini API is something else than text of the turn. */
    private boolean otherPart;

    private long choice;
    private long choices;
    private boolean choiceKnown;
    private long lastOtherChoice;

    AnswerContent(KeyedMarks marks) {
        this.marks = marks;
        this.current = new State(marks);
        this.rollback = new State(marks);
        this.id = new TextMark(marks);
    }

    /** The state that a tentative text changes. */
    private static final class State {
        private final FencedText texts = new FencedText();
        private final TextMark mark;
        private final AnswerMarks answerMarks = new AnswerMarks();

        State(KeyedMarks marks) {
            mark = new TextMark(marks);
        }

        void clear() {
            texts.clear();
            mark.begin();
            answerMarks.clear();
        }

        void copyFrom(State other) {
            texts.copyFrom(other.texts);
            mark.copyFrom(other.mark);
            answerMarks.copyFrom(other.answerMarks);
        }

        long unsettled() {
            return mark.soFar(ContextMarks.MIN_TEXT);
        }
    }

    /** Clears the state for another response. */
    void reset(Operation operation, boolean ofStream) {
        responses = operation == Operation.RESPONSES || operation == Operation.STORED_RESPONSE;
        stream = ofStream;
        current.clear();
        tools.clear();
        otherChoices.clear();
        item.clear();
        lastOtherChoice = 0;
        endEvent();
    }

    /** Returns whether this uses the given marks. */
    boolean uses(KeyedMarks other) {
        return marks.equals(other);
    }

    /** Enters an object. */
    void enter(AnswerField field) {
        switch (field) {
            case BLOCK -> endText();
            case PART -> {
                endText();
                typed = null;
                tentative = false;
            }
            case GENERATION -> endEvent();
            case GENERATED_PART -> {
                typed = null;
                tentative = false;
                otherPart = false;
            }
            case ITEM -> item.clear();
            case ANSWER -> {
                endText();
                choice = 0;
                choices = 0;
                lastOtherChoice = 0;
            }
            case CHOICE -> {
                choice = choices++;
                choiceKnown = false;
                tentative = false;
            }
            default -> {}
        }
    }

    /** Leaves an object. */
    void leave(AnswerField field) {
        if (field == AnswerField.ITEM && !stream) {
            item.addCall(current.answerMarks);
            item.addSeal(current.answerMarks);
        } else if (field == AnswerField.GENERATED_PART && otherPart && choice == 0) {
            endText();
        }
    }

    /** Handles the flag of a part that is thinking, before or after the text of the part. */
    void thought() {
        otherPart = true;
        resolveKind(AnswerKind.ASIDE);
    }

    private void endText() {
        current.answerMarks.settle(current.unsettled());
        current.mark.begin();
        current.texts.begin();
    }

    /** Handles the end of a stream event. */
    void endEvent() {
        item.endEvent(current.answerMarks);
        typed = null;
        open = null;
        tentative = false;
        choice = 0;
        choices = 0;
        choiceKnown = true;
    }

    /** Handles the type of a stream event. */
    void eventType(byte[] buf, int start, int end) {
        if (!responses) {
            return;
        }
        if (item.eventType(buf, start, end)) {
            endText();
        }
        resolveKind(AnswerKind.ofDelta(buf, start, end));
    }

    /** Handles the type of a content part. */
    void partType(byte[] buf, int start, int end) {
        resolveKind(AnswerKind.ofPart(buf, start, end));
    }

    private void resolveKind(AnswerKind kind) {
        if (tentative && kind != AnswerKind.TEXT) {
            long units = rollBack();
            if (kind == AnswerKind.TOOL) {
                tools.addProse(units);
            }
        }
        tentative = false;
        typed = kind;
    }

    /** Handles the type of a Responses output item. */
    void itemType(byte[] buf, int start, int end) {
        item.type(buf, start, end);
    }

    /** Handles the index of a choice. */
    void choice(long index) {
        choice = index;
        choiceKnown = true;
        if (tentative && index != 0) {
            otherChoices.addProse(rollBack());
        }
        tentative = false;
    }

    /** Undoes the tentative text and returns its length in characters. */
    private long rollBack() {
        long units = current.texts.all() - rollback.texts.all();
        current.copyFrom(rollback);
        return units;
    }

    /** Marks the id of a response, which later Responses prompts may refer to. */
    void answerId(@Nullable String name) {
        if (name != null && responses) {
            current.answerMarks.add(marks.ofId(name));
        }
    }

    /** Begins a string or JSON value of the model's output. */
    void begin(AnswerKind kind) {
        AnswerKind resolved = kind == AnswerKind.BY_TYPE ? typed : kind;
        open = resolved == null ? AnswerKind.TEXT : resolved;
        otherPart |= open != AnswerKind.TEXT;
        if (open != AnswerKind.TEXT) {
            return;
        }
        if (choice != 0) {
            beginOtherChoice();
        } else if (resolved == null || !choiceKnown) {
            rollback.copyFrom(current);
            tentative = true;
        }
    }

    private void beginOtherChoice() {
        if (choice > lastOtherChoice) {
            otherChoices.begin();
            lastOtherChoice = choice;
        }
    }

    /** Counts a piece of the value in its original JSON form. */
    void add(byte[] buf, int start, int end) {
        if (open == AnswerKind.TOOL) {
            tools.add(buf, start, end);
        } else if (open == AnswerKind.TEXT && choice != 0) {
            otherChoices.add(buf, start, end);
        } else if (open == AnswerKind.TEXT && start < end) {
            current.answerMarks.reserve();
            current.mark.add(buf, start, end);
            current.texts.add(buf, start, end);
        }
    }

    /** Ends a string of the model's output, also one within a JSON value. */
    void endString() {
        current.mark.endString();
        current.texts.endString();
        otherChoices.endString();
        tools.endString();
    }

    /** Begins an id or encrypted content. */
    void beginId() {
        id.begin();
    }

    /** Adds a piece of the id or encrypted content in its original JSON form. */
    void addId(byte[] buf, int start, int end) {
        id.add(buf, start, end);
    }

    /** Ends the id or encrypted content. */
    void endId(AnswerField field) {
        long mark = id.soFar(1);
        switch (field) {
            case ITEM_ID -> item.id(mark);
            case ITEM_CALL -> item.call(mark);
            case ITEM_SEAL -> item.seal(mark);
            default -> current.answerMarks.add(mark);
        }
    }

    @Override
    public long proseChars() {
        return current.texts.prose() + otherChoices.prose();
    }

    @Override
    public long codeChars() {
        return current.texts.code() + otherChoices.code();
    }

    @Override
    public long toolChars() {
        return tools.all();
    }

    @Override
    public int markCount() {
        return current.answerMarks.count(current.unsettled());
    }

    @Override
    public long mark(int index) {
        return current.answerMarks.get(index, current.unsettled());
    }
}
