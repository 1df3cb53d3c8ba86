package dev.stillgate.fingerprint.likeness;

import java.util.List;

/**
 * Accounts that an operator has confirmed as one campaign's.
 *
 * @param id id of the cluster or label
 */
public record ConfirmedGroup(String id, List<Subject> accounts) {
    public ConfirmedGroup {
        accounts = List.copyOf(accounts);
    }
}
