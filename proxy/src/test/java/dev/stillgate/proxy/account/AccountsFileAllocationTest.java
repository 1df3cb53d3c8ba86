package dev.stillgate.proxy.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class AccountsFileAllocationTest {
    @TempDir
    private Path directory;

    /** Time and memory of a large file; {@code -Dstillgate.accounts=1000000} sets the number of entries. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void largeFileIsReadFastWithLittleMemory(boolean withFacts) throws Exception {
        int count = Integer.getInteger("stillgate.accounts", 100_000);
        Path file = directory.resolve("accounts.yaml");
        Random random = new Random(1);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("accounts:\n");
            for (int i = 0; i < count; i++) {
                out.write(
                        "  - {id: a-%d, keys: [\"h1:%016x%016x\"], organisation: org-%d, tier: standard, verified: true, created: 2026-01-%02d"
                                .formatted(i, random.nextLong(), random.nextLong(), i % 9_000, 1 + i % 28));
                out.write(withFacts ? timeAndFacts(i) : "}\n");
            }
        }
        long before = heap();
        long start = System.nanoTime();
        AccountTable table = AccountsFile.load(file, List.of("h1")).table();
        double seconds = (System.nanoTime() - start) / 1e9;
        double bytes = (heap() - before) / (double) count;

        System.out.printf(
                "%d accounts, facts %s: %.2f s, %.0f B of heap an account%n", count, withFacts, seconds, bytes);
        assertThat(table.accounts()).isEqualTo(count);
        Random again = new Random(1);
        for (int i = 0; i < count; i++) {
            assertThat(table.find(0, again.nextLong(), again.nextLong()).id().equals("a-" + i))
                    .isTrue();
        }
        assertThat(bytes).isLessThan(withFacts ? 350 : 200);
    }

    private static String timeAndFacts(int account) {
        return "T%02d:%02d:01Z, facts: {payment: %s, device: %s, email-domain: %s, signup-network: %s, referrer: %s}}\n"
                .formatted(
                        account % 24,
                        account % 60,
                        fact(account),
                        fact(account / 2),
                        fact(account % 100),
                        fact(account % 1000),
                        fact(account % 10));
    }

    private static String fact(int value) {
        return "h:" + "%022d".formatted(value);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
