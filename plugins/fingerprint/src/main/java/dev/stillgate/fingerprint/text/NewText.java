package dev.stillgate.fingerprint.text;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.BodyView.PartKind;
import org.jspecify.annotations.Nullable;

/**
 * New text of a prompt: the user's texts since the last turn of the assistant, and the length of these and of tool
 * results. A final assistant turn that the model should continue is ignored. Earlier texts are not decoded; one pass
 * suffices if only the last message is new. Keeps the first 48 Ki and the last 16 Ki characters. Reusable. Not
 * thread-safe.
 */
final class NewText {
    /** Maximum number of kept characters. */
    static final int MAX_CHARS = 64 << 10;

    private static final int HEAD = 48 << 10;
    private static final int TAIL = MAX_CHARS - HEAD;
    private static final int CAPACITY = HEAD + 4 * TAIL;
    private static final int OTHER = 0;
    private static final int USER = 1;
    private static final int ASSISTANT = 2;
    private static final int TOOL = 3;

    /** Kept text, one line for each part. */
    char[] chars = new char[4 << 10];

    int length;

    /** Number of characters of new text, kept or not: in all, and of the user. */
    long totalChars;

    long userChars;

    int userTurns;
    int assistantTurns;
    boolean toolResults;

    private final BodyView.PartVisitor count = this::count;
    private final BodyView.PartVisitor take = this::take;
    private boolean cut;
    private int part;
    private int last;
    private int message;
    private int messagePart;
    private int from;
    private int fromMessage;
    private int fromMessagePart;
    private int to;
    private int lastAuthor;
    private boolean keeping;

    /**
     * Reads a prompt.
     *
     * @param keep whether to keep the new text, else it is only counted
     */
    void read(BodyView.Chat chat, boolean keep) {
        keeping = keep;
        length = 0;
        cut = false;
        totalChars = 0;
        userChars = 0;
        userTurns = 0;
        assistantTurns = 0;
        toolResults = false;
        part = 0;
        from = 0;
        fromMessage = 0;
        fromMessagePart = 0;
        message = 0;
        messagePart = 0;
        to = 0;
        lastAuthor = OTHER;
        last = chat.messageCount() - 1;
        chat.parts(count);
        if (lastAuthor != ASSISTANT) {
            to = part;
        }
        if (from < to && fromMessage < last) {
            reread(chat);
        }
        length = trimmed();
    }

    /** Reads the prompt again, from the first new message, if more than the last message is new. */
    private void reread(BodyView.Chat chat) {
        length = 0;
        cut = false;
        totalChars = 0;
        userChars = 0;
        part = fromMessagePart;
        chat.parts(fromMessage, take);
    }

    private static int author(String role, PartKind kind) {
        if (kind == PartKind.TOOL_RESULT || role.equals("tool")) {
            return TOOL;
        }
        return switch (role) {
            case "assistant" -> ASSISTANT;
            case "user" -> USER;
            default -> OTHER;
        };
    }

    private boolean count(int message, String role, PartKind kind, @Nullable String id, CharSequence text) {
        if (message != this.message) {
            this.message = message;
            messagePart = part;
        }
        int author = author(role, kind);
        if (author != OTHER && author != lastAuthor) {
            turn(author);
        }
        toolResults |= author == TOOL;
        part++;
        if (message >= last) {
            add(author, kind, text);
        }
        return true;
    }

    private void turn(int author) {
        if (author == ASSISTANT) {
            assistantTurns++;
            to = part;
        } else if (lastAuthor == ASSISTANT || lastAuthor == OTHER) {
            from = part;
            fromMessage = message;
            fromMessagePart = messagePart;
        }
        if (author == USER) {
            userTurns++;
        }
        lastAuthor = author;
    }

    private boolean take(int message, String role, PartKind kind, @Nullable String id, CharSequence text) {
        if (part++ >= from) {
            add(author(role, kind), kind, text);
        }
        return part < to;
    }

    private void add(int author, PartKind kind, CharSequence text) {
        if (author != USER && author != TOOL) {
            return;
        }
        int size = text.length();
        totalChars += size;
        if (author == USER && kind == PartKind.TEXT) {
            userChars += size;
            if (keeping) {
                append(text, size);
            }
        }
    }

    private void append(CharSequence text, int size) {
        if (length > 0) {
            keep("\n", 0, 1);
        }
        int head = Math.min(size, Math.max(0, HEAD - length));
        keep(text, 0, head);
        if (size - head > 3 * TAIL) {
            cut = true;
            length = HEAD;
            keep(text, size - TAIL, size);
        } else {
            keep(text, head, size);
        }
    }

    private void keep(CharSequence text, int first, int last) {
        int size = last - first;
        if (length + size > CAPACITY) {
            System.arraycopy(chars, length - TAIL, chars, HEAD, TAIL);
            length = HEAD + TAIL;
        }
        if (length + size > chars.length) {
            char[] larger = new char[Math.min(CAPACITY, Math.max(2 * chars.length, length + size))];
            System.arraycopy(chars, 0, larger, 0, length);
            chars = larger;
        }
        text.getChars(first, last, chars, length);
        length += size;
    }

    /** Moves the kept end behind the kept beginning, on a line of its own, and returns the length. */
    private int trimmed() {
        if (length < MAX_CHARS || (length == MAX_CHARS && !cut)) {
            return length;
        }
        System.arraycopy(chars, length - TAIL, chars, HEAD, TAIL);
        chars[HEAD] = '\n';
        return MAX_CHARS;
    }
}
