package dev.stillgate.fingerprint.fleet;

import dev.stillgate.fingerprint.capture.Dialect;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.text.PromptFeatures;
import dev.stillgate.spi.Account;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Binary form of observations for the other gateways of a fleet, some 350 bytes each and 30 for each registration fact.
 * Texts that clients choose are truncated; topics are rounded to 1/32,000, far finer than they are stored. The text
 * sample of a prompt is not sent.
 */
final class ObservationCodec {
    /** Maximum number of bytes of an observation. */
    static final int MAX_BYTES = 10 << 10;

    private static final int MAX_TEXT = 256;
    private static final int MAX_ID = 1024;
    private static final int MAX_MARKS = 16;
    private static final float TOPIC_UNIT = 32_000;

    private static final int KEEPS_STATE = 1;
    private static final int ANSWERED = 2;
    private static final int HOSTING = 4;
    private static final int ANONYMISED = 8;
    private static final int STREAM = 16;
    private static final int PROBING = 32;
    private static final int PROMPT = 64;
    private static final int SAME_REQUEST = 128;

    private ObservationCodec() {}

    /**
     * Returns whether an observation can be sent; one whose account id is too long cannot, since ids are not truncated.
     */
    static boolean fits(Observation seen) {
        return seen.account.length() <= MAX_ID;
    }

    static void write(DataOutput out, Observation seen) throws IOException {
        out.writeByte((seen.keepsState ? KEEPS_STATE : 0)
                | (seen.answered ? ANSWERED : 0)
                | (seen.hosting ? HOSTING : 0)
                | (seen.anonymised ? ANONYMISED : 0)
                | (seen.stream ? STREAM : 0)
                | (seen.probing ? PROBING : 0)
                | (seen.prompt != null ? PROMPT : 0)
                | (seen.sameRequest ? SAME_REQUEST : 0));
        out.writeByte(seen.dialect.code() << 4
                | (seen.judged ? 8 : 0)
                | (seen.declined ? 4 : 0)
                | (seen.unread ? 2 : 0)
                | (seen.verified ? 1 : 0));
        out.writeUTF(seen.account);
        text(out, seen.organisation);
        text(out, seen.tier);
        text(out, seen.software);
        text(out, seen.country);
        text(out, seen.operator);
        text(out, seen.model);
        out.writeLong(seen.created == null ? Long.MIN_VALUE : seen.created.getEpochSecond());
        facts(out, seen.facts);
        out.writeLong(seen.start);
        out.writeLong(seen.end);
        out.writeLong(seen.client);
        out.writeLong(seen.claim);
        out.writeLong(seen.ja4);
        out.writeLong(seen.order);
        out.writeLong(seen.preface);
        out.writeLong(seen.asn);
        out.writeLong(seen.network);
        out.writeLong(seen.block);
        out.writeLong(seen.person);
        out.writeLong(seen.shape);
        out.writeLong(seen.maxTokens);
        out.writeDouble(seen.temperature);
        out.writeLong(seen.inputTokens);
        out.writeLong(seen.outputTokens);
        out.writeLong(seen.markedTokens);
        out.writeInt(seen.refusedPrompts);
        out.writeLong(seen.proseChars);
        out.writeLong(seen.codeChars);
        out.writeLong(seen.toolChars);
        marks(out, seen.cited);
        marks(out, seen.issued);
        PromptFeatures prompt = seen.prompt;
        if (prompt != null) {
            prompt(out, prompt);
        }
    }

    private static void prompt(DataOutput out, PromptFeatures prompt) throws IOException {
        out.writeLong(prompt.system);
        out.writeLong(prompt.systemShingle);
        out.writeLong(prompt.tools);
        out.writeLong(prompt.text);
        out.writeLong(prompt.opening);
        for (int place : prompt.sketch) {
            out.writeInt(place);
        }
        for (float dimension : prompt.topic) {
            out.writeShort(Math.round(Math.clamp(dimension, -1, 1) * TOPIC_UNIT));
        }
        out.writeInt(prompt.elicitations);
        out.writeInt(prompt.newChars);
        out.writeInt(prompt.codeChars);
        out.writeInt(prompt.digitChars);
        out.writeInt(prompt.otherScriptChars);
        out.writeInt(prompt.analysedChars);
        out.writeInt(prompt.userTurns);
        out.writeInt(prompt.assistantTurns);
        out.writeBoolean(prompt.toolResults);
    }

