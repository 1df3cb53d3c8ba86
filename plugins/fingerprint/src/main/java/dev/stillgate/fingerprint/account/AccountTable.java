package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.capture.Dialect;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.stats.StochasticRounding;
import dev.stillgate.fingerprint.text.Elicitation;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Statistics of every account, in columns. Sums and means decay: when an account's sums cover {@link #WINDOW} seconds,
 * they are halved. Not thread-safe.
 */
public final class AccountTable {
    /** Seconds that the sums of an account cover before they are halved. */
    static final float WINDOW = 21 * 86_400f;

    private static final int DAY = 86_400;

    /** Resolution of active days: parts of a day. */
    static final int DAY_PARTS = 8;

    private static final int SHARES_AVERAGED = 128;
    private static final int TOPICS_AVERAGED = 64;
    private static final int SHARE_UNIT = 255;

    /** Conversations that begin at least so many seconds apart can be from different places. */
    private static final int MOVE_SECONDS = 600;

    /** A time so many seconds before the last one means that the clock was ahead then. Shorter steps back are ignored. */
    private static final int CLOCK_WAS_AHEAD = 7 * DAY;

    /** Window of the running mean of moves. */
    private static final int MOVES_AVERAGED = 16;

    /** Bits of the address-block filter that may be set before it is reset. */
    private static final int MAX_BLOCKS = 4;

    /** Resolution of a mean: 1 in so many; means are below 16. */
    private static final float MEAN_UNIT = 4_000;

    /** Number of tiers that are told apart; accounts of further tiers count as without a tier. */
    static final int MAX_TIERS = 255;

    /** Number of organisations that are told apart; accounts of further ones count as without one. */
    static final int MAX_ORGANISATIONS = 1_000_000;

    private static final short UNKNOWN_AGE = Short.MIN_VALUE;

    /** One in so many accounts is evicted at a time. */
    private static final int EVICTED_FRACTION = 8;

    private final AccountIndex index = new AccountIndex();
    private final NameIndex organisations = new NameIndex(MAX_ORGANISATIONS);
    private final NameIndex tiers = new NameIndex(MAX_TIERS);
    private final List<AccountColumns> columns = new ArrayList<>();
    private final StochasticRounding rounding = new StochasticRounding();
    private final StartColumns starts = new StartColumns(this);

    public AccountIndex index() {
        return index;
    }

    NameIndex organisations() {
        return organisations;
    }

    NameIndex tiers() {
        return tiers;
    }

    AccountColumns columns(int accountIndex) {
        return columns.get(accountIndex / AccountColumns.SIZE);
    }

    /** Returns the declared organisation of an account, or null. */
    @Nullable
    public String organisation(int accountIndex) {
        return organisations.name(columns(accountIndex).organisation[accountIndex % AccountColumns.SIZE]);
    }

    /** Returns the number of an account's declared organisation, 0 for none. */
    public int organisationNumber(int accountIndex) {
        return columns(accountIndex).organisation[accountIndex % AccountColumns.SIZE];
    }

    /** Returns the tier of an account, null if it has none. */
    @Nullable
    public String tier(int accountIndex) {
        return tiers.name(columns(accountIndex).tier[accountIndex % AccountColumns.SIZE] & 0xff);
    }

    /** Returns the dialect of most of an account's exchanges, {@link Dialect#OTHER} for Gemini or if unknown. */
    public Dialect dialect(int accountIndex) {
        return DialectVote.dialect(columns(accountIndex).dialect[accountIndex % AccountColumns.SIZE]);
    }

    /** Returns whether an account was verified at its last exchange. */
    public boolean verified(int accountIndex) {
        return DialectVote.verified(columns(accountIndex).dialect[accountIndex % AccountColumns.SIZE]);
    }

    /** Returns the first conversation starts of the accounts. */
    public StartColumns starts() {
        return starts;
    }

    /** Returns a view of an account. */
    public AccountProfile profile(int accountIndex) {
        return new AccountProfile(columns(accountIndex), accountIndex % AccountColumns.SIZE);
    }

