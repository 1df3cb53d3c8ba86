package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.json.Swar;
import java.util.Arrays;

/**
 * Recognises the event of a Chat Completions stream that only tells of usage: {@code choices} is empty and {@code usage}
 * an object. Reusable, by one thread; what cannot be read strictly is another event.
 */
public final class UsageEvents {
    private static final JsonName CHOICES = new JsonName("choices");
    private static final JsonName USAGE = new JsonName("usage");
    private static final byte[] DATA = {'d', 'a', 't', 'a'};

    private final JsonTape tape = new JsonTape(UsageEventGate.MOST_HELD);
    private final byte[] data = new byte[UsageEventGate.MOST_HELD];

    /** Returns whether an event of at most {@link UsageEventGate#MOST_HELD} bytes, whole or broken off, only tells of usage. */
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

    /** Tells almost all events with content from the one that is looked for, at a fraction of the price of parsing. */
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

    /** Puts the event's data together, as a reader of the stream does; returns its length. */
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

    /** Returns where the value of a data line begins, -1 when it is another line. */
    private static int valueStart(byte[] buf, int line, int stop) {
        int colon = line + DATA.length;
        if (stop <= colon || buf[colon] != ':' || !Arrays.equals(buf, line, colon, DATA, 0, DATA.length)) {
            return -1;
        }
        return colon + 1 < stop && buf[colon + 1] == ' ' ? colon + 2 : colon + 1;
    }
}
