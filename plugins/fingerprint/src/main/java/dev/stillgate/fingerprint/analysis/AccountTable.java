package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.text.Elicitation;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of every account, in columns. Everything is a sum or a mean that fades: when an account's sums cover
 * {@link #WINDOW} seconds they are halved. One thread only.
 */
final class AccountTable {
    /** How long the sums of an account may cover before they are halved, in seconds. */
    static final float WINDOW = 21 * 86_400f;

    private static final int DAY = 86_400;
    private static final int MEAN_OVER = 256;
    private static final short UNKNOWN_AGE = Short.MIN_VALUE;

    private final AccountIndex index = new AccountIndex();
    private final List<Columns> columns = new ArrayList<>();
    private final List<@Nullable String> organisations = new ArrayList<>();
    private long dice = 0x9e3779b97f4a7c15L;

    AccountIndex index() {
        return index;
    }

    Columns columns(int account) {
        return columns.get(account / Columns.SIZE);
    }

    /** Returns the organisation that an account is declared to belong to, or null. */
    @Nullable
    String organisation(int account) {
        return organisations.get(account);
    }

    /** Returns a view of an account. */
    AccountProfile profile(int account) {
        return new AccountProfile(columns(account), account % Columns.SIZE);
    }

    int lastSecond(int account) {
        return columns(account).lastSecond[account % Columns.SIZE];
    }

    int firstSecond(int account) {
        return columns(account).firstSecond[account % Columns.SIZE];
    }

    /** Takes an exchange; returns the account's number. */
    int observe(Observation seen) {
        int account = index.find(seen.account);
        int second = (int) (seen.start / 1000);
        if (account == AccountIndex.NONE) {
            account = add(seen.account, second);
        }
        organisations.set(account, seen.organisation);
        Columns c = columns(account);
        int i = account % Columns.SIZE;
        time(c, i, second);
        network(c, i, seen);
        PromptFeatures prompt = seen.prompt;
        if (prompt != null) {
            content(c, i, seen, prompt);
            keys(c, i, seen, prompt);
        }
        return account;
    }

    private int add(String id, int second) {
        int account = index.number(id);
        while (columns.size() * Columns.SIZE <= account) {
            columns.add(new Columns());
        }
        while (organisations.size() <= account) {
            organisations.add(null);
        }
        Columns c = columns(account);
        int i = account % Columns.SIZE;
        c.firstSecond[i] = second;
        c.lastSecond[i] = second;
        c.createdDay[i] = UNKNOWN_AGE;
        return account;
    }

    private static void time(Columns c, int i, int second) {
        int last = c.lastSecond[i];
        int now = Math.max(second, last); // a clock that goes back stands still
        boolean first = c.exchanges[i] == 0;
        if (now / 3600 != last / 3600) {
            c.hourSquares[i] += (float) c.hourCount[i] * c.hourCount[i];
            c.hourCount[i] = 0;
        }
        if (now / 600 != last / 600) {
            c.tenMinuteSquares[i] += (float) c.tenMinuteCount[i] * c.tenMinuteCount[i];
            c.tenMinuteCount[i] = 0;
        }
        c.hourCount[i] = (short) Math.min(Short.MAX_VALUE, c.hourCount[i] + 1);
        c.tenMinuteCount[i] = (short) Math.min(Short.MAX_VALUE, c.tenMinuteCount[i] + 1);
        if (first || now / DAY != last / DAY) {
            c.activeDays[i]++;
        }
        if (!first) {
            float gap = (float) Math.log(Math.max(1, now - last));
            c.logGaps[i] += gap;
            c.logGapSquares[i] += gap * gap;
            c.exposure[i] += now - last;
        }
        c.exchanges[i]++;
        c.lastSecond[i] = now;
        int place = i * Columns.HOURS + now / 3600 % Columns.HOURS;
        if (++c.hours[place] == Byte.MAX_VALUE) {
            for (int h = i * Columns.HOURS; h < (i + 1) * Columns.HOURS; h++) {
                c.hours[h] >>= 1;
            }
        }
        if (c.exposure[i] > WINDOW) {
            fade(c, i);
        }
    }

    private static void fade(Columns c, int i) {
        for (float[] sums : List.of(
                c.exchanges,
                c.exposure,
                c.activeDays,
                c.hourSquares,
                c.tenMinuteSquares,
                c.logGaps,
                c.logGapSquares,
                c.prompts,
                c.logPrompts,
                c.logPromptSquares,
                c.answers,
                c.logAnswers,
                c.logAnswerSquares)) {
            sums[i] /= 2;
        }
        c.networks[i] = 0;
        c.clients[i] = 0;
    }

    private void network(Columns c, int i, Observation seen) {
        c.networks[i] |= 1L << (seen.network >>> 58);
        c.clients[i] |= 1 << (seen.client >>> 59);
        mean(c.shares, i * Columns.SHARES + Columns.HOSTED, seen.hosting || seen.anonymised ? 1 : 0, c.exchanges[i]);
        LocalDate created = seen.created;
        if (created != null && c.createdDay[i] == UNKNOWN_AGE) {
            long age = c.firstSecond[i] / DAY - created.toEpochDay();
            c.createdDay[i] = (short) Math.clamp(age, 0, Short.MAX_VALUE);
        }
    }

    private void content(Columns c, int i, Observation seen, PromptFeatures prompt) {
        c.prompts[i]++;
        float length = (float) Math.log1p(prompt.newChars);
        c.logPrompts[i] += length;
        c.logPromptSquares[i] += length * length;
        if (seen.answered) {
            c.answers[i]++;
            float answer = (float) Math.log1p((double) seen.outputTokens);
            c.logAnswers[i] += answer;
            c.logAnswerSquares[i] += answer * answer;
            boolean full = seen.maxTokens > 0 && seen.outputTokens >= 0.95 * seen.maxTokens;
            share(c, i, Columns.SATURATED, full ? 1 : 0, c.answers[i]);
            long chars = seen.proseChars + seen.codeChars + seen.toolChars;
            if (chars > 0) {
                share(c, i, Columns.PROSE, (float) seen.proseChars / chars, c.answers[i]);
            }
        }
        float n = c.prompts[i];
        share(c, i, Columns.SINGLE_TURN, prompt.assistantTurns == 0 ? 1 : 0, n);
        share(c, i, Columns.TOOL_TURN, prompt.toolResults ? 1 : 0, n);
        if (prompt.analysedChars > 0) {
            share(c, i, Columns.CODE, (float) prompt.codeChars / prompt.analysedChars, n);
            for (Elicitation ware : Elicitation.values()) {
                int asks = (prompt.elicitations & ware.bit()) == 0 ? 0 : 1;
                share(c, i, Columns.FIRST_WARE + ware.place(), asks, n);
            }
            for (int d = 0; d < PromptFeatures.TOPICS; d++) {
                topic(c.topics, i * PromptFeatures.TOPICS + d, prompt.topic[d], n);
            }
        }
    }

    private void share(Columns c, int i, int share, float value, float n) {
        mean(c.shares, i * Columns.SHARES + share, value, n);
    }

    /** Moves a mean of 16 bits, whose 1 is 32,000, towards a value; what is smaller than a step is diced for. */
    private void mean(short[] means, int place, float value, float n) {
        float step = (value * 32_000 - means[place]) / Math.clamp(n, 1, MEAN_OVER);
        means[place] += (short) rounded(step);
    }

    private void topic(byte[] means, int place, float value, float n) {
        float step = (value * 127 - means[place]) / Math.clamp(n, 1, 64);
        means[place] = (byte) Math.clamp(means[place] + rounded(step), -127, 127);
    }

    /** Rounds up or down with the chance that makes the mean right; always the same way in the same order of calls. */
    private int rounded(float step) {
        dice ^= dice << 13;
        dice ^= dice >>> 7;
        dice ^= dice << 17;
        int down = (int) Math.floor(step);
        return step - down > (dice >>> 40) * 0x1p-24f ? down + 1 : down;
    }

    private static void keys(Columns c, int i, Observation seen, PromptFeatures prompt) {
        key(c, i, SharedKey.SYSTEM, prompt.system);
        key(c, i, SharedKey.TOOLS, prompt.tools);
        key(c, i, SharedKey.CLIENT, seen.client);
        key(c, i, SharedKey.SHAPE, seen.shape);
        if (prompt.analysedChars > 0 && prompt.assistantTurns == 0) {
            key(c, i, SharedKey.OPENING, prompt.opening);
            key(c, i, SharedKey.SKETCH_A, band(prompt.sketch, 0));
            key(c, i, SharedKey.SKETCH_B, band(prompt.sketch, 2));
        }
    }

    private static long band(int[] sketch, int from) {
        long a = sketch[from];
        return a == 0 ? 0 : ((a << 32) | (sketch[from + 1] & 0xffff_ffffL)) * 0x9e3779b97f4a7c15L;
    }

    /**
     * Counts a value among an account's two most frequent ones: the algorithm of J. Misra and D. Gries, "Finding repeated
     * elements", 1982, which cannot miss a value with more than a third of all counts.
     */
    private static void key(Columns c, int i, SharedKey kind, long hash) {
        int at = i * Columns.KEYS + kind.place();
        int value = hash == 0 ? 0 : (int) (hash >>> 32) | 1;
        if (++c.keyTotal[at] == Byte.MAX_VALUE) {
            c.keyTotal[at] >>= 1;
            c.keyFirstCount[at] >>= 1;
            c.keySecondCount[at] >>= 1;
        }
        if (value == 0) {
            return;
        }
        if (c.keyFirst[at] == value || (c.keyFirstCount[at] == 0 && c.keySecond[at] != value)) {
            c.keyFirst[at] = value;
            c.keyFirstCount[at]++;
        } else if (c.keySecond[at] == value || c.keySecondCount[at] == 0) {
            c.keySecond[at] = value;
            c.keySecondCount[at]++;
        } else {
            c.keyFirstCount[at]--;
            c.keySecondCount[at]--;
        }
    }

    /** Forgets accounts. */
    void remove(int... accounts) {
        for (int account : accounts) {
            Columns c = columns(account);
            int i = account % Columns.SIZE;
            clear(c, i);
            organisations.set(account, null);
        }
        index.remove(accounts);
    }

    private static void clear(Columns c, int i) {
        fade(c, i);
        for (float[] sums : List.of(
                c.exchanges,
                c.exposure,
                c.activeDays,
                c.hourSquares,
                c.tenMinuteSquares,
                c.logGaps,
                c.logGapSquares,
                c.prompts,
                c.logPrompts,
                c.logPromptSquares,
                c.answers,
                c.logAnswers,
                c.logAnswerSquares)) {
            sums[i] = 0;
        }
        c.hourCount[i] = 0;
        c.tenMinuteCount[i] = 0;
        Arrays.fill(c.hours, i * Columns.HOURS, (i + 1) * Columns.HOURS, (byte) 0);
        Arrays.fill(c.shares, i * Columns.SHARES, (i + 1) * Columns.SHARES, (short) 0);
        Arrays.fill(c.topics, i * PromptFeatures.TOPICS, (i + 1) * PromptFeatures.TOPICS, (byte) 0);
        for (byte[] counts : List.of(c.keyFirstCount, c.keySecondCount, c.keyTotal)) {
            Arrays.fill(counts, i * Columns.KEYS, (i + 1) * Columns.KEYS, (byte) 0);
        }
    }
}
