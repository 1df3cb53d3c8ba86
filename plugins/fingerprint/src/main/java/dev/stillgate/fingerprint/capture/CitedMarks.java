package dev.stillgate.fingerprint.capture;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.BodyView.PartKind;
import dev.stillgate.spi.ContextMarks;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a prompt the marks of what earlier answers gave: texts of the assistant's turns, ids of tool calls, seals of
 * thinking and the answer that is continued. Looks at the newest parts only: the parts before them came in earlier
 * prompts, when they were the newest.
 */
final class CitedMarks implements BodyView.PartVisitor {
    /** How many marks are read of one prompt. */
    static final int MOST = 8;

    private final ContextMarks marks;
    private final long[] found = new long[MOST];
    /** How many messages are looked at first: as a rule they have so many parts. */
    private static final int NEWEST = 2 * MOST;

    private int parts;
    private int skip;
    private int count;
    private boolean counting;

    CitedMarks(ContextMarks marks) {
        this.marks = marks;
    }

    long[] of(BodyView.Chat chat) {
        int first = Math.max(0, chat.messageCount() - NEWEST);
        count(chat, first);
        if (parts < MOST && first > 0) {
            first = 0;
            count(chat, first);
        }
        skip = Math.max(0, parts - MOST);
        parts = 0;
        String continued = chat.previousResponse();
        if (continued != null) {
            add(marks.ofId(continued));
        }
        chat.parts(first, this);
        return count == 0 ? Observation.NO_MARKS : Arrays.copyOf(found, count);
    }

    private void count(BodyView.Chat chat, int first) {
        parts = 0;
        counting = true;
        chat.parts(first, this);
        counting = false;
    }

    @Override
    public boolean part(int message, String role, PartKind kind, @Nullable String id, CharSequence text) {
        if (!role.equals("assistant") || !isCitable(kind, id)) {
            return true;
        }
        if (counting || parts < skip) {
            parts++;
            return true;
        }
        parts++;
        add(
                switch (kind) {
                    case TEXT -> marks.ofText(text);
                    case SIGNATURE -> marks.ofId(text);
                    default -> id == null ? ContextMarks.NONE : marks.ofId(id);
                });
        return count < MOST;
    }

    private static boolean isCitable(PartKind kind, @Nullable String id) {
        return kind == PartKind.TEXT || kind == PartKind.SIGNATURE || (kind == PartKind.TOOL_CALL && id != null);
    }

    private void add(long mark) {
        if (mark != ContextMarks.NONE && count < MOST) {
            found[count++] = mark;
        }
    }
}
