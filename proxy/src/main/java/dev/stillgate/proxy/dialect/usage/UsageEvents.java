package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.json.Swar;
import java.util.Arrays;

/**
 * Recogniser of the usage event of a Chat Completions stream: the event with empty {@code choices} and a {@code usage}
 * object. An event that is not strictly valid JSON never matches. Reusable; not thread-safe.
 */
public final class UsageEvents {
    private static final JsonName CHOICES = new JsonName("choices");
    private static final JsonName USAGE = new JsonName("usage");
    private static final byte[] DATA = {'d', 'a', 't', 'a'};

    private final JsonTape tape = new JsonTape(UsageEventGate.MOST_HELD);
    private final byte[] data = new byte[UsageEventGate.MOST_HELD];

    /** Returns whether an event, up to {@link UsageEventGate#MOST_HELD} bytes long, is the usage event. */
    boolean matches(byte[] buf, int from, int end) {
        if (!hasEmptyArray(buf, from, end)) {
            return false;
        }
        int length = data(buf, from, end);
        try {
            tape.parse(data, 0, length);
        } catch (MalformedBody other) {
            return false;
        }
        int choices = tape.find(tape.root(), CHOICES);
        int usage = tape.find(tape.root(), USAGE);
        return choices != JsonTape.NONE
                && tape.kind(choices) == JsonTape.ARRAY
                && tape.size(choices) == 0
                && usage != JsonTape.NONE
                && tape.kind(usage) == JsonTape.OBJECT;
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

    /** Joins the data lines of the event as an SSE parser does; returns the length of the data. */
    private int data(byte[] buf, int from, int end) {
        int length = 0;
        int line = from;
        while (line < end) {
            int stop = Swar.skipLine(buf, line, end);
            int value = valueStart(buf, line, stop);
            if (value >= 0) {
                System.arraycopy(buf, value, data, length, stop - value);
                length += stop - value;
                data[length++] = '\n';
            }
            line = stop + 1;
        }
        return length;
    }

    /** Returns the start of the value of a data line; -1 for other lines. */
    private static int valueStart(byte[] buf, int line, int stop) {
        int colon = line + DATA.length;
        if (stop <= colon || buf[colon] != ':' || !Arrays.equals(buf, line, colon, DATA, 0, DATA.length)) {
            return -1;
        }
        return colon + 1 < stop && buf[colon + 1] == ' ' ? colon + 2 : colon + 1;
    }
}
