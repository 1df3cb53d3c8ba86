package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.capture.Observation;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The accounts that are known, whose answers they were given and bring, and the room that there is for them. */
public final class AccountStore {
    /** How many exchanges must have brought another account's answers for them to link. */
    private static final int LEAST_EXCHANGES_OF_EDGE = 2;

    private static final int ISSUED_AN_ACCOUNT = 8;
    private static final int EDGE_HOURS = 14 * 24;
    private static final int LEAST_EVICTED = 64;

    private final AccountTable table = new AccountTable();
    private final IssuedMarks issued;
    private final CitationGraph edges;
    private final ClientClaims claims = new ClientClaims();
    private final Predicate<String> mayGo;
    private final Consumer<int[]> gone;
    private long noRoomUntil;
    private long evicted;
    private long unkept;

    /**
     * Knows nobody yet.
     *
     * @param most how many accounts are kept
     * @param mayGo whether an account may be forgotten to make room, by its id
     * @param gone is told the numbers of accounts that were forgotten, before they become others'
     */
    public AccountStore(int most, Predicate<String> mayGo, Consumer<int[]> gone) {
        this.mayGo = mayGo;
        this.gone = gone;
        issued = new IssuedMarks((long) ISSUED_AN_ACCOUNT * most);
        edges = new CitationGraph(most);
    }

    /**
     * Takes an exchange.
     *
     * @param most how many accounts are kept
     * @return whether there was room for its account
     */
    public boolean observe(Observation seen, int most) {
        boolean room = table.index().size() < most
                || table.index().find(seen.account) != AccountIndex.NONE
                || makeRoom(seen.start);
        int account = room ? table.observe(seen, begins(seen)) : AccountIndex.NONE;
        if (account == AccountIndex.NONE) {
            unkept++;
            return false;
        }
        table.disguise(account, claims.contradict(seen));
        link(account, seen);
        return true;
    }

    /**
     * Returns whether an exchange begins a conversation: it brings no answer that its own account was given. That a history
     * stands in the prompt says nothing, since anybody can make one up.
     */
    public boolean begins(Observation seen) {
        int account = seen.cited.length == 0 ? AccountIndex.NONE : table.index().find(seen.account);
        if (account == AccountIndex.NONE) {
            return true;
        }
        for (long mark : seen.cited) {
            if (issued.owner(mark) == account) {
                return false;
            }
        }
        return true;
    }

    /** Notes whose answers an account brings, and which it was given. */
    private void link(int account, Observation seen) {
        int hour = (int) (seen.start / 3_600_000);
        int before = AccountIndex.NONE;
        for (long mark : seen.cited) {
            int owner = issued.owner(mark);
            if (owner >= 0 && owner != account && owner != before && !table.areOfOne(account, owner)) {
                edges.add(account, owner, hour);
                before = owner; // the marks of one transcript stand in a row, and count once
            }
        }
        for (long mark : seen.issued) {
            issued.issue(mark, account);
        }
    }

    /** Forgets the accounts that are worth least and may go; returns whether there were any. */
    private boolean makeRoom(long millis) {
        if (millis < noRoomUntil) {
            return false;
        }
        int[] evicted = table.evict(account -> mayGo.test(table.index().id(account)));
        BitSet numbers = new BitSet();
        for (int account : evicted) {
            numbers.set(account);
        }
        gone.accept(evicted);
        issued.forget(numbers);
        edges.forget(numbers, (int) (millis / 3_600_000) - EDGE_HOURS);
        this.evicted += evicted.length;
        if (evicted.length * LEAST_EVICTED < table.index().size()) {
            noRoomUntil = millis + 60_000; // hardly any may go, and looking for them takes time
        }
        return evicted.length > 0;
    }

    /** Forgets accounts by their ids; those that are not known are passed over. */
    public void forget(List<String> ids) {
        BitSet numbers = new BitSet();
        for (String id : ids) {
            int number = table.index().find(id);
            if (number != AccountIndex.NONE) {
                numbers.set(number);
            }
        }
        gone.accept(numbers.stream().toArray());
        issued.forget(numbers);
        edges.forget(numbers, 0);
        table.remove(numbers.stream().toArray());
    }

    /** Finds out whose answers go round among whom. */
    public void findCircles() {
        table.components(edges.components(table.index().limit(), LEAST_EXCHANGES_OF_EDGE));
    }

    public void write(DataOutput out) throws IOException {
        AccountTableCodec.write(out, table);
        AccountTableCodec.write(out, issued, edges);
    }

    /**
     * Takes in what was written down, when nobody is known yet.
     *
     * @param sameKey whether hashes are still made under the same key
     * @throws IOException when it is not that; what is known then is of no use
     */
    public void read(DataInput in, boolean sameKey) throws IOException {
        AccountTableCodec.read(in, table);
        AccountTableCodec.read(in, issued, edges, table.index().limit(), sameKey);
        if (!sameKey) {
            table.forgetKeyed();
        }
    }

    public AccountTable table() {
        return table;
    }

    public IssuedMarks issued() {
        return issued;
    }

    public CitationGraph edges() {
        return edges;
    }

    /** Returns how many accounts were forgotten to make room for others. */
    public long evicted() {
        return evicted;
    }

    /** Returns how many exchanges were not looked at because there was no room for their account. */
    public long unkept() {
        return unkept;
    }
}
