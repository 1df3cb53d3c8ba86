package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.likeness.CalibratedAccount;
import dev.stillgate.fingerprint.likeness.Calibration;
import dev.stillgate.fingerprint.likeness.CampaignModel;
import dev.stillgate.fingerprint.likeness.Likeness;
import dev.stillgate.fingerprint.likeness.Proposal;
import dev.stillgate.fingerprint.likeness.Reach;
import dev.stillgate.fingerprint.likeness.Resemblance;
import dev.stillgate.fingerprint.likeness.Strata;
import dev.stillgate.fingerprint.likeness.StratumCalibration;
import dev.stillgate.fingerprint.likeness.Subject;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.Trait;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.spi.Standing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Search for accounts like those of confirmed campaigns, and calibration of bounded evidence. It runs once an hour, and
 * within a minute after a label has changed. Not thread-safe.
 */
public final class LikenessSearch {
    private static final System.Logger LOG = System.getLogger(LikenessSearch.class.getName());
    private static final long INTERVAL = 3_600_000L;
    private static final long LABEL_INTERVAL = 60_000L;

    private FeatureHasher hasher = new FeatureHasher(new byte[Long.BYTES * 3]);
    private long lastSearch;
    private long lastCheck;
    private int lastLabels;
    private @Nullable Likeness likeness;
    private Calibration calibration = Calibration.NONE;
    private List<String> dueNewcomers = List.of();

    /** References that a search would have marked or tightened, by account id. */
    private final Map<String, Flag> flagged = new HashMap<>();

    /**
     * Effect that a search would have had on a reference.
     *
     * @param until milliseconds since the epoch at which a standing would have ended
     */
    private record Flag(Reach reach, long until) {}

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

    /** Searches for accounts and calibrates. */
    void run(AccountTable table, Ladder ladder, AnalysisSettings settings, long now) {
        lastSearch = now;
        lastLabels = labels(ladder);
        JudgedAccounts judged = new JudgedAccounts(table, ladder, settings, hasher, now);
        Strata strata = Strata.of(judged.compared);
        Likeness search = Likeness.of(
                traits(settings),
                strata,
                judged.compared,
                judged.confirmed,
                settings.review().promise());
        likeness = search;
        dueNewcomers = List.copyOf(judged.dueNewcomers);
        flagReferences(search, table, now, now + settings.expireAfter().toMillis());
        List<CalibratedAccount> accounts = judged.compared.stream()
                .map(subject -> calibrated(subject, ladder, table.index().id(subject.account())))
                .toList();
        calibrate(Calibration.of(strata, accounts, settings.review().promise()));
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
        flagged.remove(account);
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

    private void flagReferences(Likeness search, AccountTable table, long now, long until) {
        flagged.values().removeIf(flag -> flag.until() < now);
        for (Resemblance found : search.found()) {
            if (found.isReference()) {
                flagged.merge(
                        table.index().id(found.account()),
                        new Flag(found.reach(), until),
                        (a, b) -> a.reach().compareTo(b.reach()) > 0 ? a : b);
            }
        }
    }

    /** Returns the effect of bounded evidence: the standing from clusters, or that of a search. */
    private CalibratedAccount calibrated(Subject subject, Ladder ladder, String id) {
        AccountStanding entry = ladder.find(id);
        Standing earned = entry == null ? Standing.CLEAR : entry.earned;
        Flag flag = subject.reference() == null ? null : flagged.get(id);
        Reach reach = flag == null ? Reach.NOTHING : flag.reach();
        boolean tightened = earned == Standing.TIGHTENED || reach == Reach.TIGHTENED;
        return new CalibratedAccount(
                subject.stratum(),
                subject.reference(),
                tightened || earned == Standing.MARKED || reach == Reach.MARKED,
                tightened);
    }

    private void calibrate(Calibration next) {
        for (String stratum : next.lostSince(calibration)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "bounded evidence no longer tightens accounts of {0}: more vouched accounts than promised would be",
                    stratum);
        }
        calibration = next;
    }

    /** Returns whether bounded evidence may tighten an account, since it keeps its promise in its stratum. */
    boolean mayTighten(AccountTable table, int account) {
        return calibration.mayTighten(JudgedAccounts.stratum(table, account, table.profile(account)));
    }

    /** Returns the latest calibration of the stratum of an account, null before the first calibration. */
    public @Nullable StratumCalibration calibration(AccountTable table, int account) {
        return calibration.of(JudgedAccounts.stratum(table, account, table.profile(account)));
    }

    /** Returns the latest calibration. */
    public Calibration calibration() {
        return calibration;
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
