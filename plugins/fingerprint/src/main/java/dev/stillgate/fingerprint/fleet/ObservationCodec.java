package dev.stillgate.fingerprint.fleet;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Observations as bytes, for the other gateways of a fleet: some 340 of them. Texts that callers choose are cut; topics are
 * rounded to one in 32,000, far below what they are kept with. The text of a prompt, where one is sampled, stays on its gateway.
 */
final class ObservationCodec {
    /** The most bytes of one observation. */
    static final int LARGEST = 8 << 10;

    private static final int LONGEST = 256;
    private static final int LONGEST_ID = 1024;
    private static final int MOST_MARKS = 16;
    private static final float TOPIC_UNIT = 32_000;

    private static final int KEEPS = 1;
    private static final int ANSWERED = 2;
    private static final int HOSTING = 4;
    private static final int ANONYMISED = 8;
    private static final int STREAM = 16;
    private static final int PROBING = 32;
    private static final int PROMPT = 64;
    private static final int FURTHER = 128;

    private ObservationCodec() {}

    /** Returns whether an observation can be sent: one of an account whose id would have to be cut cannot. */
    static boolean fits(Observation seen) {
        return seen.account.length() <= LONGEST_ID;
    }

    static void write(DataOutput out, Observation seen) throws IOException {
        out.writeByte((seen.keeps ? KEEPS : 0)
                | (seen.answered ? ANSWERED : 0)
                | (seen.hosting ? HOSTING : 0)
                | (seen.anonymised ? ANONYMISED : 0)
                | (seen.stream ? STREAM : 0)
                | (seen.probing ? PROBING : 0)
                | (seen.prompt != null ? PROMPT : 0)
                | (seen.further ? FURTHER : 0));
        out.writeUTF(seen.account);
        text(out, seen.organisation);
        text(out, seen.software);
        text(out, seen.country);
        text(out, seen.model);
        out.writeLong(seen.created == null ? Long.MIN_VALUE : seen.created.toEpochDay());
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
        out.writeLong(seen.shape);
        out.writeLong(seen.maxTokens);
        out.writeDouble(seen.temperature);
        out.writeLong(seen.inputTokens);
        out.writeLong(seen.outputTokens);
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
        out.writeLong(prompt.systemLike);
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
     * Reads one.
     *
     * @throws IOException when it is none
     */
    static Observation read(DataInput in) throws IOException {
        Observation seen = new Observation();
        int flags = in.readUnsignedByte();
        seen.keeps = (flags & KEEPS) != 0;
        seen.answered = (flags & ANSWERED) != 0;
        seen.hosting = (flags & HOSTING) != 0;
        seen.anonymised = (flags & ANONYMISED) != 0;
        seen.stream = (flags & STREAM) != 0;
        seen.probing = (flags & PROBING) != 0;
        seen.further = (flags & FURTHER) != 0;
        seen.account = in.readUTF();
        seen.organisation = text(in);
        String software = text(in);
        seen.software = software == null ? "" : software;
        seen.country = text(in);
        seen.model = text(in);
        seen.created = created(in.readLong());
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
        seen.shape = in.readLong();
        seen.maxTokens = in.readLong();
        seen.temperature = in.readDouble();
        seen.inputTokens = atLeastNone(in.readLong());
        seen.outputTokens = atLeastNone(in.readLong());
        seen.proseChars = atLeastNone(in.readLong());
        seen.codeChars = atLeastNone(in.readLong());
        seen.toolChars = atLeastNone(in.readLong());
        seen.cited = marks(in);
        seen.issued = marks(in);
        seen.prompt = (flags & PROMPT) == 0 ? null : prompt(in);
        return seen;
    }

    private static @Nullable LocalDate created(long day) throws IOException {
        try {
            return day == Long.MIN_VALUE ? null : LocalDate.ofEpochDay(day);
        } catch (DateTimeException e) {
            throw new IOException("no day: " + day, e);
        }
    }

    private static PromptFeatures prompt(DataInput in) throws IOException {
        PromptFeatures prompt = new PromptFeatures();
        prompt.system = in.readLong();
        prompt.systemLike = in.readLong();
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
        prompt.newChars = atLeastNone(in.readInt());
        prompt.codeChars = atLeastNone(in.readInt());
        prompt.digitChars = atLeastNone(in.readInt());
        prompt.otherScriptChars = atLeastNone(in.readInt());
        prompt.analysedChars = atLeastNone(in.readInt());
        prompt.userTurns = atLeastNone(in.readInt());
        prompt.assistantTurns = atLeastNone(in.readInt());
        prompt.toolResults = in.readBoolean();
        return prompt;
    }

    private static long atLeastNone(long count) throws IOException {
        if (count < 0) {
            throw new IOException("a count of " + count);
        }
        return count;
    }

    private static int atLeastNone(int count) throws IOException {
        return (int) atLeastNone((long) count);
    }

    private static void text(DataOutput out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text.length() <= LONGEST ? text : text.substring(0, LONGEST));
        }
    }

    private static @Nullable String text(DataInput in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }

    private static void marks(DataOutput out, long[] marks) throws IOException {
        int count = Math.min(MOST_MARKS, marks.length);
        out.writeByte(count);
        for (int i = 0; i < count; i++) {
            out.writeLong(marks[i]);
        }
    }

    private static long[] marks(DataInput in) throws IOException {
        int count = in.readUnsignedByte();
        if (count > MOST_MARKS) {
            throw new IOException(count + " marks");
        }
        long[] marks = count == 0 ? Observation.NO_MARKS : new long[count];
        for (int i = 0; i < count; i++) {
            marks[i] = in.readLong();
        }
        return marks;
    }
}
