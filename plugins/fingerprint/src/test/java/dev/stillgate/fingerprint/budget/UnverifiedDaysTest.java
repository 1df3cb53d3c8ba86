package dev.stillgate.fingerprint.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.capture.Observation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which days of which accounts become part of the budgets of pools. */
final class UnverifiedDaysTest {
    private static final long DAY = Duration.ofDays(1).toMillis();

    private UnverifiedDays days = new UnverifiedDays();

    private static Observation seen(int day, String tier) {
        Observation seen = Seen.at("a", Seen.START + day * DAY + DAY / 2);
        seen.tier = tier;
        return seen;
    }

    private void ask(int account, int day, String tier, int requests) {
        for (int i = 0; i < requests; i++) {
            days.observe(account, seen(day, tier), id -> true);
        }
    }

    private void verify(int account, int day, String tier) {
        Observation seen = seen(day, tier);
        seen.verified = true;
        days.observe(account, seen, id -> true);
    }

    private long count(String tier) {
        return days.budgets().all().getOrDefault(tier, new PoolBudget(0, 0)).days();
    }

    @Test
    void lastThreeCompleteDaysCountForTheTierBeforeVerification() {
        for (int account = 0; account < 400; account++) {
            ask(account, 0, "free", 900);
            ask(account, 1, "free", 5);
            ask(account, 4, "free", 6);
            ask(account, 5, "free", 7);
            ask(account, 6, "free", 800);
            verify(account, 6, "paid");
            ask(account, 7, "paid", 1);
        }
        assertThat(days.budgets().all()).isEqualTo(Map.of("free", new PoolBudget(1200, 7)));
    }

    @Test
    void dayBeforeAVerificationOnALaterDayIsComplete() {
        ask(0, 0, "free", 5);
        verify(0, 2, "free");
        verify(0, 3, "free");
        assertThat(count("free")).isEqualTo(1);
    }

    @Test
    void verifiedAccountsWithoutEarlierDaysCountNothing() {
        verify(0, 0, "free");
        verify(0, 1, "free");
        ask(1, 1, "free", 5);
        assertThat(days.budgets().all()).isEmpty();
    }

    @Test
    void organisationsRefusedRequestsAndFurtherPromptsOfABatchDoNotCount() {
        Observation member = seen(0, "free");
        member.organisation = "firm";
        days.observe(0, member, id -> true);
        verify(0, 1, "free");
        Observation refused = seen(0, "free");
        refused.answered = false;
        days.observe(1, refused, id -> true);
        verify(1, 1, "free");
        Observation further = seen(0, "free");
        further.sameRequest = true;
        days.observe(2, further, id -> true);
        verify(2, 1, "free");
        assertThat(days.budgets().all()).isEmpty();
    }

    @Test
    void daysOfARestrictedAccountDoNotCount() {
        ask(0, 0, "free", 5);
        Observation verified = seen(1, "free");
        verified.verified = true;
        days.observe(0, verified, id -> !id.equals("a"));
        verify(0, 2, "free");
        assertThat(days.budgets().all()).isEmpty();
    }

    @Test
    void responseThatEndsAfterMidnightCountsOnTheRunningDay() {
        for (int account = 0; account < 1000; account++) {
            ask(account, 0, "free", 3);
            ask(account, 1, "free", 1);
            ask(account, 0, "free", 1);
            ask(account, 1, "free", 1);
            verify(account, 2, "free");
        }
        assertThat(days.budgets().all()).isEqualTo(Map.of("free", new PoolBudget(2000, 3)));
    }

    @Test
    void forgottenAccountsLeaveNothing() {
        ask(5, 0, "free", 5);
        days.forget(5, 70);
        verify(5, 1, "free");
        assertThat(days.budgets().all()).isEmpty();
    }

    @Test
    void daysSurviveARestart() throws IOException {
        ask(0, 0, "free", 5);
        ask(0, 1, "free", 6);
        ask(3, 1, null, 6);
        verify(0, 2, "free");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        days.write(new DataOutputStream(bytes));
        days = new UnverifiedDays();
        days.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), 4);
        assertThat(count("free")).isEqualTo(2);
        verify(3, 2, "free");
        assertThat(count("")).isEqualTo(1);
        assertThat(count("free")).isEqualTo(2);
    }
}
