package dev.stillgate.proxy.dialect.openai;

import dev.stillgate.proxy.dialect.stream.EventReader;
import dev.stillgate.proxy.dialect.stream.UsageEventGate;
import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.proxy.json.JsonReader;
import dev.stillgate.proxy.json.JsonSink;

/**
 * Recogniser of the usage event of a Chat Completions stream: the event with empty {@code choices} and a {@code usage}
 * object, each given once. An event in which {@link JsonReader} finds errors never matches. Objects and arrays within
 * the event are skipped without a check. Reusable; not thread-safe.
 */
final class UsageEvents implements UsageEventGate.Matcher {
    private static final JsonPaths<Member> PATHS =
            JsonPaths.of(JsonPaths.presence("choices", Member.CHOICES), JsonPaths.presence("usage", Member.USAGE));

    private final Members members = new Members();
    private final JsonReader<Member> json = new JsonReader<>(members);
    private final EventReader event = new EventReader() {
        @Override
        protected int data(byte[] buf, int from, int end) {
            return json.read(buf, from, end);
        }

        @Override
        protected void nextLine(int at) {
            json.lineEnd(at);
        }
    };

    private enum Member {
        CHOICES,
        USAGE
    }

    /** The members of an event that tell whether it is the usage event. */
    private static final class Members extends JsonSink<Member> {
        private int choices;
        private int usages;
        private boolean other;

        void clear() {
            choices = 0;
            usages = 0;
            other = false;
        }

        @Override
        public void presence(Member member, byte first, boolean empty) {
            if (member == Member.CHOICES) {
                choices++;
                other |= first != '[' || !empty;
            } else {
                usages++;
                other |= first != '{';
            }
        }

        boolean areUsage() {
            return choices == 1 && usages == 1 && !other;
        }
    }

    /** Creates a recogniser. */
    UsageEvents() {
        json.reset(PATHS, true);
    }

    @Override
    public boolean matches(byte[] buf, int from, int end) {
        if (!hasEmptyArray(buf, from, end)) {
            return false;
        }
        members.clear();
        json.reset();
        event.reset();
        event.read(buf, from, end);
        return json.isComplete() && !json.hasErrors() && members.areUsage();
    }

    /** Cheap pre-check without parsing, which rejects almost all events with content. */
    private static boolean hasEmptyArray(byte[] buf, int from, int end) {
        boolean opened = false;
        for (int i = from; i < end; i++) {
            byte c = buf[i];
            if (c == ']' && opened) {
                return true;
            }
            opened = c == '[' || (opened && (c == ' ' || c == '\t' || c == '\n' || c == '\r'));
        }
        return false;
    }
}
