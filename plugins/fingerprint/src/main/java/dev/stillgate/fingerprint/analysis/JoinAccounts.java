package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.account.StartColumns;
import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.join.FirstStarts;
import dev.stillgate.fingerprint.join.JoinAccount;
import dev.stillgate.fingerprint.link.FactTable;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * First conversation starts of the accounts. Unknown accounts keep the first ones of their life; references begin anew each
 * fortnight, so they are compared with the newcomers of their time. Not thread-safe.
 */
final class JoinAccounts {
    private static final int DAY = 86_400;

    /** Seconds for which the first starts of a reference count. */
    static final int FORTNIGHT = 14 * DAY;

    private final AccountTable table;
    private final FactTable facts;
    private final Ladder ladder;
    private FeatureHasher hasher = new FeatureHasher(new byte[Long.BYTES * 3]);

    /** Last complete path of references that have begun anew, by account index. */
    private final Map<Integer, FirstStarts> completed = new HashMap<>();

    JoinAccounts(AccountTable table, FactTable facts, Ladder ladder) {
        this.table = table;
        this.facts = facts;
        this.ladder = ladder;
    }

    /** Sets the keyed hash that divides the references into halves and draws one account of each organisation. */
    void drawBy(FeatureHasher keyed) {
        hasher = keyed;
    }

    /** Records a conversation start; returns whether it is one of the account's first. */
    boolean begin(int account, Observation seen, PromptFeatures prompt) {
        StartColumns starts = table.starts();
        boolean isOld = starts.count(account) > 0 && seen.start / 1000 - starts.since(account) > FORTNIGHT;
        if (isOld && isKnown(account)) {
            FirstStarts path = starts.of(account);
            completed.remove(account);
            if (path.isComplete()) {
                completed.put(account, path);
            }
            starts.restart(account);
        }
        boolean isFirst = starts.add(account, seen, prompt);
        if (isFirst && starts.count(account) == FirstStarts.MOST) {
            completed.remove(account);
        }
        return isFirst;
    }

    /** Writes the first starts of all accounts, and the last complete paths of references that have begun anew. */
    void write(DataOutput out) throws IOException {
        table.starts().write(out);
        out.writeInt(completed.size());
        for (Map.Entry<Integer, FirstStarts> entry : completed.entrySet()) {
            out.writeInt(entry.getKey());
            StartColumns.write(out, entry.getValue());
        }
    }

    /**
     * Reads them after the accounts.
     *
     * @param sameKey whether the hash key is unchanged; else they are dropped
     */
    void read(DataInput in, boolean sameKey) throws IOException {
        table.starts().read(in, sameKey);
        for (int left = in.readInt(); left > 0; left--) {
            int account = in.readInt();
            FirstStarts path = StartColumns.read(in);
            if (account < 0 || account >= table.index().limit()) {
                throw new IOException("damaged: first starts of account " + account);
            }
            if (sameKey) {
                completed.put(account, path);
            }
        }
    }

    /** Forgets accounts whose indexes may be reused. */
    void forget(int... accounts) {
        for (int account : accounts) {
            completed.remove(account);
        }
    }

    /** Returns an account by its index. */
    JoinAccount of(int account) {
        FirstStarts path = completed.get(account);
        return new JoinAccount(
                account,
                firstSeen(account),
                TimeUnit.MINUTES.toSeconds(facts.created(account)),
                table.tier(account),
                (hasher.text(table.index().id(account)) & 1) == 0,
                path == null ? table.starts().of(account) : path,
                facts.values(account));
    }

    /** Returns the names of the registration facts by number. */
    List<String> factNames() {
        return facts.numbered();
    }

    /** Returns the second at which an account was first seen; the beginning of that day if its first starts are of later days. */
    private int firstSeen(int account) {
        int day = table.firstSecond(account);
        int since = table.starts().since(account);
        return since / DAY == day / DAY ? since : day;
    }

    /** Returns the known accounts among ids, without those that have no recorded start. */
    List<JoinAccount> of(Collection<String> ids) {
        return ids.stream()
                .map(table.index()::find)
                .filter(account ->
                        account != AccountIndex.NONE && table.starts().count(account) > 0)
                .map(this::of)
                .toList();
    }

    /**
     * Returns the references: accounts seen in the last fortnight that are verified, vouched for, or the drawn one of their
     * organisation, and were not confirmed by an operator.
     */
    List<JoinAccount> references(long now) {
        BitSet vouched = labelled(LabelKind.VOUCHED);
        BitSet confirmed = labelled(LabelKind.CONFIRMED);
        List<JoinAccount> references = new ArrayList<>();
        Map<Integer, Integer> organisations = new TreeMap<>();
        for (int account = 0; account < table.index().limit(); account++) {
            if (isRecent(account, now) && !confirmed.get(account)) {
                int organisation = table.organisationNumber(account);
                if (organisation != 0) {
                    organisations.merge(organisation, account, this::drawn);
                } else if (table.verified(account) || vouched.get(account)) {
                    references.add(of(account));
                }
            }
        }
        organisations.values().forEach(account -> references.add(of(account)));
        return references;
    }

    /** Returns whether an account is a known customer: verified, of an organisation, or vouched for. */
    boolean isKnown(int account) {
        return table.verified(account)
                || table.organisationNumber(account) != 0
                || ladder.isLabelled(table.index().id(account), LabelKind.VOUCHED);
    }

    /** Returns whether an account has recorded starts and was seen in the last fortnight. */
    boolean isRecent(int account, long now) {
        return table.index().has(account)
                && table.lastSecond(account) >= now / 1000 - FORTNIGHT
                && (table.starts().count(account) > 0 || completed.containsKey(account));
    }

    private int drawn(int a, int b) {
        return hasher.text(table.index().id(a)) < hasher.text(table.index().id(b)) ? a : b;
    }

    private BitSet labelled(LabelKind kind) {
        BitSet labelled = new BitSet();
        for (Map.Entry<String, Label> entry : ladder.orders().labels().entrySet()) {
            int account = entry.getValue().kind() == kind ? table.index().find(entry.getKey()) : AccountIndex.NONE;
            if (account != AccountIndex.NONE) {
                labelled.set(account);
            }
        }
        return labelled;
    }
}