    /** Adds the columns of the accounts that were added last to the index. */
    void append(AccountColumns more) {
        columns.add(more);
    }

    public int lastSecond(int accountIndex) {
        return columns(accountIndex).lastSecond[accountIndex % AccountColumns.SIZE];
    }

    /** Returns the second of the epoch at which the account's first day began. */
    public int firstSecond(int accountIndex) {
        return columns(accountIndex).firstDay[accountIndex % AccountColumns.SIZE] * DAY;
    }

    /**
     * Records an exchange.
     *
     * @param begins whether it begins a conversation; only starts are used for timing, since the client paces the rest
     * @return the account index, or {@link AccountIndex#NONE} if the account cannot be stored
     */
    public int observe(Observation seen, boolean begins) {
        int accountIndex = index.find(seen.account);
        int second = Math.clamp(seen.start / 1000, 0, Integer.MAX_VALUE);
        if (accountIndex == AccountIndex.NONE) {
            accountIndex = add(seen.account, second);
            if (accountIndex == AccountIndex.NONE) {
                return accountIndex;
            }
        }
        AccountColumns c = columns(accountIndex);
        int i = accountIndex % AccountColumns.SIZE;
        c.organisation[i] = organisations.getOrAdd(seen.organisation);
        c.tier[i] = (byte) tiers.getOrAdd(seen.tier);
        c.dialect[i] = DialectVote.add(c.dialect[i], seen.dialect, seen.verified);
        c.lastSecond[i] = monotonic(second, c.lastSecond[i]);
        boolean mayHaveMoved = begins && second - c.lastStart[i] >= MOVE_SECONDS;
        if (begins) {
            time(c, i, second);
        }
        network(c, i, seen);
        block(c, i, seen, mayHaveMoved);
        PromptFeatures prompt = seen.prompt;
        if (prompt != null) {
            content(c, i, seen, prompt);
            FrequentValues.count(c, i, seen, prompt);
        }
        return accountIndex;
    }

    private int add(String id, int second) {
        int accountIndex = index.getOrAdd(id);
        if (accountIndex == AccountIndex.NONE) {
            return accountIndex;
        }
        while (columns.size() * AccountColumns.SIZE <= accountIndex) {
            columns.add(new AccountColumns());
        }
        AccountColumns c = columns(accountIndex);
        int i = accountIndex % AccountColumns.SIZE;
        c.firstDay[i] = (short) (second / DAY);
        c.lastSecond[i] = second;
        c.lastStart[i] = second;
        c.createdDay[i] = UNKNOWN_AGE;
        return accountIndex;
    }

    private static int monotonic(int second, int last) {
        return last - second > CLOCK_WAS_AHEAD ? second : Math.max(second, last);
    }

