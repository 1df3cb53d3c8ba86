package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.KeyNames;
import dev.stillgate.canary.ledger.CommittedKey;
import dev.stillgate.canary.ledger.tree.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Key commitments in a ledger's directory, limited to the leaves that its latest signed head covers. */
public final class LedgerCommitments implements Commitments {
    private final List<CommittedKey> keys;

    private LedgerCommitments(List<CommittedKey> keys) {
        this.keys = keys;
    }

    /**
     * Reads a ledger's directory, or a file as a published list.
     *
     * @throws IOException if it cannot be read or is damaged
     */
    public static Commitments read(Path path) throws IOException {
        return Files.isDirectory(path) ? new LedgerCommitments(CommittedKey.all(path)) : CommitmentList.read(path);
    }

    @Override
    public List<String> names() {
        return keys.stream()
                .map(CommittedKey::name)
                .filter(name -> !KeyNames.isSecret(name))
                .distinct()
                .toList();
    }

    @Override
    public int count(String name) {
        return (int) keys.stream()
                .filter(key -> key.name().equals(name))
                .map(CommittedKey::commitment)
                .distinct()
                .count();
    }

    @Override
    public long sites(String name) {
        return keys.stream()
                .filter(key -> key.name().equals(name))
                .mapToLong(CommittedKey::sites)
                .sum();
    }

    @Override
    public @Nullable Instant since(String name, byte[] commitment) {
        Hash wanted = Hash.of(commitment);
        return keys.stream()
                .filter(key -> key.name().equals(name) && key.commitment().equals(wanted))
                .findFirst()
                .map(key -> Instant.ofEpochMilli(key.millis()))
                .orElse(null);
    }
}
