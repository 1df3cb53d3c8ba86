package dev.stillgate.fingerprint.link;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Numbers of accounts that carry each value of one fact: unknown accounts and references. An organisation is one
 * reference for each of its values.
 */
final class ValueCounts {
    private final HashRows values = new HashRows();
    private int[] members = new int[64];
    private int[] references = new int[64];

    /** Number of accounts and organisations that are references, and number of unknown accounts. */
    private int referenceTotal;

    private int memberTotal;

    /** Number of pairs of a carrier and its value: in all, and where the value has no other carrier. */
    private int pairs;

    private int ownPairs;
    private int referencePairs;
    private int ownReferencePairs;

    /** Counts the carriers of a fact by the name's number. */
    ValueCounts(FactTable facts, int name, Population population) {
        HashRows organisationValues = new HashRows();
        BitSet organisations = new BitSet();
        for (int account = 0; account < facts.limit(); account++) {
            long value = facts.value(name, account);
            if (value == 0) {
                continue;
            }
            int row = row(value);
            int organisation = population.organisation().applyAsInt(account);
            if (!population.isVouched().test(account)) {
                members[row]++;
                memberTotal++;
            } else if (organisation == 0 && population.isReference().test(account)) {
                references[row]++;
                referenceTotal++;
            } else if (population.isReference().test(account)) {
                organisations.set(organisation);
                int before = organisationValues.size();
                organisationValues.getOrAdd(of(organisation, value));
                references[row] += organisationValues.size() - before;
            }
        }
        referenceTotal += organisations.cardinality();
        countPairs();
    }

    private int row(long value) {
        int row = values.getOrAdd(value);
        if (row == members.length) {
            members = Arrays.copyOf(members, row * 2);
            references = Arrays.copyOf(references, row * 2);
        }
        return row;
    }

    /** Returns the hash of an organisation's value; never 0. */
    private static long of(int organisation, long value) {
        long hash = (value ^ organisation) * 0x9e3779b97f4a7c15L;
        return hash == 0 ? 1 : hash;
    }

    private void countPairs() {
        for (int row = 0; row < values.size(); row++) {
            int carriers = members[row] + references[row];
            pairs += carriers;
            ownPairs += carriers == 1 ? 1 : 0;
            referencePairs += references[row];
            ownReferencePairs += references[row] == 1 ? 1 : 0;
        }
    }

    /** Returns the row of a value that an account of the table has. */
    int rowOf(long value) {
        return values.get(value);
    }

    int rows() {
        return values.size();
    }

    /** Returns the number of accounts with a value that are not vouched for. */
    int members(int row) {
        return members[row];
    }

    /** Returns the number of references with a value. */
    int references(int row) {
        return references[row];
    }

    int referenceTotal() {
        return referenceTotal;
    }

    int memberTotal() {
        return memberTotal;
    }

    /** Returns the share of all carriers of the fact that carry a value. */
    double share(int row) {
        return (double) (members[row] + references[row]) / (memberTotal + referenceTotal);
    }

    /**
     * Returns whether the fact identifies its carriers: more than half of them have a value of their own.
     *
     * @param ofReferences whether only references count
     */
    boolean identifies(boolean ofReferences) {
        return ofReferences ? 2 * ownReferencePairs > referencePairs : 2 * ownPairs > pairs;
    }
}
