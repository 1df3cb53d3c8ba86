package dev.stillgate.fingerprint.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AccountIndexTest {
    private final AccountIndex index = new AccountIndex();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a-17",
                "h1:5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c",
                "h1:5F0C5f0c5f0c5f0c5f0c5f0c5f0c5f0c",
                "h1:5f0",
                "h1:00000000000000000",
                ":0000000000000000",
                "ü:0000000000000000",
                "konto-ä-日本",
                "a:b:c"
            })
    void idIsReturnedUnchanged(String id) {
        int number = index.getOrAdd(id);
        assertThat(index.id(number)).isEqualTo(id);
        assertThat(index.find(id)).isEqualTo(number);
        assertThat(index.find(id + '0')).isEqualTo(AccountIndex.NONE);
    }

    @Test
    void longIdIsKeptUpToABound() {
        String longest = "x".repeat(PackedIds.MAX_BYTES);
        assertThat(index.id(index.getOrAdd(longest))).isEqualTo(longest);
        assertThat(index.id(index.getOrAdd("y".repeat(192)))).isEqualTo("y".repeat(192));
        assertThat(index.getOrAdd(longest + "x")).isEqualTo(AccountIndex.NONE);
        assertThat(index.getOrAdd("ä".repeat(PackedIds.MAX_BYTES))).isEqualTo(AccountIndex.NONE);
        assertThat(index.getOrAdd("")).isEqualTo(AccountIndex.NONE);
        assertThat(index.size()).isEqualTo(2);
    }

    @Test
    void indexAgreesWithAMap() {
        Random random = new Random(5);
        Map<String, Integer> expected = new HashMap<>();
        for (int step = 0; step < 30_000; step++) {
            String id = random.nextBoolean() ? "a-" + random.nextInt(9000) : "h1:%032x".formatted(random.nextInt(9000));
            int number = index.getOrAdd(id);
            assertThat(expected.putIfAbsent(id, number)).isIn(null, number);
            if (step % 1000 == 999) {
                int[] gone = expected.values().stream()
                        .mapToInt(n -> n)
                        .filter(n -> n % 3 == 0)
                        .toArray();
                expected.values().removeIf(n -> n % 3 == 0);
                index.remove(gone);
            }
        }
        assertThat(index.size()).isEqualTo(expected.size());
        expected.forEach((id, number) -> {
            assertThat(index.find(id)).isEqualTo(number);
            assertThat(index.id(number)).isEqualTo(id);
        });
        assertThat(index.limit()).as("indexes are reused").isLessThan(18_000);
    }
}