    private void time(AccountColumns c, int i, int second) {
        int now = monotonic(second, c.lastStart[i]);
        int last = Math.min(c.lastStart[i], now);
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
            c.activeDays[i] = (byte) Math.min(0xff, (c.activeDays[i] & 0xff) + DAY_PARTS);
        }
        if (!first) {
            updateMoments(c, i, AccountColumns.GAP, (float) Math.log(Math.max(1, now - last)), c.exchanges[i]);
            c.exposure[i] += Math.min(now - last, WINDOW);
        }
        c.exchanges[i]++;
        c.lastStart[i] = now;
        int hour = now / 3600 % 24;
        int place = i * AccountColumns.HOURS + hour * AccountColumns.HOURS / 24;
        if (++c.hours[place] == Byte.MAX_VALUE) {
            for (int h = i * AccountColumns.HOURS; h < (i + 1) * AccountColumns.HOURS; h++) {
                c.hours[h] >>= 1;
            }
        }
        if (c.exposure[i] > WINDOW) {
            fade(c, i);
        }
    }

    private void fade(AccountColumns c, int i) {
        for (float[] sums : List.of(c.exchanges, c.exposure, c.hourSquares, c.tenMinuteSquares)) {
            sums[i] /= 2;
        }
        c.activeDays[i] = (byte) ((c.activeDays[i] & 0xff) / 2);
        c.prompts[i] = rounding.half(Float.float16ToFloat(c.prompts[i]) / 2);
        c.answers[i] = rounding.half(Float.float16ToFloat(c.answers[i]) / 2);
        c.networks[i] = 0;
        c.clients[i] = 0;
    }

    private void network(AccountColumns c, int i, Observation seen) {
        c.networks[i] |= 1 << (seen.network >>> 59);
        c.clients[i] |= (short) (1 << (seen.client >>> 60));
        share(c, i, AccountColumns.HOSTED, seen.hosting || seen.anonymised ? 1 : 0, c.exchanges[i]);
        Instant created = seen.created;
        if (created != null && c.createdDay[i] == UNKNOWN_AGE) {
            long age = c.firstDay[i] - Math.floorDiv(created.getEpochSecond(), DAY);
            c.createdDay[i] = (short) Math.clamp(age, 0, Short.MAX_VALUE);
        }
    }

    /**
     * Records the address block of an exchange.
     *
     * @param mayHaveMoved whether enough time has passed for a move: then the block counts as new or known
     */
    private void block(AccountColumns c, int i, Observation seen, boolean mayHaveMoved) {
        int bit = 1 << (seen.block >>> 61);
        int known = c.blocks[i] & 0xff;
        if (mayHaveMoved) {
            share(c, i, AccountColumns.ROAMING, (known & bit) == 0 ? 1 : 0, Math.min(c.exchanges[i], MOVES_AVERAGED));
        }
        c.blocks[i] = (byte) (Integer.bitCount(known) > MAX_BLOCKS ? bit : known | bit);
    }

    private void content(AccountColumns c, int i, Observation seen, PromptFeatures prompt) {
        float n = increment(c.prompts, i);
        updateMoments(c, i, AccountColumns.PROMPT, (float) Math.log1p(Math.max(0, prompt.newChars)), n);
        if (seen.answered) {
            answer(c, i, seen, increment(c.answers, i));
        }
        share(c, i, AccountColumns.SINGLE_TURN, prompt.assistantTurns == 0 ? 1 : 0, n);
        share(c, i, AccountColumns.TOOL_TURN, prompt.toolResults ? 1 : 0, n);
        if (prompt.analysedChars > 0) {
            share(c, i, AccountColumns.CODE, (float) prompt.codeChars / prompt.analysedChars, n);
            for (Elicitation kind : Elicitation.values()) {
                share(c, i, AccountColumns.FIRST_ELICITATION + kind.index(), kind.in(prompt.elicitations) ? 1 : 0, n);
            }
            for (int d = 0; d < PromptFeatures.TOPICS; d++) {
                topic(c.topics, i * PromptFeatures.TOPICS + d, prompt.topic[d], n);
            }
        }
    }

    private void answer(AccountColumns c, int i, Observation seen, float n) {
        updateMoments(c, i, AccountColumns.ANSWER, (float) Math.log1p((double) Math.max(0, seen.outputTokens)), n);
        boolean full = seen.maxTokens > 0 && seen.outputTokens >= 0.95 * seen.maxTokens;
        share(c, i, AccountColumns.SATURATED, full ? 1 : 0, n);
        if (seen.judged) {
            decline(c, i, seen.declined, n);
        }
        long chars = seen.proseChars + seen.codeChars + seen.toolChars;
        if (chars > 0) {
            share(c, i, AccountColumns.PROSE, (float) seen.proseChars / chars, n);
        }
    }

    /** Increments a count and returns it. */
    private float increment(short[] counts, int i) {
        counts[i] = rounding.half(Float.float16ToFloat(counts[i]) + 1);
        return Float.float16ToFloat(counts[i]);
    }

    /**
     * Updates a mean and a variance over n values (B. P. Welford, "Note on a method for calculating corrected sums of
     * squares and products", 1962).
     */
    private void updateMoments(AccountColumns c, int i, int what, float value, float n) {
        int at = i * AccountColumns.MEANS + what;
        float count = Math.max(1, n);
        float kept = Math.min(value, 16);
        float mean = (c.means[at] & 0xffff) / MEAN_UNIT;
        float next = mean + (kept - mean) / count;
        c.means[at] = (short) Math.clamp(rounding.round(next * MEAN_UNIT), 0, 0xffff);
        float variance = Float.float16ToFloat(c.variances[at]);
        c.variances[at] = rounding.half(variance + ((kept - mean) * (kept - next) - variance) / count);
    }

    static float mean(AccountColumns c, int i, int what) {
        return (c.means[i * AccountColumns.MEANS + what] & 0xffff) / MEAN_UNIT;
    }

    static float variance(AccountColumns c, int i, int what) {
        return Float.float16ToFloat(c.variances[i * AccountColumns.MEANS + what]);
    }

    static float share(AccountColumns c, int i, int share) {
        return (c.shares[i * AccountColumns.SHARES + share] & 0xff) / (float) SHARE_UNIT;
    }

    private void share(AccountColumns c, int i, int share, float value, float n) {
        int place = i * AccountColumns.SHARES + share;
        int mean = c.shares[place] & 0xff;
        float step = (Math.clamp(value, 0, 1) * SHARE_UNIT - mean) / Math.clamp(n, 1, SHARES_AVERAGED);
        c.shares[place] = (byte) Math.clamp(mean + rounding.round(step), 0, SHARE_UNIT);
    }

    private void decline(AccountColumns c, int i, boolean declined, float n) {
        int mean = Math.max(1, c.declined[i] & 0xff);
        float step = ((declined ? SHARE_UNIT : 1) - mean) / Math.clamp(n, 1, SHARES_AVERAGED);
        int next = step == 0 ? mean : mean + rounding.round(step);
        c.declined[i] = (byte) Math.clamp(next, 1, SHARE_UNIT);
    }

    static float declined(AccountColumns c, int i) {
        return Math.max(0, (c.declined[i] & 0xff) - 1) / (float) (SHARE_UNIT - 1);
    }

    /** Returns whether a response was read for the provider's judgement. */
    static boolean isJudged(AccountColumns c, int i) {
        return c.declined[i] != 0;
    }

    private void topic(byte[] means, int place, float value, float n) {
        float step = (value * 127 - means[place]) / Math.clamp(n, 1, TOPICS_AVERAGED);
        means[place] = (byte) Math.clamp(means[place] + rounding.round(step), -127, 127);
    }

    /**
     * Evicts up to an eighth of all accounts. The retention score is the time of the last exchange, plus one day for
     * every doubling of the number of exchanges. A flood of one-time accounts therefore evicts itself, and not the
     * established accounts.
     *
     * @return indexes of the evicted accounts
     */
    int[] evict(IntPredicate mayGo) {
        long[] order = new long[index.size()];
        int count = 0;
        for (int accountIndex = 0; accountIndex < index.limit(); accountIndex++) {
            if (index.has(accountIndex) && mayGo.test(accountIndex)) {
                AccountColumns c = columns(accountIndex);
                int i = accountIndex % AccountColumns.SIZE;
                long retentionScore = c.lastSecond[i] + Math.round(DAY * Math.log1p(c.exchanges[i]) / Math.log(2));
                order[count++] = retentionScore << 31 | accountIndex;
            }
        }
        Arrays.sort(order, 0, count);
        int[] evicted = new int[Math.min(count, Math.max(1, index.size() / EVICTED_FRACTION))];
        Arrays.setAll(evicted, k -> (int) order[k] & Integer.MAX_VALUE);
        remove(evicted);
        return evicted;
    }

    void remove(int... accountIndexes) {
        for (int accountIndex : accountIndexes) {
            columns(accountIndex).clear(accountIndex % AccountColumns.SIZE);
        }
        index.remove(accountIndexes);
    }

    /** Clears everything that depends on the hash key. */
    void forgetKeyed() {
        columns.forEach(AccountColumns::forgetKeyed);
    }
}
