package dev.stillgate.fingerprint.likeness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.likeness.NewcomerDraw.Newcomer;
import dev.stillgate.fingerprint.signal.NewcomerRate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NewcomerDrawTest {
    private static final NewcomerRate RATE = NewcomerRate.parse("30/7d");

    private static NewcomerDraw draw(long seed) {
        byte[] key = new byte[32];
        new Random(seed).nextBytes(key);
        return new NewcomerDraw(new FeatureHasher(key), RATE);
    }

    private static List<Newcomer> newcomers(int count, int firstDay, int days) {
        List<Newcomer> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(new Newcomer("account-" + firstDay + "-" + i, firstDay + i % days));
        }
        return all;
    }

    private static Set<String> drawn(NewcomerDraw draw, List<Newcomer> accounts) {
        Set<String> ids = new HashSet<>();
        draw.drawn(accounts).stream().forEach(i -> ids.add(accounts.get(i).id()));
        return ids;
    }

    @Test
    void eachWindowGivesItsSample() {
        List<Newcomer> accounts = newcomers(500, 700, 7);
        accounts.addAll(newcomers(12, 707, 7));
        Set<String> drawn = drawn(draw(1), accounts);
        assertThat(drawn).hasSize(42);
        assertThat(drawn).filteredOn(id -> id.startsWith("account-707")).hasSize(12);
    }

    @Test
    void gatewaysWithOneSecretAgreeInAnyOrder() {
        List<Newcomer> accounts = newcomers(500, 700, 7);
        Set<String> drawn = drawn(draw(1), accounts);
        Collections.shuffle(accounts, new Random(3));
        assertThat(drawn(draw(1), accounts)).isEqualTo(drawn);
        assertThat(drawn(draw(2), accounts)).isNotEqualTo(drawn);
    }

    @Test
    void accountsAreDrawnWithEqualProbability() {
        int[] counts = new int[300];
        List<Newcomer> accounts = newcomers(300, 700, 7);
        for (int seed = 0; seed < 2000; seed++) {
            draw(seed).drawn(accounts).stream().forEach(i -> counts[i]++);
        }
        for (int count : counts) {
            assertThat(count).isBetween(200 - 70, 200 + 70); // five standard deviations
        }
    }

    @Test
    void newcomersOfTheLastFullWindowAreDue() {
        NewcomerDraw draw = draw(1);
        assertThat(draw.isDue(700, 706)).as("the window is not over").isFalse();
        assertThat(draw.isDue(700, 707)).isTrue();
        assertThat(draw.isDue(706, 713)).isTrue();
        assertThat(draw.isDue(706, 714)).as("too old").isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "30", "30/7", "30/7h", "0/7d", "30/0d", "30/91d", "10001/7d", "-1/7d", "999999999999/1d"})
    void invalidRateIsRefused(String text) {
        assertThatThrownBy(() -> NewcomerRate.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected ")
                .hasMessageContaining("found");
    }

    @Test
    void rateIsWrittenAsItIsRead() {
        assertThat(RATE).hasToString("30/7d").isEqualTo(new NewcomerRate(30, 7));
    }
}