    /**
     * Reads an observation.
     *
     * @throws IOException if the bytes are invalid
     */
    static Observation read(DataInput in) throws IOException {
        Observation seen = new Observation();
        int flags = in.readUnsignedByte();
        seen.keepsState = (flags & KEEPS_STATE) != 0;
        seen.answered = (flags & ANSWERED) != 0;
        seen.hosting = (flags & HOSTING) != 0;
        seen.anonymised = (flags & ANONYMISED) != 0;
        seen.stream = (flags & STREAM) != 0;
        seen.probing = (flags & PROBING) != 0;
        seen.sameRequest = (flags & SAME_REQUEST) != 0;
        int dialectAndMore = in.readUnsignedByte();
        seen.verified = (dialectAndMore & 1) != 0;
        seen.unread = (dialectAndMore & 2) != 0;
        seen.declined = (dialectAndMore & 4) != 0;
        seen.judged = (dialectAndMore & 8) != 0;
        seen.dialect = dialect(dialectAndMore >> 4);
        seen.account = in.readUTF();
        seen.organisation = text(in);
        seen.tier = text(in);
        String software = text(in);
        seen.software = software == null ? "" : software;
        seen.country = text(in);
        seen.operator = text(in);
        seen.model = text(in);
        seen.created = created(in.readLong());
        seen.facts = facts(in);
        seen.start = in.readLong();
        seen.end = in.readLong();
        seen.client = in.readLong();
        seen.claim = in.readLong();
        seen.ja4 = in.readLong();
        seen.order = in.readLong();
        seen.preface = in.readLong();
        seen.asn = in.readLong();
        seen.network = in.readLong();
        seen.block = in.readLong();
        seen.person = in.readLong();
        seen.shape = in.readLong();
        seen.maxTokens = in.readLong();
        seen.temperature = in.readDouble();
        seen.inputTokens = requireCount(in.readLong());
        seen.outputTokens = requireCount(in.readLong());
        seen.markedTokens = requireCount(in.readLong());
        seen.refusedPrompts = requireCount(in.readInt());
        seen.proseChars = requireCount(in.readLong());
        seen.codeChars = requireCount(in.readLong());
        seen.toolChars = requireCount(in.readLong());
        seen.cited = marks(in);
        seen.issued = marks(in);
        seen.prompt = (flags & PROMPT) == 0 ? null : prompt(in);
        return seen;
    }

    private static Dialect dialect(int ordinal) throws IOException {
        Dialect[] dialects = Dialect.values();
        if (ordinal >= dialects.length) {
            throw new IOException("unknown dialect: " + ordinal);
        }
        return dialects[ordinal];
    }

    private static @Nullable Instant created(long second) throws IOException {
        try {
            return second == Long.MIN_VALUE ? null : Instant.ofEpochSecond(second);
        } catch (DateTimeException e) {
            throw new IOException("invalid second: " + second, e);
        }
    }

    private static void facts(DataOutput out, Map<String, String> facts) throws IOException {
        out.writeByte(facts.size());
        for (Map.Entry<String, String> fact : facts.entrySet()) {
            out.writeUTF(fact.getKey());
            out.writeUTF(fact.getValue());
        }
    }

    private static Map<String, String> facts(DataInput in) throws IOException {
        int count = in.readUnsignedByte();
        if (count > Account.MAX_FACTS) {
            throw new IOException("too many facts: " + count);
        }
        Map<String, String> facts = new HashMap<>();
        for (int i = 0; i < count; i++) {
            facts.put(in.readUTF(), in.readUTF());
        }
        return Map.copyOf(facts);
    }

    private static PromptFeatures prompt(DataInput in) throws IOException {
        PromptFeatures prompt = new PromptFeatures();
        prompt.system = in.readLong();
        prompt.systemShingle = in.readLong();
        prompt.tools = in.readLong();
        prompt.text = in.readLong();
        prompt.opening = in.readLong();
        for (int i = 0; i < prompt.sketch.length; i++) {
            prompt.sketch[i] = in.readInt();
        }
        for (int i = 0; i < prompt.topic.length; i++) {
            prompt.topic[i] = Math.clamp(in.readShort() / TOPIC_UNIT, -1, 1);
        }
        prompt.elicitations = in.readInt();
        prompt.newChars = requireCount(in.readInt());
        prompt.codeChars = requireCount(in.readInt());
        prompt.digitChars = requireCount(in.readInt());
        prompt.otherScriptChars = requireCount(in.readInt());
        prompt.analysedChars = requireCount(in.readInt());
        prompt.userTurns = requireCount(in.readInt());
        prompt.assistantTurns = requireCount(in.readInt());
        prompt.toolResults = in.readBoolean();
        return prompt;
    }

    private static long requireCount(long count) throws IOException {
        if (count < 0) {
            throw new IOException("negative count: " + count);
        }
        return count;
    }

    private static int requireCount(int count) throws IOException {
        return (int) requireCount((long) count);
    }

    private static void text(DataOutput out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT));
        }
    }

    private static @Nullable String text(DataInput in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }

    private static void marks(DataOutput out, long[] marks) throws IOException {
        int count = Math.min(MAX_MARKS, marks.length);
        out.writeByte(count);
        for (int i = 0; i < count; i++) {
            out.writeLong(marks[i]);
        }
    }

    private static long[] marks(DataInput in) throws IOException {
        int count = in.readUnsignedByte();
        if (count > MAX_MARKS) {
            throw new IOException("too many marks: " + count);
        }
        long[] marks = count == 0 ? Observation.NO_MARKS : new long[count];
        for (int i = 0; i < count; i++) {
            marks[i] = in.readLong();
        }
        return marks;
    }
}
