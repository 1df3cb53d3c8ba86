package dev.stillgate.fingerprint.text;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.BodyView.PartKind;
import org.jspecify.annotations.Nullable;

/**
 * What a prompt brings that the model has not answered yet: the user's texts since the assistant's last turn, and how
 * long they and the results of tools are. A turn of the assistant that ends the prompt, for it to go on from, is passed
 * over. Texts before are not touched, so they are not decoded, and one pass is enough when only the last message is new. The most that is kept is the first 48 Ki characters and
 * the last 16 Ki.
 */
final class NewText {
    /** The most characters that are kept. */
    static final int MOST = 64 << 10;

    private static final int HEAD = 48 << 10;
    private static final int TAIL = MOST - HEAD;
    private static final int ROOM = HEAD + 4 * TAIL;
    private static final int NOBODY = 0;
    private static final int USER = 1;
    private static final int ASSISTANT = 2;
    private static final int TOOL = 3;

    /** The kept text, one part a line. */
    char[] chars = new char[4 << 10];

    int length;

    /** Characters of new text, kept or not, and of those the user's. */
    long all;

    long users;

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
    private int speaker;
    private boolean keeping;

    /**
     * Reads a prompt.
     *
     * @param keep whether its new text is kept, else only counted
     */
    void read(BodyView.Chat chat, boolean keep) {
        keeping = keep;
        length = 0;
        cut = false;
        all = 0;
        users = 0;
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
        speaker = NOBODY;
        last = chat.messageCount() - 1;
        chat.parts(count);
        if (speaker != ASSISTANT) {
            to = part;
        }
        if (from < to && fromMessage < last) {
            again(chat);
        }
        length = trimmed();
    }

    /** Goes over the prompt again for what is new in more than its last message. */
    private void again(BodyView.Chat chat) {
        length = 0;
        cut = false;
        all = 0;
        users = 0;
        part = fromMessagePart;
        chat.parts(fromMessage, take);
    }

    private static int speaker(String role, PartKind kind) {
        if (kind == PartKind.TOOL_RESULT || role.equals("tool")) {
            return TOOL;
        }
        return switch (role) {
            case "assistant" -> ASSISTANT;
            case "user" -> USER;
            default -> NOBODY;
        };
    }

    private boolean count(int message, String role, PartKind kind, @Nullable String id, CharSequence text) {
        if (message != this.message) {
            this.message = message;
            messagePart = part;
        }
        int who = speaker(role, kind);
        if (who != NOBODY && who != speaker) {
            turn(who);
        }
        toolResults |= who == TOOL;
        part++;
        if (message >= last) {
            add(who, kind, text);
        }
        return true;
    }

    private void turn(int who) {
        if (who == ASSISTANT) {
            assistantTurns++;
            to = part;
        } else if (speaker == ASSISTANT || speaker == NOBODY) {
            from = part;
            fromMessage = message;
            fromMessagePart = messagePart;
        }
        if (who == USER) {
            userTurns++;
        }
        speaker = who;
    }

    private boolean take(int message, String role, PartKind kind, @Nullable String id, CharSequence text) {
        if (part++ >= from) {
            add(speaker(role, kind), kind, text);
        }
        return part < to;
    }

    private void add(int who, PartKind kind, CharSequence text) {
        if (who != USER && who != TOOL) {
            return;
        }
        int size = text.length();
        all += size;
        if (who == USER && kind == PartKind.TEXT) {
            users += size;
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
        if (length + size > ROOM) {
            System.arraycopy(chars, length - TAIL, chars, HEAD, TAIL);
            length = HEAD + TAIL;
        }
        if (length + size > chars.length) {
            char[] larger = new char[Math.min(ROOM, Math.max(2 * chars.length, length + size))];
            System.arraycopy(chars, 0, larger, 0, length);
            chars = larger;
        }
        text.getChars(first, last, chars, length);
        length += size;
    }

    /** Closes up what follows the kept beginning to the kept end, on a line of its own. */
    private int trimmed() {
        if (length < MOST || (length == MOST && !cut)) {
            return length;
        }
        System.arraycopy(chars, length - TAIL, chars, HEAD, TAIL);
        chars[HEAD] = '\n';
        return MOST;
    }
}
