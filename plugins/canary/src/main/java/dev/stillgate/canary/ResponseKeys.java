package dev.stillgate.canary;

import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.key.KeyNames;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Background;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Selects the key of an account's responses: its group's or its own from the policy's standing on, else its stratum's if
 * the policy marks unverified accounts. Keys are looked up without building their names. Thread-safe.
 */
final class ResponseKeys {
    private final CanaryPolicy policy;
    private final Standing least;
    private final Standings standings;
    private final Keyring keyring;
    private final KeyDeriver deriver;
    private final Background background;
    private volatile Period period;

    ResponseKeys(
            CanaryPolicy policy,
            Standings standings,
            Keyring keyring,
            KeyDeriver deriver,
            Background background,
            long millis) {
        this.policy = policy;
        this.least = policy.least();
        this.standings = standings;
        this.keyring = keyring;
        this.deriver = deriver;
        this.background = background;
        this.period = new Period(policy, policy.epochs().at(millis));
    }

    /** The keys of one epoch that were looked up before. */
    private static final class Period {
        final Epoch.Span epoch;
        final Map<String, Keyring.Entry> groups = new ConcurrentHashMap<>();
        final Map<String, Keyring.Entry> accounts = new ConcurrentHashMap<>();
        final Strata strata;
        final AtomicReferenceArray<Keyring.@Nullable Entry> ofStrata;

        Period(CanaryPolicy policy, Epoch.Span epoch) {
            this.epoch = epoch;
            strata = new Strata(policy.strataOrDefault(), epoch);
            ofStrata = new AtomicReferenceArray<>(strata.size());
        }
    }

    /** Returns whether answers to an account are marked. */
    boolean marks(Account account) {
        return hasOwnKey(account) || (policy.marksUnverified() && isUnverified(account));
    }

    private boolean hasOwnKey(Account account) {
        return standings.of(account).reaches(least);
    }

    private static boolean isUnverified(Account account) {
        return !account.verified() && account.organisation() == null;
    }

    /**
     * Returns the key for a response, or null while it is being derived and committed. Only for accounts that
     * {@link #marks} accepts.
     */
    Keyring.@Nullable Entry find(Account account, long millis) {
        Period now = at(millis);
        Keyring.Entry entry;
        if (hasOwnKey(account)) {
            String group = standings.group(account);
            entry = group == null
                    ? named(now, now.accounts, account.id(), deriver::ofAccount)
                    : named(now, now.groups, group, KeyNames::ofGroup);
        } else {
            entry = ofStratum(now, now.strata.of(account));
        }
        return entry != null && entry.isUsable() ? entry : null;
    }

    private Period at(long millis) {
        Period now = period;
        if (!now.epoch.contains(millis)) {
            now = new Period(policy, policy.epochs().at(millis));
            period = now;
        }
        return now;
    }

    private Keyring.@Nullable Entry named(
            Period now, Map<String, Keyring.Entry> known, String id, BiFunction<String, String, String> name) {
        Keyring.Entry entry = known.get(id);
        if (entry == null) {
            entry = keyring.find(deriver, name.apply(id, now.epoch.name()), background);
            if (entry != null) {
                known.put(id, entry);
            }
        }
        return entry;
    }

    private Keyring.@Nullable Entry ofStratum(Period now, int stratum) {
        Keyring.Entry entry = now.ofStrata.get(stratum);
        if (entry == null) {
            entry = keyring.find(deriver, now.strata.name(stratum), background);
            now.ofStrata.set(stratum, entry);
        }
        return entry;
    }
}
