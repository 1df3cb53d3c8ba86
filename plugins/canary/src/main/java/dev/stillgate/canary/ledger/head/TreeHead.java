package dev.stillgate.canary.ledger.head;

import dev.stillgate.canary.ledger.tree.Hash;

/**
 * Tree head: the three-line body of a C2SP tlog checkpoint.
 *
 * @param origin name of the ledger and of its key
 * @param size number of leaves
 * @param root root hash of the leaves
 */
public record TreeHead(String origin, long size, Hash root) {
    String body() {
        return origin + "\n" + size + "\n" + root.base64() + "\n";
    }
}
