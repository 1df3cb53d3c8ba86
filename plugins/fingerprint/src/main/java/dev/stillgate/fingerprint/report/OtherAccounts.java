package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.analysis.Analyst;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures of the accounts that are not members, beside which those of the members are read. */
final class OtherAccounts {
    private final int accounts;
    private final int ofKnownAge;
    private final int old;
    private final int hosted;
    private final long lastSeen;

    /**
     * @param members members of the cluster
     * @param signUps receives the sign-ups of the accounts
     */
    OtherAccounts(Analyst analyst, List<ClusterReport.Member> members, SignUps signUps) {
        AccountTable table = analyst.table();
        BitSet isMember = new BitSet();
        members.stream()
                .filter(member -> member.accountIndex() != AccountIndex.NONE)
                .forEach(member -> isMember.set(member.accountIndex()));
        int counted = 0;
        int known = 0;
        int aged = 0;
        int fromHosting = 0;
        int last = 0;
        for (int account = 0; account < table.index().limit(); account++) {
            if (table.index().has(account) && !isMember.get(account)) {
                double age = table.profile(account).ageInDays();
                counted++;
                known += Double.isFinite(age) ? 1 : 0;
                aged += age >= CounterEvidence.OLD_DAYS ? 1 : 0;
                fromHosting += table.profile(account).hosted() > 0 ? 1 : 0;
                last = Math.max(last, table.lastSecond(account));
                signUps.addOther(account);
            }
        }
        accounts = counted;
        ofKnownAge = known;
        old = aged;
        hosted = fromHosting;
        lastSeen = 1000L * last;
    }

    Map<String, Object> shown() {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("accounts", accounts);
        if (accounts > 0) {
            shown.put("lastSeen", PageValues.time(lastSeen));
        }
        shown.put("ofKnownAge", ofKnownAge);
        shown.put("old", old);
        shown.put("hosted", hosted);
        return shown;
    }

    int ofKnownAge() {
        return ofKnownAge;
    }

    /** Returns the accounts older than {@value CounterEvidence#OLD_DAYS} days when first seen. */
    int old() {
        return old;
    }

    /** Returns the accounts with requests from hosting networks or anonymisers. */
    int hosted() {
        return hosted;
    }
}
