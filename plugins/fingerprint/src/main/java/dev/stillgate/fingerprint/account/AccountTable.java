package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.stats.StochasticRounding;
import dev.stillgate.fingerprint.text.Elicitation;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What is known of every account, in columns. Everything is a sum or a mean that fades: when an account's sums cover
 * {@link #WINDOW} seconds they are halved. One thread only.
 */
public final class AccountTable {
    /** How long the sums of an account may cover before they are halved, in seconds. */
    static final float WINDOW = 21 * 86_400f;

    private static final int DAY = 86_400;

    /** In so many parts of a day active days are counted; the sums cover three weeks. */
    static final int DAY_PARTS = 8;

    private static final int MEAN_OVER = 128;
    private static final int TOPIC_OVER = 64;
    private static final int SHARE_UNIT = 255;

    /** Conversations that begin so many seconds apart may come from elsewhere; how many of those are looked back at. */
    private static final int APART = 600;

    private static final int ROAMED_OVER = 16;

    /** How many of the 8 bits of blocks may be set before those of the past are forgotten. */
    private static final int MOST_BLOCKS = 4;

    /** Logarithms are kept in steps of 1 in so many, below 16. */
    private static final float MEAN_UNIT = 4_000;

    private static final short UNKNOWN_AGE = Short.MIN_VALUE;

    /** One of so many accounts goes when there is no room. */
    private static final int EVICTED = 8;

    private final AccountIndex index = new AccountIndex();
    private final OrganisationIndex organisations = new OrganisationIndex();
    private final List<AccountColumns> columns = new ArrayList<>();
    private final StochasticRounding dither = new StochasticRounding();
    private int[] components = {};

    public AccountIndex index() {
        return index;
    }

    OrganisationIndex organisations() {
        return organisations;
    }

    AccountColumns columns(int account) {
        return columns.get(account / AccountColumns.SIZE);
    }

    /** Returns the organisation that an account is declared to belong to, or null. */
    @Nullable
    public String organisation(int account) {
        return organisations.name(columns(account).organisation[account % AccountColumns.SIZE]);
    }

    /** Returns whether two accounts are declared to belong to one organisation. */
    boolean areOfOne(int a, int b) {
        int organisation = columns(a).organisation[a % AccountColumns.SIZE];
        return organisation != 0 && organisation == columns(b).organisation[b % AccountColumns.SIZE];
    }

    /** Takes whose answers go round among whom: a number by account, 0 for nobody's. */
    public void components(int[] byAccount) {
        components = byAccount;
    }

    /** Returns a view of an account. */
    public AccountProfile profile(int account) {
        int component = account < components.length ? components[account] : 0;
        return new AccountProfile(columns(account), account % AccountColumns.SIZE, component);
    }

    /** Takes the columns of the accounts that were numbered last. */
    void append(AccountColumns more) {
        columns.add(more);
    }

    public int lastSecond(int account) {
        return columns(account).lastSecond[account % AccountColumns.SIZE];
    }

    /** Returns the second at which the day began on which an account was first seen. */
    public int firstSecond(int account) {
        return columns(account).firstDay[account % AccountColumns.SIZE] * DAY;
    }

    /**
     * Takes an exchange.
     *
     * @param begins whether it begins a conversation: when conversations begin is the caller's doing, and what follows is
     *     theirs
     * @return the account's number, {@link AccountIndex#NONE} when it cannot have one
     */
    public int observe(Observation seen, boolean begins) {
        int account = index.find(seen.account);
        int second = Math.clamp(seen.start / 1000, 0, Integer.MAX_VALUE);
        if (account == AccountIndex.NONE) {
            account = add(seen.account, second);
            if (account == AccountIndex.NONE) {
                return account;
            }
        }
        AccountColumns c = columns(account);
        int i = account % AccountColumns.SIZE;
        c.organisation[i] = organisations.number(seen.organisation);
        c.lastSecond[i] = Math.max(second, c.lastSecond[i]);
        boolean another = begins && second - c.lastStart[i] >= APART;
        if (begins) {
            time(c, i, second);
        }
        network(c, i, seen);
        block(c, i, seen, another);
        PromptFeatures prompt = seen.prompt;
        if (prompt != null) {
            content(c, i, seen, prompt);
            FrequentValues.count(c, i, seen, prompt);
        }
        return account;
    }

    /** Takes whether an exchange's client looked like another than it claimed to be. */
    void disguise(int account, boolean disguised) {
        AccountColumns c = columns(account);
        int i = account % AccountColumns.SIZE;
        share(c, i, AccountColumns.DISGUISED, disguised ? 1 : 0, Math.max(1, Float.float16ToFloat(c.prompts[i])));
    }

    private int add(String id, int second) {
        int account = index.number(id);
        if (account == AccountIndex.NONE) {
            return account;
        }
        while (columns.size() * AccountColumns.SIZE <= account) {
            columns.add(new AccountColumns());
        }
        AccountColumns c = columns(account);
        int i = account % AccountColumns.SIZE;
        c.firstDay[i] = (short) (second / DAY);
        c.lastSecond[i] = second;
        c.lastStart[i] = second;
        c.createdDay[i] = UNKNOWN_AGE;
        return account;
    }

    private void time(AccountColumns c, int i, int second) {
        int last = c.lastStart[i];
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
            c.activeDays[i] = (byte) Math.min(0xff, (c.activeDays[i] & 0xff) + DAY_PARTS);
        }
        if (!first) {
            describe(c, i, AccountColumns.GAP, (float) Math.log(Math.max(1, now - last)), c.exchanges[i]);
            c.exposure[i] += now - last;
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
        c.prompts[i] = dither.half(Float.float16ToFloat(c.prompts[i]) / 2);
        c.answers[i] = dither.half(Float.float16ToFloat(c.answers[i]) / 2);
        c.networks[i] = 0;
        c.clients[i] = 0;
    }

    private void network(AccountColumns c, int i, Observation seen) {
        c.networks[i] |= 1 << (seen.network >>> 59);
        c.clients[i] |= (short) (1 << (seen.client >>> 60));
        share(c, i, AccountColumns.HOSTED, seen.hosting || seen.anonymised ? 1 : 0, c.exchanges[i]);
        LocalDate created = seen.created;
        if (created != null && c.createdDay[i] == UNKNOWN_AGE) {
            long age = c.firstDay[i] - created.toEpochDay();
            c.createdDay[i] = (short) Math.clamp(age, 0, Short.MAX_VALUE);
        }
    }

    /**
     * Takes from which block of addresses an account comes.
     *
     * @param another whether it may have moved since the last time: then it counts whether it was there before
     */
    private void block(AccountColumns c, int i, Observation seen, boolean another) {
        int bit = 1 << (seen.block >>> 61);
        int known = c.blocks[i] & 0xff;
        if (another) {
            share(c, i, AccountColumns.ROAMING, (known & bit) == 0 ? 1 : 0, Math.min(c.exchanges[i], ROAMED_OVER));
        }
        c.blocks[i] = (byte) (Integer.bitCount(known) > MOST_BLOCKS ? bit : known | bit);
    }

    private void content(AccountColumns c, int i, Observation seen, PromptFeatures prompt) {
        float n = another(c.prompts, i);
        describe(c, i, AccountColumns.PROMPT, (float) Math.log1p(Math.max(0, prompt.newChars)), n);
        if (seen.answered) {
            answer(c, i, seen, another(c.answers, i));
        }
        share(c, i, AccountColumns.SINGLE_TURN, prompt.assistantTurns == 0 ? 1 : 0, n);
        share(c, i, AccountColumns.TOOL_TURN, prompt.toolResults ? 1 : 0, n);
        if (prompt.analysedChars > 0) {
            share(c, i, AccountColumns.CODE, (float) prompt.codeChars / prompt.analysedChars, n);
            for (Elicitation ware : Elicitation.values()) {
                share(c, i, AccountColumns.FIRST_WARE + ware.place(), ware.in(prompt.elicitations) ? 1 : 0, n);
            }
            for (int d = 0; d < PromptFeatures.TOPICS; d++) {
                topic(c.topics, i * PromptFeatures.TOPICS + d, prompt.topic[d], n);
            }
        }
    }

    private void answer(AccountColumns c, int i, Observation seen, float n) {
        describe(c, i, AccountColumns.ANSWER, (float) Math.log1p((double) Math.max(0, seen.outputTokens)), n);
        boolean full = seen.maxTokens > 0 && seen.outputTokens >= 0.95 * seen.maxTokens;
        share(c, i, AccountColumns.SATURATED, full ? 1 : 0, n);
        long chars = seen.proseChars + seen.codeChars + seen.toolChars;
        if (chars > 0) {
            share(c, i, AccountColumns.PROSE, (float) seen.proseChars / chars, n);
        }
    }

    /** Counts one more; returns how many there are. */
    private float another(short[] counts, int i) {
        counts[i] = dither.half(Float.float16ToFloat(counts[i]) + 1);
        return Float.float16ToFloat(counts[i]);
    }

    /** Takes a value into a mean and a variance over n values (B. P. Welford, "Note on a method", 1962). */
    private void describe(AccountColumns c, int i, int what, float value, float n) {
        int at = i * AccountColumns.MEANS + what;
        float count = Math.max(1, n);
        float kept = Math.min(value, 16);
        float mean = (c.means[at] & 0xffff) / MEAN_UNIT;
        float next = mean + (kept - mean) / count;
        c.means[at] = (short) Math.clamp(dither.round(next * MEAN_UNIT), 0, 0xffff);
        float variance = Float.float16ToFloat(c.variances[at]);
        c.variances[at] = dither.half(variance + ((kept - mean) * (kept - next) - variance) / count);
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
        float step = (Math.clamp(value, 0, 1) * SHARE_UNIT - mean) / Math.clamp(n, 1, MEAN_OVER);
        c.shares[place] = (byte) Math.clamp(mean + dither.round(step), 0, SHARE_UNIT);
    }

    private void topic(byte[] means, int place, float value, float n) {
        float step = (value * 127 - means[place]) / Math.clamp(n, 1, TOPIC_OVER);
        means[place] = (byte) Math.clamp(means[place] + dither.round(step), -127, 127);
    }

    /**
     * Makes room: of the accounts that may go, an eighth of all goes. The value of an account is when it was last seen, and
     * a day more for every doubling of its exchanges: so a flood of accounts that ask once pushes out itself, and not those
     * that have been asking for weeks.
     *
     * @return the numbers of those that went, which is none when none may go
     */
    int[] evict(IntPredicate mayGo) {
        long[] order = new long[index.size()];
        int count = 0;
        for (int account = 0; account < index.limit(); account++) {
            if (index.has(account) && mayGo.test(account)) {
                AccountColumns c = columns(account);
                int i = account % AccountColumns.SIZE;
                long worth = c.lastSecond[i] + Math.round(DAY * Math.log1p(c.exchanges[i]) / Math.log(2));
                order[count++] = worth << 31 | account;
            }
        }
        Arrays.sort(order, 0, count);
        int[] gone = new int[Math.min(count, Math.max(1, index.size() / EVICTED))];
        Arrays.setAll(gone, k -> (int) order[k] & Integer.MAX_VALUE);
        remove(gone);
        return gone;
    }

    /** Forgets accounts. */
    void remove(int... accounts) {
        for (int account : accounts) {
            columns(account).clear(account % AccountColumns.SIZE);
        }
        index.remove(accounts);
    }

    /** Forgets what means nothing under another key. */
    void forgetKeyed() {
        columns.forEach(AccountColumns::forgetKeyed);
    }
}
