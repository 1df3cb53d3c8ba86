package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.likeness.CampaignModel;
import dev.stillgate.fingerprint.likeness.Likeness;
import dev.stillgate.fingerprint.likeness.Proposal;
import dev.stillgate.fingerprint.likeness.Resemblance;
import dev.stillgate.fingerprint.likeness.Strata;
import dev.stillgate.fingerprint.likeness.Subject;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.Trait;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.Ladder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Search for accounts like those of confirmed campaigns. It runs once an hour, and within a minute after a label has changed. Not thread-safe.
 */
public final class LikenessSearch {
    private static final long INTERVAL = 3_600_000L;
    private static final long LABEL_INTERVAL = 60_000L;

    private FeatureHasher hasher = new FeatureHasher(new byte[Long.BYTES * 3]);
    private long lastSearch;
    private long lastCheck;
    private int lastLabels;
    private @Nullable Likeness likeness;
    private List<String> dueNewcomers = List.of();

    /** Sets the hash by which newcomers and accounts of organisations are drawn. */
    void drawBy(FeatureHasher keyed) {
        hasher = keyed;
    }

    /** Returns whether it is time to search. */
    boolean isDue(Ladder ladder, long now) {
        if (now - lastCheck < LABEL_INTERVAL) {
            return false;
        }
        lastCheck = now;
        return now - lastSearch >= INTERVAL || labels(ladder) != lastLabels;
    }

    /** Searches for accounts. */
    void run(AccountTable table, Ladder ladder, AnalysisSettings settings, long now) {
        lastSearch = now;
        lastLabels = labels(ladder);
        JudgedAccounts judged = new JudgedAccounts(table, ladder, settings, hasher, now);
        Strata strata = Strata.of(judged.compared);
        likeness = Likeness.of(
                traits(settings),
                strata,
                judged.compared,
                judged.confirmed,
                settings.review().promise());
        dueNewcomers = List.copyOf(judged.dueNewcomers);
    }

    private static int labels(Ladder ladder) {
        int hash = 0;
        for (Map.Entry<String, Label> entry : ladder.orders().labels().entrySet()) {
            hash += entry.getKey().hashCode() * 31
                    + entry.getValue().order().id().hashCode();
        }
        return hash;
    }

    /** Forgets what is known of an account by its id. */
    void forget(String account) {
        dueNewcomers =
                dueNewcomers.stream().filter(each -> !each.equals(account)).toList();
    }

    /** Returns the traits of behaviour: neither words nor client, network or registration. */
    private static List<Trait> traits(AnalysisSettings settings) {
        return settings.signals().stream()
                .filter(signal -> signal.family() == Family.TIME || signal.family() == Family.CONTENT)
                .flatMap(signal -> signal.traits().stream())
                .toList();
    }

    /** Returns the models of the confirmed campaigns. */
    public List<CampaignModel> models() {
        return likeness == null ? List.of() : likeness.models();
    }

    /** Returns the accounts that resemble each campaign and may be confirmed together. */
    List<Proposal> proposals() {
        return likeness == null ? List.of() : likeness.proposals();
    }

    /** Returns all accounts that resemble a campaign enough for an effect. */
    public List<Resemblance> found() {
        return likeness == null ? List.of() : likeness.found();
    }

    /** Returns accounts that an operator may look at one by one. */
    public List<Resemblance> near() {
        return likeness == null ? List.of() : likeness.near();
    }

    /** Returns the newcomers that were drawn for verification. */
    public List<String> dueNewcomers() {
        return dueNewcomers;
    }

    /**
     * Returns the campaign that an account resembles most, by its present profile; null without campaigns, and for an
     * account with too little history.
     */
    public @Nullable Resemblance closest(AccountTable table, int account) {
        Likeness latest = likeness;
        AccountProfile profile = table.profile(account);
        if (latest == null || !RoundAccounts.hasEnoughHistory(profile)) {
            return null;
        }
        return latest.closest(new Subject(account, profile, JudgedAccounts.stratum(table, account, profile), null));
    }
}
