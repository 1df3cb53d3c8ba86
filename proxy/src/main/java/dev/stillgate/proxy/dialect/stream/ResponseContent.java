package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.spi.ContextHashes;
import dev.stillgate.spi.ResponseFacts;
import org.jspecify.annotations.Nullable;

/**
 * Character counts by kind, and context hashes, of a model's output. {@link ResponseTally} reports strings and objects as
 * they arrive; no text is kept. Only the beginning of each text is decoded, for its hash. The rest is counted by bytes.
 *
 * <p>A text that gets a hash is a content block of Messages, the first choice of Chat Completions, or a content part of
 * Responses. In the Gemini API it is the text of the first candidate up to another part. Other choices are counted but not marked. A type or choice index can follow its text: such a text is first
 * counted as prose of the turn, and the state is rolled back if this proves wrong. Not thread-safe.
 */
public final class ResponseContent implements ResponseFacts {
    private final KeyedHashes hashes;
    private final State current;
    private final State rollback;
    private final PrefixHash id;
    private final FencedText tools = new FencedText();
    private final FencedText otherChoices = new FencedText();
    private final ResponseItem item = new ResponseItem();
    private boolean responses;
    private boolean stream;
    private @Nullable ContentKind typed;
    private @Nullable ContentKind open;

    /** Whether the open text counts as prose only until its type or choice index is known. */
    private boolean tentative;

    /** Whether the current part of the Gemini API is something else than text of the turn. */
    private boolean otherPart;

    private long choice;
    private long choices;
    private boolean choiceKnown;
    private long lastOtherChoice;

    public ResponseContent(KeyedHashes hashes) {
        this.hashes = hashes;
        this.current = new State(hashes);
        this.rollback = new State(hashes);
        this.id = new PrefixHash(hashes);
    }

    /** The state that a tentative text changes. */
    private static final class State {
        private final FencedText texts = new FencedText();
        private final PrefixHash hash;
        private final ResponseHashes responseHashes = new ResponseHashes();

        State(KeyedHashes hashes) {
            hash = new PrefixHash(hashes);
        }

        void clear() {
            texts.clear();
            hash.begin();
            responseHashes.clear();
        }

        void copyFrom(State other) {
            texts.copyFrom(other.texts);
            hash.copyFrom(other.hash);
            responseHashes.copyFrom(other.responseHashes);
        }

        long unsettled() {
            return hash.soFar(ContextHashes.MIN_TEXT);
        }
    }

    /** Clears the state for another response. */
    public void reset(boolean namesItems, boolean ofStream) {
        responses = namesItems;
        stream = ofStream;
        current.clear();
        tools.clear();
        otherChoices.clear();
        item.clear();
        lastOtherChoice = 0;
        endEvent();
    }

    /** Returns whether this uses the given hashes. */
    public boolean uses(KeyedHashes other) {
        return hashes.equals(other);
    }

    /** Enters an object. */
    public void enter(ResponseField field) {
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
    public void leave(ResponseField field) {
        if (field == ResponseField.ITEM && !stream) {
            item.addCall(current.responseHashes);
            item.addSeal(current.responseHashes);
        } else if (field == ResponseField.GENERATED_PART && otherPart && choice == 0) {
            endText();
        }
    }

    /** Handles the flag of a part that is thinking, before or after the text of the part. */
    public void thought() {
        otherPart = true;
        resolveKind(ContentKind.ASIDE);
    }

    private void endText() {
        current.responseHashes.settle(current.unsettled());
        current.hash.begin();
        current.texts.begin();
    }

    /** Handles the end of a stream event. */
    public void endEvent() {
        item.endEvent(current.responseHashes);
        typed = null;
        open = null;
        tentative = false;
        choice = 0;
        choices = 0;
        choiceKnown = true;
    }

    /** Handles the type of a stream event. */
    public void eventType(byte[] buf, int start, int end) {
        if (!responses) {
            return;
        }
        if (item.eventType(buf, start, end)) {
            endText();
        }
        resolveKind(ContentKind.ofDelta(buf, start, end));
    }

    /** Handles the type of a content part. */
    public void partType(byte[] buf, int start, int end) {
        resolveKind(ContentKind.ofPart(buf, start, end));
    }

    private void resolveKind(ContentKind kind) {
        if (tentative && kind != ContentKind.TEXT) {
            long units = rollBack();
            if (kind == ContentKind.TOOL) {
                tools.addProse(units);
            }
        }
        tentative = false;
        typed = kind;
    }

    /** Handles the type of a Responses output item. */
    public void itemType(byte[] buf, int start, int end) {
        item.type(buf, start, end);
    }

    /** Handles the index of a choice. */
    public void choice(long index) {
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
    public void answerId(@Nullable String name) {
        if (name != null && responses) {
            current.responseHashes.add(hashes.ofId(name));
        }
    }

    /** Begins a string or JSON value of the model's output. */
    public void begin(ContentKind kind) {
        ContentKind resolved = kind == ContentKind.BY_TYPE ? typed : kind;
        open = resolved == null ? ContentKind.TEXT : resolved;
        otherPart |= open != ContentKind.TEXT;
        if (open != ContentKind.TEXT) {
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
    public void add(byte[] buf, int start, int end) {
        if (open == ContentKind.TOOL) {
            tools.add(buf, start, end);
        } else if (open == ContentKind.TEXT && choice != 0) {
            otherChoices.add(buf, start, end);
        } else if (open == ContentKind.TEXT && start < end) {
            current.responseHashes.reserve();
            current.hash.add(buf, start, end);
            current.texts.add(buf, start, end);
        }
    }

    /** Ends a string of the model's output, also one within a JSON value. */
    public void endString() {
        current.hash.endString();
        current.texts.endString();
        otherChoices.endString();
        tools.endString();
    }

    /** Begins an id or encrypted content. */
    public void beginId() {
        id.begin();
    }

    /** Adds a piece of the id or encrypted content in its original JSON form. */
    public void addId(byte[] buf, int start, int end) {
        id.add(buf, start, end);
    }

    /** Ends the id or encrypted content. */
    public void endId(ResponseField field) {
        long hash = id.soFar(1);
        switch (field) {
            case ITEM_ID -> item.id(hash);
            case ITEM_CALL -> item.call(hash);
            case ITEM_SEAL -> item.seal(hash);
            default -> current.responseHashes.add(hash);
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
    public int hashCount() {
        return current.responseHashes.count(current.unsettled());
    }

    @Override
    public long hash(int index) {
        return current.responseHashes.get(index, current.unsettled());
    }
}
