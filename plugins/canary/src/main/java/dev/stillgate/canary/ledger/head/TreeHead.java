package dev.stillgate.canary.ledger.head;

import dev.stillgate.canary.ledger.tree.Hash;

/**
 * What a signed head says: the body of a C2SP tlog checkpoint, three lines.
 *
 * @param origin the ledger's name, which is its key's too
 * @param size how many leaves
 * @param root over them
 */
public record TreeHead(String origin, long size, Hash root) {
    String body() {
        return origin + "\n" + size + "\n" + root.base64() + "\n";
    }
}
