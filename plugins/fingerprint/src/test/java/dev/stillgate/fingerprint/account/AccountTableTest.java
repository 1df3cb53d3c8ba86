package dev.stillgate.fingerprint.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.capture.Dialect;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.text.Elicitation;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class AccountTableTest {
    private static final long DAY = 86_400_000;
    private final AccountTable table = new AccountTable();

    private AccountProfile profile(String id) {
        return table.profile(table.index().find(id));
    }

    @Test
    void meansAndDeviationsMatchTheObservations() {
        Random random = new Random(3);
        double sum = 0;
        double squares = 0;
        int n = 900;
        for (int k = 0; k < n; k++) {
            Observation seen = Seen.prompt("a", Seen.START + k * 60_000L);
            seen.prompt.newChars = (int) Math.exp(6 + 0.5 * random.nextGaussian());
            seen.prompt.assistantTurns = k % 4 == 0 ? 0 : 1;
            seen.prompt.elicitations = k % 5 == 0 ? Elicitation.GRADING.bit() : 0;
            seen.prompt.topic[3] = k % 2 == 0 ? 0.5f : 0.1f;
            double value = Math.log1p(seen.prompt.newChars);
            sum += value;
            squares += value * value;
            table.observe(seen, true);
        }
        AccountProfile profile = profile("a");
        double mean = sum / n;
        assertThat(profile.meanLogPrompt()).isCloseTo(mean, within(0.02));
        assertThat(profile.deviationOfLogPrompt()).isCloseTo(Math.sqrt(squares / n - mean * mean), within(0.02));
        assertThat(profile.meanLogGap()).isCloseTo(Math.log(60), within(0.01));
        assertThat(profile.deviationOfLogGap()).as("all gaps are equal").isLessThan(0.02);
        assertThat(profile.singleTurns()).isCloseTo(0.25, within(0.1));
        assertThat(profile.elicited(Elicitation.GRADING)).isCloseTo(0.2, within(0.1));
        assertThat(profile.topic(3)).isCloseTo(0.3, within(0.05));
        assertThat(profile.topic(4)).isZero();
    }

    @Test
    void shareThatTheProviderRefusedIsKept() {
        for (int k = 0; k < 400; k++) {
            Observation seen = Seen.prompt("a", Seen.START + k * 60_000L);
            seen.answered = true;
            seen.judged = true;
            seen.declined = k % 4 == 0;
            table.observe(seen, true);
            table.observe(Seen.prompt("b", Seen.START + k * 60_000L), true);
        }
        assertThat(profile("a").declined()).isCloseTo(0.25, within(0.1));
        assertThat(profile("b").declined()).isZero();
        assertThat(profile("a").isJudged()).isTrue();
        assertThat(profile("b").isJudged()).isFalse();
    }

    @Test
    void unreadResponsesDoNotDiluteThatShare() {
        for (int k = 0; k < 1_200; k++) {
            Observation seen = Seen.prompt("a", Seen.START + k * 60_000L);
            seen.answered = true;
            seen.judged = k % 3 == 0;
            seen.declined = seen.judged && k % 2 == 0;
            table.observe(seen, true);
            Observation served = Seen.prompt("b", Seen.START + k * 60_000L);
            served.answered = true;
            served.judged = true;
            table.observe(served, true);
        }
        assertThat(profile("a").declined()).isCloseTo(0.5, within(0.15));
        assertThat(profile("b").isJudged()).isTrue();
        assertThat(profile("b").declined()).isZero();
    }

    @Test
    void roundedSharesAreUnbiased() {
        double sum = 0;
        int accounts = 400;
        for (int a = 0; a < accounts; a++) {
            for (int k = 0; k < 300; k++) {
                Observation seen = Seen.prompt("a" + a, Seen.START + k * 1000L);
                seen.prompt.codeChars = 123;
                table.observe(seen, true);
            }
            sum += profile("a" + a).code();
        }
        assertThat(sum / accounts).isCloseTo(0.123, within(0.001));
    }

    @Test
    void oldObservationsDecay() {
        for (int day = 0; day < 90; day++) {
            table.observe(Seen.prompt("a", Seen.START + day * DAY), true);
        }
        AccountProfile profile = profile("a");
        assertThat(profile.exposure()).isLessThanOrEqualTo(AccountTable.WINDOW);
        assertThat(profile.exchanges() / profile.exposure() * 86_400).isCloseTo(1, within(0.1));
        assertThat(profile.activeDays()).isCloseTo(profile.exchanges(), within(0.5));
    }

    @Test
    void backwardClockIsIgnored() {
        table.observe(Seen.prompt("a", Seen.START), true);
        table.observe(Seen.prompt("a", Seen.START - 3 * DAY), true);
        table.observe(Seen.prompt("a", Seen.START + 1000), true);
        table.observe(Seen.prompt("b", Long.MIN_VALUE), true);
        table.observe(Seen.prompt("b", Long.MAX_VALUE), true);
        assertThat(profile("a").exposure()).isEqualTo(1);
        assertThat(profile("a").activeDays()).isEqualTo(1);
        assertThat(table.lastSecond(0)).isEqualTo((int) (Seen.START / 1000) + 1);
        assertThat(profile("b").exchanges()).isPositive().isFinite();
    }

    @Test
    void clockThatWasAheadDoesNotFreezeTheAccount() {
        for (int hour = 0; hour < 96; hour++) {
            long time = Seen.START + hour * 3_600_000L;
            table.observe(Seen.prompt("steady", time), true);
            table.observe(Seen.prompt("seen ahead", hour == 24 ? time + 365 * DAY : time), true);
        }
        AccountProfile ahead = profile("seen ahead");
        AccountProfile steady = profile("steady");
        assertThat(table.lastSecond(1)).isEqualTo(table.lastSecond(0));
        assertThat(ahead.meanLogGap()).isCloseTo(steady.meanLogGap(), within(0.5));
        assertThat(ahead.exchanges()).isCloseTo(steady.exchanges(), within(50.0));
        assertThat(ahead.activeDays()).isGreaterThan(2);
        assertThat(ahead.squaresOfHours()).isLessThan(200);
    }

    @Test
    void clockThatWasBehindLeavesTheHistory() {
        for (int hour = 0; hour < 96; hour++) {
            table.observe(Seen.prompt("a", hour == 48 ? DAY : Seen.START + hour * 3_600_000L), true);
        }
        assertThat(profile("a").exchanges()).isGreaterThan(40);
        assertThat(profile("a").activeDays()).isGreaterThan(2);
    }

    @Test
    void hoursOfTheDayAreCounted() {
        for (int k = 0; k < 40; k++) {
            table.observe(Seen.prompt("a", Seen.START + k * DAY / 40 + 13 * 3_600_000L - k * DAY / 40), true);
        }
        AccountProfile profile = profile("a");
        double total = 0;
        for (int hour = 0; hour < 24; hour++) {
            total += profile.atHour(hour);
            assertThat(profile.atHour(hour) > 0).isEqualTo(hour == 12 || hour == 13);
        }
        assertThat(total).isEqualTo(40);
    }

    @Test
    void onlyFrequentValuesAreKeys() {
        for (int k = 0; k < 400; k++) {
            Observation seen = Seen.prompt("a", Seen.START + k * 1000L);
            seen.client = k % 2 == 0 ? 0x1234_5678_9abc_def0L : 0x7234_5678_9abc_def0L;
            seen.shape = new Random(k).nextLong() | 1L << 63;
            seen.prompt.opening = 0x5555_5555_5555_5555L;
            seen.prompt.assistantTurns = k % 10 == 0 ? 0 : 2;
            table.observe(seen, true);
        }
        AccountProfile profile = profile("a");
        int first = profile.key(SharedKey.CLIENT, false);
        int second = profile.key(SharedKey.CLIENT, true);
        assertThat(new int[] {first, second}).containsExactlyInAnyOrder(0x123457, 0x723457);
        assertThat(profile.key(SharedKey.SHAPE, false)).isZero();
        assertThat(profile.key(SharedKey.OPENING, false)).isEqualTo(0x555555);
        assertThat(profile.key(SharedKey.SYSTEM, false)).isZero();
    }

    /**
     * Starts conversations of an account at equal intervals, cycling through the blocks; returns whether the account
     * roams.
     */
    private boolean roams(String account, int apart, long... blocks) {
        for (int k = 0; k < 40; k++) {
            Observation seen = Seen.prompt(account, Seen.START + k * 1000L * apart);
            seen.block = blocks[k % blocks.length];
            table.observe(seen, true);
        }
        return profile(account).roams();
    }

    @Test
    void accountWithANewBlockEachTimeRoams() {
        long[] blocks = new Random(7).longs(40).toArray();
        assertThat(roams("elsewhere", 3600, blocks)).isTrue();
        assertThat(roams("at home", 3600, blocks[0])).isFalse();
        assertThat(roams("by day and by night", 3600, blocks[0], blocks[1], blocks[2]))
                .isFalse();
        assertThat(roams("at once", 60, blocks))
                .as("several connections of one visit")
                .isFalse();
        assertThat(profile("elsewhere").networks())
                .as("networks are independent of blocks")
                .isLessThan(2);
    }

    @Test
    void accountThatSettlesNoLongerRoams() {
        roams("a", 3600, new Random(7).longs(40).toArray());
        for (int k = 0; k < 40; k++) {
            Observation seen = Seen.prompt("a", Seen.START + (60 + k) * 3_600_000L);
            seen.block = -1;
            table.observe(seen, true);
        }
        assertThat(profile("a").roams()).isFalse();
    }

    @Test
    void ageIsThatOfTheFirstDay() {
        Observation seen = Seen.prompt("a", Seen.START);
        seen.created = Instant.ofEpochMilli((Seen.START / DAY - 12) * DAY + 1);
        table.observe(seen, true);
        table.observe(Seen.prompt("b", Seen.START), true);
        assertThat(profile("a").ageInDays()).isEqualTo(12);
        assertThat(profile("b").ageInDays()).isNaN();
    }

    @Test
    void tierDialectAndVerificationAreThoseOfTheAccount() {
        Dialect[] dialects = {Dialect.CHAT_COMPLETIONS, Dialect.MESSAGES, Dialect.CHAT_COMPLETIONS, Dialect.OTHER};
        for (int k = 0; k < 40; k++) {
            Observation seen = Seen.prompt("a", Seen.START + k * 1000L);
            seen.dialect = dialects[k % dialects.length];
            seen.tier = k < 20 ? "free" : "paid";
            seen.verified = k == 39;
            table.observe(seen, true);
        }
        int number = table.index().find("a");
        assertThat(table.dialect(number)).isEqualTo(Dialect.CHAT_COMPLETIONS);
        assertThat(table.tier(number)).isEqualTo("paid");
        assertThat(table.verified(number)).isTrue();
        table.observe(Seen.prompt("a", Seen.START + DAY), true);
        assertThat(table.verified(number)).as("by the last exchange").isFalse();
        assertThat(table.dialect(number)).as("no vote of other operations").isEqualTo(Dialect.CHAT_COMPLETIONS);
    }

    @Test
    void dialectFollowsAnAccountThatChangesIt() {
        for (int k = 0; k < 1000 + 63; k++) {
            Observation seen = Seen.prompt("a", Seen.START + k * 1000L);
            seen.dialect = k < 1000 ? Dialect.MESSAGES : Dialect.RESPONSES;
            table.observe(seen, true);
        }
        assertThat(table.dialect(table.index().find("a"))).isEqualTo(Dialect.RESPONSES);
    }

    @Test
    void dialectOfGeminiOutvotesAnother() {
        Dialect[] phases = {Dialect.MESSAGES, Dialect.GEMINI, Dialect.CHAT_COMPLETIONS};
        int[] exchanges = {1, 100, 63};
        Dialect[] expected = {Dialect.MESSAGES, Dialect.OTHER, Dialect.CHAT_COMPLETIONS};
        long start = Seen.START;
        for (int phase = 0; phase < phases.length; phase++) {
            for (int k = 0; k < exchanges[phase]; k++) {
                start += 1000;
                Observation seen = Seen.prompt("a", start);
                seen.dialect = phases[phase];
                table.observe(seen, true);
            }
            assertThat(table.dialect(table.index().find("a"))).isEqualTo(expected[phase]);
            assertThat(table.verified(table.index().find("a"))).isFalse();
        }
    }

    @Test
    void tiersBeyondTheCapacityCountAsNone() {
        for (int k = 0; k < 300; k++) {
            Observation seen = Seen.prompt("a" + k, Seen.START);
            seen.tier = "tier-" + k;
            table.observe(seen, true);
        }
        assertThat(table.tier(table.index().find("a254"))).isEqualTo("tier-254");
        assertThat(table.tier(table.index().find("a255"))).isNull();
    }

    @Test
    void organisationsBeyondTheCapacityCountAsNone() {
        for (int k = 1; k < AccountTable.MAX_ORGANISATIONS; k++) {
            table.organisations().getOrAdd("o-" + k);
        }
        for (String name : new String[] {"last", "further"}) {
            Observation seen = Seen.prompt("of " + name, Seen.START);
            seen.organisation = name;
            table.observe(seen, true);
        }
        assertThat(table.organisation(table.index().find("of last"))).isEqualTo("last");
        assertThat(table.organisation(table.index().find("of further"))).isNull();
    }

    @Test
    void reusedIndexStartsEmpty() {
        for (int k = 0; k < 50; k++) {
            Observation seen = Seen.prompt("a", Seen.START + k * 1000L);
            seen.client = -1;
            seen.network = -1;
            seen.block = -1;
            seen.hosting = true;
            seen.organisation = "org";
            seen.tier = "paid";
            seen.verified = true;
            seen.dialect = Dialect.MESSAGES;
            table.observe(seen, true);
        }
        int number = table.index().find("a");
        table.remove(number);
        table.observe(Seen.at("b", Seen.START + DAY), true);
        assertThat(table.index().find("b")).isEqualTo(number);
        AccountProfile profile = profile("b");
        assertThat(profile.exchanges()).isEqualTo(1);
        assertThat(profile.exposure()).isZero();
        assertThat(profile.key(SharedKey.CLIENT, false)).isZero();
        assertThat(profile.hosted()).isZero();
        assertThat(table.organisation(number)).isNull();
        assertThat(table.tier(number)).isNull();
        assertThat(table.verified(number)).isFalse();
        assertThat(table.dialect(number)).isEqualTo(Dialect.OTHER);
    }

    @Test
    void floodOfOneTimeAccountsEvictsItself() {
        for (int a = 0; a < 500; a++) {
            for (int k = 0; k < 20; k++) {
                table.observe(Seen.prompt("old-" + a, Seen.START + k * DAY / 20), true);
            }
        }
        for (int flood = 0; flood < 20_000; flood++) {
            if (table.index().size() == 1000) {
                table.evict(account -> true);
            }
            table.observe(Seen.prompt("new-" + flood, Seen.START + 2 * DAY + flood * 1000L), true);
        }
        for (int a = 0; a < 500; a++) {
            assertThat(table.index().find("old-" + a)).isNotEqualTo(AccountIndex.NONE);
        }
        assertThat(table.index().size()).isLessThanOrEqualTo(1000);
    }

    @Test
    void evictionTakesAnEighthOfTheEvictableAccounts() {
        for (int a = 0; a < 800; a++) {
            table.observe(Seen.prompt("a-" + a, Seen.START + a * 1000L), true);
        }
        int[] gone = table.evict(account -> account >= 100);
        assertThat(gone).hasSize(100);
        assertThat(Arrays.stream(gone).min()).hasValue(100);
        assertThat(Arrays.stream(gone).max()).hasValue(199);
        assertThat(table.evict(account -> false)).isEmpty();
    }
}
