package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.json.JsonMembers;
import dev.stillgate.proxy.json.MalformedBody;

/**
 * Members of one exchange-log line, with the required fields checked. Unknown fields are ignored. Reusable; valid until
 * the next line is read.
 */
final class LogLine {
    /** The latest valid time: the year 2100. */
    private static final long LATEST = 4_102_444_800_000L;

    /** The maximum duration of an exchange, in milliseconds: 31 days. */
    private static final long LONGEST_OPEN = 31L * 86_400_000;

    private static final int ABSENT = JsonMembers.NONE;

    private final JsonMembers members = new JsonMembers();
    private byte[] buf = new byte[0];
    private long ts;
    private long end;
    private int status;

    void read(byte[] bytes, int from, int to) throws BrokenLine {
        buf = bytes;
        try {
            members.read(bytes, from, to);
        } catch (MalformedBody e) {
            throw new BrokenLine("not an exchange: " + e.getMessage());
        }
        ts = members.whole(members.find("ts"));
        if (ts < 1 || ts > LATEST) {
            throw new BrokenLine("ts: expected milliseconds since the epoch");
        }
        end = end();
        status = (int) members.whole(members.find("status"));
        if (status < 100 || status > 599) {
            throw new BrokenLine("status: expected 100 to 599");
        }
    }

    private long end() throws BrokenLine {
        int member = members.find("end");
        if (member == ABSENT) {
            return ts;
        }
        long value = members.whole(member);
        if (value < ts || value - ts > LONGEST_OPEN) {
            throw new BrokenLine("end: expected milliseconds since the epoch, from ts to 31 days later");
        }
        return value;
    }

    byte[] bytes() {
        return buf;
    }

    /** Returns the time of the request, in milliseconds since the epoch. */
    long ts() {
        return ts;
    }

    /**
     * Returns the end of the response, in milliseconds since the epoch; the time of the request when the line has no
     * end.
     */
    long endMillis() {
        return end;
    }

    int status() {
        return status;
    }

    /** Returns the parsed value of a required string. */
    <T> T required(String name, SliceCache<T> cache) throws BrokenLine {
        int member = members.find(name);
        if (!members.isText(member)) {
            throw new BrokenLine(name + ": expected a string");
        }
        return cached(name, member, cache);
    }

    /** Returns the parsed value of an optional string, {@code otherwise} when it is absent. */
    <T> T optional(String name, SliceCache<T> cache, T otherwise) throws BrokenLine {
        int member = members.find(name);
        if (member == ABSENT) {
            return otherwise;
        }
        if (!members.isText(member)) {
            throw new BrokenLine(name + ": expected a string");
        }
        return cached(name, member, cache);
    }

    /** Returns the parsed value of a required member of any type. */
    <T> T value(String name, SliceCache<T> cache) throws BrokenLine {
        int member = members.find(name);
        if (member == ABSENT) {
            throw new BrokenLine(name + ": is missing");
        }
        return cached(name, member, cache);
    }

    private <T> T cached(String name, int member, SliceCache<T> cache) throws BrokenLine {
        try {
            return cache.get(buf, members.start(member), members.stop(member));
        } catch (BrokenLine e) {
            throw new BrokenLine(name + ": " + e.reason());
        }
    }

    /** Returns the index of a member, negative when it is absent or null. */
    int find(String name) {
        return members.find(name);
    }

    /** Returns the offset of a member's value. */
    int start(int member) {
        return members.start(member);
    }

    /** Returns the length of a member's value, 0 when it is absent. */
    int length(int member) {
        return member == ABSENT ? 0 : members.stop(member) - members.start(member);
    }

    /** Parses a JSON string, given with its quotes. An empty string is invalid. */
    static String text(byte[] bytes, int from, int to) throws BrokenLine {
        try {
            String text = JsonMembers.text(bytes, from, to);
            if (text.isEmpty()) {
                throw new BrokenLine("is empty");
            }
            return text;
        } catch (MalformedBody e) {
            throw new BrokenLine(String.valueOf(e.getMessage()));
        }
    }
}
