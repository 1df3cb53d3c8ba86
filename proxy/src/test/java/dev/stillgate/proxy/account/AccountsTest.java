package dev.stillgate.proxy.account;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.testkit.FakeTicker;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AccountsTest {
    private static final String OLD = "the old secret of the test";
    private static final String NEW = "the new secret of the test";
    private static final byte[] KEY = "sk-test-0123456789".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OTHER = "sk-test-other".getBytes(StandardCharsets.US_ASCII);

    private final FakeTicker ticker = new FakeTicker();
    private final Accounts accounts = new Accounts(Map.of("h1", OLD), ticker);

    @Test
    void unlistedCredentialIsProvisionalUntilAccepted() {
        Accounts.Cursor cursor = accounts.cursor();
        Account before = resolve(cursor, KEY);
        assertThat(before.trust()).isEqualTo(Trust.PROVISIONAL);
        assertThat(before.id()).matches("h1:[0-9a-f]{32}").isEqualTo(accounts.id(KEY, 0, KEY.length));
        assertThat(resolve(cursor, KEY)).isSameAs(before);

        accounts.accepted(before);

        assertThat(resolve(cursor, KEY).trust()).isEqualTo(Trust.ACCEPTED);
        assertThat(resolve(cursor, KEY).id()).isEqualTo(before.id());
        assertThat(resolve(accounts.cursor(), KEY)).isSameAs(resolve(cursor, KEY));
        assertThat(resolve(cursor, OTHER).trust()).isEqualTo(Trust.PROVISIONAL);
        assertThat(accounts.acceptedCount()).isEqualTo(1);
    }

    @Test
    void acceptedCredentialIsKnown() {
        Accounts.Cursor cursor = accounts.cursor();
        assertThat(cursor.known(KEY)).isEmpty();
        Account account = cursor.resolve(KEY, attributes(null, null, false));
        assertThat(accounts.cursor().known(KEY)).isPresent();
        assertThat(cursor.known(OTHER)).isEmpty();
        assertThat(cursor.resolve(KEY, attributes(null, null, false))).isSameAs(account);
        ticker.advance(Accounts.IDLE.minusSeconds(1));
        assertThat(cursor.known(KEY)).isPresent();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(cursor.known(KEY)).as("looking counts for nothing").isEmpty();
    }

    @Test
    void verifiedCredentialHasItsAttributesAtOnce() {
        AccountAttributes attributes = attributes("org-1", "pro", true);
        Accounts.Cursor cursor = accounts.cursor();
        Account account = cursor.resolve(KEY, attributes);
        assertThat(account.trust()).isEqualTo(Trust.ACCEPTED);
        assertThat(account.id()).isEqualTo(accounts.id(KEY, 0, KEY.length));
        assertThat(account.organisation()).isEqualTo("org-1");
        assertThat(account.tier()).isEqualTo("pro");
        assertThat(account.verified()).isTrue();
        assertThat(cursor.resolve(KEY, attributes)).isSameAs(account);
        assertThat(accounts.cursor().resolve(KEY, attributes)).isSameAs(account);
        assertThat(accounts.findAccepted(account.id())).isSameAs(account);
        Account demoted = cursor.resolve(KEY, attributes("org-1", "free", false));
        assertThat(demoted.tier()).isEqualTo("free");
        assertThat(demoted.id()).isEqualTo(account.id());
        assertThat(cursor.resolve(OTHER, attributes).id()).isNotEqualTo(account.id());
    }

    private static AccountAttributes attributes(
            @Nullable String organisation, @Nullable String tier, boolean verified) {
        return new AccountAttributes(organisation, Set.of("org-1", "org-2"), tier, verified);
    }

    @Test
    void unstatedAttributesStayForAWhile() {
        Accounts.Cursor cursor = accounts.cursor();
        Account first = cursor.resolve(KEY, attributes("org-1", "gold", false));
        assertThat(cursor.resolve(KEY, attributes(null, null, false))).isSameAs(first);
        assertThat(cursor.resolve(OTHER, attributes(null, null, false)).tier())
                .as("of another caller")
                .isNull();
        ticker.advance(StatedValues.KEPT.minusSeconds(1));
        assertThat(cursor.resolve(KEY, attributes("org-1", null, false))).isSameAs(first);
        ticker.advance(Duration.ofSeconds(1));
        Account later = cursor.resolve(KEY, attributes(null, null, false));
        assertThat(later.tier()).as("not stated for a week").isNull();
        assertThat(later.organisation()).as("stated a second ago").isEqualTo("org-1");
    }

    @Test
    void statedAttributesCountAtOnce() {
        Accounts.Cursor cursor = accounts.cursor();
        cursor.resolve(KEY, attributes("org-1", "gold", false));
        assertThat(cursor.resolve(KEY, attributes("org-2", "free", false)).organisation())
                .isEqualTo("org-2");
        assertThat(cursor.resolve(KEY, attributes(null, null, false)).tier()).isEqualTo("free");
        assertThat(cursor.resolve(KEY, attributes(null, "", false)).tier())
                .as("stated to be none")
                .isNull();
        assertThat(cursor.resolve(KEY, attributes(null, null, false)).tier()).isNull();
    }

    @Test
    void organisationThatDoesNotCountAnyMoreIsOutAtOnce() {
        Accounts.Cursor cursor = accounts.cursor();
        cursor.resolve(KEY, attributes("org-1", null, false));
        AccountAttributes reloaded = new AccountAttributes(null, Set.of("org-2"), null, false);
        assertThat(cursor.resolve(KEY, reloaded).organisation()).isNull();
    }

    @Test
    void listedVerifiedCredentialHasTheAttributesOfItsEntry() throws Exception {
        AccountAttributes attributes = attributes(null, "pro", true);
        Accounts.Cursor cursor = accounts.cursor();
        String key = cursor.resolve(KEY, attributes).id();
        AccountEntries entries = new AccountEntries(accounts.secretNames());
        entries.begin();
        entries.id("a-1");
        entries.tier("standard");
        entries.key(key);
        entries.end();
        accounts.swap(entries.build());
        Account listed = cursor.resolve(KEY, attributes);
        assertThat(listed.trust()).isEqualTo(Trust.LISTED);
        assertThat(listed.tier()).isEqualTo("standard");
        assertThat(listed.verified()).isFalse();
        accounts.swap(AccountTable.EMPTY);
        assertThat(cursor.resolve(KEY, attributes).tier()).isEqualTo("pro");
    }

    @Test
    void provisionalAccountsAloneBecomeAccepted() {
        accounts.accepted(Account.ANONYMOUS);
        accounts.accepted(new Account("a-1", Trust.LISTED, null, null, false, null));
        assertThat(accounts.acceptedCount()).isZero();
    }

    @Test
    void acceptedCredentialExpiresAfter30IdleDays() {
        Accounts.Cursor cursor = accounts.cursor();
        accounts.accepted(resolve(cursor, KEY));
        ticker.advance(Accounts.IDLE.minusSeconds(1));
        assertThat(resolve(cursor, KEY).trust()).isEqualTo(Trust.ACCEPTED);
        ticker.advance(Duration.ofSeconds(2));
        assertThat(resolve(cursor, KEY).trust()).isEqualTo(Trust.ACCEPTED);
        ticker.advance(Accounts.IDLE.plusSeconds(1));
        assertThat(resolve(cursor, KEY).trust()).isEqualTo(Trust.PROVISIONAL);
    }

    @Test
    void lookAtAnAcceptedCredentialIsNoUseOfIt() {
        Account unlisted = resolve(accounts.cursor(), KEY);
        assertThat(accounts.findAccepted(unlisted.id())).isNull();
        accounts.accepted(unlisted);
        ticker.advance(Accounts.IDLE.minusSeconds(1));
        assertThat(accounts.findAccepted(unlisted.id())).isNotNull();
        ticker.advance(Duration.ofSeconds(2));
        assertThat(accounts.findAccepted(unlisted.id())).isNull();
    }

    @Test
    void idsOfOtherFormsAreNotAccepted() {
        Account unlisted = resolve(accounts.cursor(), KEY);
        accounts.accepted(unlisted);
        String digits = unlisted.id().substring(3);
        for (String id :
                List.of("", "anonymous", "h1:", digits, "h2:" + digits, "h1:" + digits + "0", "h1:" + "g".repeat(32))) {
            assertThat(accounts.findAccepted(id)).as(id).isNull();
        }
    }

    @Test
    void emptyCredentialIsAnonymous() {
        assertThat(accounts.cursor().resolve(new byte[0], 0, 0)).isSameAs(Account.ANONYMOUS);
    }

    @Test
    void tableSwapTakesEffectAtTheNextRequest() {
        Accounts.Cursor cursor = accounts.cursor();
        Account unlisted = resolve(cursor, KEY);
        accounts.accepted(unlisted);
        accounts.swap(table(List.of("h1"), "a-17", unlisted.id()));
        Account listed = resolve(cursor, KEY);
        assertThat(listed.id()).isEqualTo("a-17");
        assertThat(listed.trust()).isEqualTo(Trust.LISTED);
        accounts.swap(AccountTable.EMPTY);
        assertThat(resolve(cursor, KEY).trust()).isEqualTo(Trust.ACCEPTED);
    }

    @Test
    void rotationRecognisesBothSecrets() {
        Map<String, String> both = new LinkedHashMap<>();
        both.put("h2", NEW);
        both.put("h1", OLD);
        Accounts rotating = new Accounts(both, ticker);
        Accounts.Cursor cursor = rotating.cursor();
        String oldId = accounts.id(KEY, 0, KEY.length);
        String newId = rotating.id(OTHER, 0, OTHER.length);
        assertThat(rotating.secretNames()).containsExactly("h2", "h1");
        assertThat(newId).startsWith("h2:");

        AccountEntries entries = new AccountEntries(rotating.secretNames());
        add(entries, "old", oldId);
        add(entries, "new", newId);
        rotating.swap(entries.build());

        assertThat(resolve(cursor, KEY).id()).isEqualTo("old");
        assertThat(resolve(cursor, OTHER).id()).isEqualTo("new");
        assertThat(resolve(cursor, KEY).id()).isEqualTo("old");
        assertThat(rotating.owner(rotating.table(), oldId)).isEqualTo(resolve(cursor, KEY));
        assertThat(rotating.owner(rotating.table(), newId)).isEqualTo(resolve(cursor, OTHER));
        assertThat(rotating.owner(rotating.table(), "old")).isNull();
        byte[] third = {'x'};
        assertThat(resolve(cursor, third).id()).startsWith("h2:");
    }

    /** State keeps ids of unlisted credentials under a secret that has been replaced since. */
    @Test
    void idsUnderAFormerSecretAreThoseOfUnlistedCredentials() {
        String former = accounts.id(KEY, 0, KEY.length);
        assertThat(Set.of(former, former.replace("h1:", "2025-q4:"))).allMatch(Accounts::isHash);
        assertThat(Set.of("acme", "eu:acme", former + "0", former.substring(3))).noneMatch(Accounts::isHash);
    }

    @Test
    void hashesOfDifferentSecretsDiffer() {
        AccountEntries entries = new AccountEntries(List.of("h1", "h2"));
        add(entries, "a", "h1:00000000000000010000000000000002");
        add(entries, "b", "h2:00000000000000010000000000000002");
        AccountTable table = entries.build();
        assertThat(table.find(0, 1, 2).id()).isEqualTo("a");
        assertThat(table.find(1, 1, 2).id()).isEqualTo("b");
        assertThat(table.find(0, 1, 3)).isNull();
        assertThat(table.find(2, 1, 2)).isNull();
        assertThat(table.keys()).isEqualTo(2);
        assertThat(table.accounts()).isEqualTo(2);
    }

    @Test
    @DisplayName("newcomer F12: an account counts for the first secret of its keys")
    void anAccountCountsUnderItsFirstSecret() {
        AccountEntries entries = new AccountEntries(List.of("h2", "h1"));
        add(entries, "both", "h1:00000000000000010000000000000001", "h2:00000000000000010000000000000001");
        add(entries, "old", "h1:00000000000000010000000000000002", "h1:00000000000000010000000000000003");
        add(entries, "new", "h2:00000000000000010000000000000004");
        add(entries, "gone", "h0:00000000000000010000000000000005");
        AccountTable table = entries.build();
        assertThat(table.accountsBySecret(0)).isEqualTo(2);
        assertThat(table.accountsBySecret(1)).isEqualTo(1);
        assertThat(table.accountsBySecret(2)).isZero();
        assertThat(AccountTable.EMPTY.accountsBySecret(0)).isZero();
    }

    @Test
    void randomSecretIsUsedWithoutHashing() {
        Accounts one = new Accounts(Map.of(), ticker);
        Accounts two = new Accounts(Map.of(), ticker);
        assertThat(one.id(KEY, 0, KEY.length)).startsWith("h0:").isNotEqualTo(two.id(KEY, 0, KEY.length));
    }

    @Test
    void repeatedCredentialAllocatesNothing() {
        accounts.swap(table(List.of("h1"), "a-17", accounts.id(KEY, 0, KEY.length)));
        assertThat(allocated(KEY)).isLessThan(10_000);
        assertThat(allocated(OTHER)).isLessThan(10_000);
        accounts.accepted(resolve(accounts.cursor(), OTHER));
        assertThat(allocated(OTHER)).isLessThan(10_000);
    }

    @Test
    void threadsSeeOneAcceptedAccount() throws Exception {
        try (var threads = Executors.newFixedThreadPool(4)) {
            Callable<Account> work = () -> {
                Accounts.Cursor cursor = accounts.cursor();
                for (int i = 0; i < 2_000; i++) {
                    byte[] credential = ("sk-" + i).getBytes(StandardCharsets.US_ASCII);
                    accounts.accepted(resolve(cursor, credential));
                    assertThat(resolve(cursor, credential).trust()).isEqualTo(Trust.ACCEPTED);
                }
                return resolve(cursor, "sk-1".getBytes(StandardCharsets.US_ASCII));
            };
            List<Account> seen = new ArrayList<>();
            for (Future<Account> result : threads.invokeAll(List.of(work, work, work, work))) {
                seen.add(result.get());
            }
            assertThat(seen).allSatisfy(account -> assertThat(account).isSameAs(seen.getFirst()));
        }
        assertThat(accounts.acceptedCount()).isEqualTo(2_000);
    }

    /** Returns the bytes that 100,000 resolutions allocate. */
    private long allocated(byte[] credential) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Accounts.Cursor cursor = accounts.cursor();
        long sum = 0;
        for (int i = 0; i < 20_000; i++) {
            sum += resolve(cursor, credential).id().length();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100_000; i++) {
            sum += resolve(cursor, credential).id().length();
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(sum).isPositive();
        return bytes;
    }

    private static AccountTable table(List<String> secrets, String id, String key) {
        AccountEntries entries = new AccountEntries(secrets);
        add(entries, id, key);
        return entries.build();
    }

    private static void add(AccountEntries entries, String id, String... keys) {
        entries.begin();
        entries.id(id);
        for (String key : keys) {
            entries.key(key);
        }
        entries.end();
    }

    private static Account resolve(Accounts.Cursor cursor, byte[] credential) {
        return cursor.resolve(credential, 0, credential.length);
    }
}
