package dev.stillgate.fingerprint.capture;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.BodyView.PartKind;
import dev.stillgate.spi.ContextHashes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the hashes of earlier responses that a prompt cites: texts of assistant turns, tool call ids, thinking
 * signatures and the continued response. Only the newest parts are read, since earlier prompts already cited the older
 * ones. An instance reads one prompt.
 */
final class CitedHashes implements BodyView.PartVisitor {
    /** Maximum number of hashes of a prompt. */
    static final int MAX_MARKS = 8;

    private final ContextHashes hashes;
    private final long[] found = new long[MAX_MARKS];
    /** Newest messages that are searched first; they usually hold {@link #MAX_MARKS} parts. */
    private static final int NEWEST = 2 * MAX_MARKS;

    private int parts;
    private int skip;
    private int count;
    private boolean counting;

    CitedHashes(ContextHashes hashes) {
        this.hashes = hashes;
    }

    long[] of(BodyView.Chat chat) {
        int first = Math.max(0, chat.messageCount() - NEWEST);
        count(chat, first);
        if (parts < MAX_MARKS && first > 0) {
            first = 0;
            count(chat, first);
        }
        skip = Math.max(0, parts - MAX_MARKS);
        parts = 0;
        String continued = chat.previousResponse();
        if (continued != null) {
            add(hashes.ofId(continued));
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
                    case TEXT -> hashes.ofText(text);
                    case SIGNATURE -> hashes.ofId(text);
                    default -> id == null ? ContextHashes.NONE : hashes.ofId(id);
                });
        return count < MAX_MARKS;
    }

    private static boolean isCitable(PartKind kind, @Nullable String id) {
        return kind == PartKind.TEXT || kind == PartKind.SIGNATURE || (kind == PartKind.TOOL_CALL && id != null);
    }

    private void add(long hash) {
        if (hash != ContextHashes.NONE && count < MAX_MARKS) {
            found[count++] = hash;
        }
    }
}
