package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.likeness.ConfirmedGroup;
import dev.stillgate.fingerprint.likeness.NewcomerDraw;
import dev.stillgate.fingerprint.likeness.NewcomerDraw.Newcomer;
import dev.stillgate.fingerprint.likeness.ReferenceKind;
import dev.stillgate.fingerprint.likeness.Stratum;
import dev.stillgate.fingerprint.likeness.Subject;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.NewcomerRate;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.fingerprint.standing.Ladder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of a round by what is known of them: references, confirmed groups, and accounts to test. Of a declared
 * organisation one account is drawn by its keyed hash. Accounts that were confirmed outside of a cluster are one group.
 * Refuted accounts take no part.
 */
final class JudgedAccounts {
    private static final int DAY = 86_400;

    /** Id of the group of accounts that were confirmed outside of a cluster. */
    private static final String SINGLES = "accounts";

    /** Days after its first exchange for which an account is a newcomer. */
    private static final int NEWCOMER_DAYS = 180;

    /** References and accounts to test. */
    final List<Subject> compared = new ArrayList<>();

    final List<ConfirmedGroup> confirmed = new ArrayList<>();

    /** Drawn newcomers that wait for a judgement. */
    final List<String> dueNewcomers = new ArrayList<>();

    private final AccountTable table;
    private final Ladder ladder;
    private final FeatureHasher hasher;
    private final Set<String> drawn = new HashSet<>();

    /** @param hasher hash of the draws, the same on all gateways of a fleet */
    JudgedAccounts(AccountTable table, Ladder ladder, AnalysisSettings settings, FeatureHasher hasher, long now) {
        this.table = table;
        this.ladder = ladder;
        this.hasher = hasher;
        NewcomerRate newcomers = settings.review().newcomers();
        if (newcomers != null) {
            draw(new NewcomerDraw(hasher, newcomers), (int) (now / 1000 / DAY));
        }
        Map<String, Subject> organisations = new TreeMap<>();
        Map<String, List<Subject>> groups = new TreeMap<>();
        long oldest = (now - settings.expireAfter().toMillis()) / 1000;
        for (int account = 0; account < table.index().limit(); account++) {
            if (table.index().has(account) && table.lastSecond(account) >= oldest) {
                judge(account, organisations, groups);
            }
        }
        compared.addAll(organisations.values());
        groups.forEach((id, accounts) -> confirmed.add(new ConfirmedGroup(id, accounts)));
    }

    private void draw(NewcomerDraw draw, int today) {
        List<Newcomer> newcomers = new ArrayList<>();
        for (int account = 0; account < table.index().limit(); account++) {
            if (table.index().has(account) && table.organisation(account) == null) {
                int firstDay = table.firstSecond(account) / DAY;
                if (firstDay >= today - NEWCOMER_DAYS) {
                    newcomers.add(new Newcomer(table.index().id(account), firstDay));
                }
            }
        }
        draw.drawn(newcomers).stream().mapToObj(newcomers::get).forEach(newcomer -> {
            drawn.add(newcomer.id());
            boolean isKnown = table.verified(table.index().find(newcomer.id())) || ladder.label(newcomer.id()) != null;
            if (draw.isDue(newcomer.firstDay(), today) && !isKnown) {
                dueNewcomers.add(newcomer.id());
            }
        });
    }

    private void judge(int account, Map<String, Subject> organisations, Map<String, List<Subject>> groups) {
        AccountProfile profile = table.profile(account);
        if (!RoundAccounts.hasEnoughHistory(profile)) {
            return;
        }
        String id = table.index().id(account);
        Label label = ladder.label(id);
        ReferenceKind reference = reference(account, id, label);
        Subject subject = new Subject(account, profile, stratum(table, account, profile), reference);
        if (label != null && label.kind() == LabelKind.CONFIRMED) {
            String cluster = label.cluster();
            groups.computeIfAbsent(cluster == null ? SINGLES : cluster, absent -> new ArrayList<>())
                    .add(new Subject(account, profile, subject.stratum(), null));
        } else if (reference == ReferenceKind.ORGANISATION) {
            organisations.merge(String.valueOf(table.organisation(account)), subject, this::drawnOf);
        } else if (label == null || label.kind() != LabelKind.REFUTED) {
            compared.add(subject);
        }
    }

    private Subject drawnOf(Subject a, Subject b) {
        return hasher.text(table.index().id(a.account()))
                        < hasher.text(table.index().id(b.account()))
                ? a
                : b;
    }

    private @Nullable ReferenceKind reference(int account, String id, @Nullable Label label) {
        if (table.organisation(account) != null) {
            return ReferenceKind.ORGANISATION;
        }
        boolean isVouched = label != null && label.kind() == LabelKind.VOUCHED;
        if (!isVouched && !table.verified(account)) {
            return null;
        }
        if (drawn.contains(id)) {
            return ReferenceKind.NEWCOMER;
        }
        return isVouched ? ReferenceKind.VOUCHED : ReferenceKind.VERIFIED;
    }

    static Stratum stratum(AccountTable table, int account, AccountProfile profile) {
        return Stratum.of(table.tier(account), table.dialect(account), profile);
    }

    /** Returns whether an account is known to be innocent: verified, of an organisation, or vouched for. */
    static boolean isReference(AccountTable table, Ladder ladder, int account) {
        return table.verified(account)
                || table.organisation(account) != null
                || ladder.isLabelled(table.index().id(account), LabelKind.VOUCHED);
    }
}
