package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.json.JsonMembers;
import dev.stillgate.proxy.json.MalformedBody;

/**
 * One line of an exchange log: where its fields stand, checked as far as every exchange needs it. Reusable; valid until
 * the next line. Fields that it does not know are passed over.
 */
final class LogLine {
    /** The latest time that a line may name: the year 2100. */
    private static final long LATEST = 4_102_444_800_000L;

    /** The longest time that an exchange may be open, in milliseconds: 31 days. */
    private static final long LONGEST_OPEN = 31L * 86_400_000;

    private static final int ABSENT = JsonMembers.NONE;

    private final JsonMembers members = new JsonMembers();
    private byte[] buf = new byte[0];
    private long ts;
    private long end;
    private int status;

    /** Reads a line. */
    void read(byte[] bytes, int from, int to) throws BrokenLine {
        buf = bytes;
        try {
            members.read(bytes, from, to);
        } catch (MalformedBody e) {
            throw new BrokenLine("no exchange: " + e.getMessage());
        }
        ts = members.whole(members.find("ts"));
        if (ts < 1 || ts > LATEST) {
            throw new BrokenLine("ts: expected milliseconds of the epoch");
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
            throw new BrokenLine("end: expected milliseconds of the epoch, from ts to 31 days later");
        }
        return value;
    }

    byte[] bytes() {
        return buf;
    }

    /** Returns when the request came, in milliseconds of the epoch. */
    long ts() {
        return ts;
    }

    /** Returns when the answer was whole; the time of the request where the line does not tell. */
    long endMillis() {
        return end;
    }

    int status() {
        return status;
    }

    /** Returns what a cache makes of a text. */
    <T> T required(String name, SliceCache<T> cache) throws BrokenLine {
        int member = members.find(name);
        if (!members.isText(member)) {
            throw new BrokenLine(name + ": expected a text");
        }
        return made(name, member, cache);
    }

    /** Returns what a cache makes of a text, {@code otherwise} where there is none. */
    <T> T optional(String name, SliceCache<T> cache, T otherwise) throws BrokenLine {
        int member = members.find(name);
        if (member == ABSENT) {
            return otherwise;
        }
        if (!members.isText(member)) {
            throw new BrokenLine(name + ": expected a text");
        }
        return made(name, member, cache);
    }

    /** Returns what a cache makes of a value of any kind that must be there. */
    <T> T value(String name, SliceCache<T> cache) throws BrokenLine {
        int member = members.find(name);
        if (member == ABSENT) {
            throw new BrokenLine(name + ": is missing");
        }
        return made(name, member, cache);
    }

    private <T> T made(String name, int member, SliceCache<T> cache) throws BrokenLine {
        try {
            return cache.get(buf, members.start(member), members.stop(member));
        } catch (BrokenLine e) {
            throw new BrokenLine(name + ": " + e.reason());
        }
    }

    /** Returns the member of that name, negative when it is absent or null. */
    int find(String name) {
        return members.find(name);
    }

    /** Returns where a member's value begins. */
    int start(int member) {
        return members.start(member);
    }

    /** Returns how long a member's value is, 0 for one that is not there. */
    int length(int member) {
        return member == ABSENT ? 0 : members.stop(member) - members.start(member);
    }

    /** Makes the text of a string with its quotes. */
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
