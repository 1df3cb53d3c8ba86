package dev.stillgate.canary.ledger.bundle;

import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.file.LedgerScan;
import dev.stillgate.canary.ledger.file.SegmentSubtrees;
import dev.stillgate.canary.ledger.head.HeadFiles;
import dev.stillgate.canary.ledger.head.LedgerKeyFiles;
import dev.stillgate.canary.ledger.head.MessageIdHasher;
import dev.stillgate.canary.ledger.head.SignedHead;
import dev.stillgate.canary.ledger.head.VerifierKey;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.canary.ledger.tree.MerkleFrontier;
import dev.stillgate.canary.ledger.tree.MerkleProofs;
import dev.stillgate.spi.files.Digests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Evidence on one key for a third party that has only the ledger's public key: a signed head, the key's commitments and
 * selected answers with inclusion proofs, and earlier heads with consistency proofs. Gathered under the latest signed
 * head; the ledger may be in use.
 */
public final class EvidenceBundle {
    private final Path directory;
    private final VerifierKey key;
    private final SignedHead head;
    private final String keyName;
    private final Set<String> relatedNames;
    private final Map<Hash, Message> wanted = new HashMap<>();
    private final Map<Long, Leaf.Commitment> commitments = new TreeMap<>();
    private final Map<Long, Leaf.Commitment> related = new TreeMap<>();
    private final Map<Long, Leaf.Response> found = new TreeMap<>();
    private final Map<Long, long[]> counts = new HashMap<>();
    private final List<Earlier> earlier = new ArrayList<>();
    /** Whether all responses of the key are included. */
    private final boolean all;

    private @Nullable MerkleProofs proofs;
    private @Nullable Opening opening;
    private @Nullable Opening global;
    private @Nullable Opening secret;

    /** A message id and the salt of its hash. */
    record Message(String id, Hash salt) {}

    /** An earlier head and the proof that the latest tree extends its tree. */
    record Earlier(SignedHead head, List<Hash> proof) {}

    /** The preimage of a commitment. */
    record Opening(long commitment, List<byte[]> parts) {}

    /** Receives the responses of a bundle. */
    interface ResponseVisitor {
        void answer(long index, Leaf.Response answer) throws IOException;
    }

    private EvidenceBundle(
            Path directory, VerifierKey key, SignedHead head, String keyName, Set<String> relatedNames, boolean all) {
        this.all = all;
        this.directory = directory;
        this.key = key;
        this.head = head;
        this.keyName = keyName;
        this.relatedNames = relatedNames;
    }

    /**
     * Gathers the evidence on a key.
     *
     * @param keyName name of the key
     * @param related names of commitments on which the key rests: its epoch's secret, and for a stratum the global key;
     *     those that the ledger has are included
     * @param messages ids of the answers to include, in any order; none for all responses of the key
     * @param signingKey the ledger's private key, with which messages are found; null for the one in the directory
     * @param published an earlier head to prove consistency with, or null for heads that the ledger kept
     * @throws LedgerException if the ledger is damaged, or lacks the key or a message under a signed head
     */
    public static EvidenceBundle gather(
            Path directory,
            String keyName,
            Set<String> related,
            Set<String> messages,
            @Nullable Path signingKey,
            @Nullable Path published)
            throws IOException {
        VerifierKey key = VerifierKey.read(directory.resolve(VerifierKey.FILE));
        SignedHead head = HeadFiles.latest(directory, key);
        if (head == null) {
            throw new LedgerException(directory + ": no head is signed yet, so nothing can be proven");
        }
        EvidenceBundle bundle = new EvidenceBundle(directory, key, head, keyName, related, messages.isEmpty());
        if (!messages.isEmpty()) {
            MessageIdHasher ids = LedgerKeyFiles.messageIds(directory, signingKey);
            messages.forEach(id -> bundle.wanted.put(ids.hash(id), new Message(id, ids.salt(id))));
        }
        LedgerScan scan = LedgerScan.of(directory, head.head().size(), bundle::visit);
        bundle.requireAll();
        List<SignedHead> before = published == null
                ? bundle.firstOver(HeadFiles.kept(directory, key))
                : List.of(HeadFiles.read(published, key));
        bundle.prove(new MerkleProofs(new SegmentSubtrees(directory, scan)), before);
        return bundle;
    }

    private void visit(long index, Leaf leaf, MerkleFrontier after) throws LedgerException {
        long size = head.head().size();
        if (index >= size) {
            return;
        }
        if (index + 1 == size) {
            HeadFiles.checkRoot(directory, head, after.root());
        }
        switch (leaf) {
            case Leaf.Commitment commitment
            when commitment.key().equals(keyName) -> {
                commitments.put(index, commitment);
                counts.put(index, new long[2]);
            }
            case Leaf.Commitment commitment
            when relatedNames.contains(commitment.key()) -> related.put(index, commitment);
            case Leaf.Commitment other -> {}
            case Leaf.Response answer -> {
                long[] count = counts.get(answer.key());
                if (count != null) {
                    count[0]++;
                    count[1] += answer.sites();
                    if (wanted.containsKey(answer.message())) {
                        found.put(index, answer);
                    }
                }
            }
        }
    }

    private void requireAll() throws LedgerException {
        String under = " under key \"" + keyName + "\" and the signed head of "
                + head.head().size() + " leaves";
        if (commitments.isEmpty()) {
            throw new LedgerException(directory + ": no commitment" + under);
        }
        Set<Hash> missing = new HashSet<>(wanted.keySet());
        found.values().forEach(answer -> missing.remove(answer.message()));
        if (!missing.isEmpty()) {
            String first =
                    Objects.requireNonNull(message(missing.iterator().next())).id();
            throw new LedgerException(directory + ": " + missing.size() + " of " + wanted.size()
                    + " messages have no leaf" + under + ", such as \"" + first + "\"");
        }
    }

    /** Returns the first kept head over each commitment, which best shows how long the commitment has existed. */
    private List<SignedHead> firstOver(List<SignedHead> kept) {
        Set<SignedHead> first = new LinkedHashSet<>();
        Set<Long> all = new TreeSet<>(commitments.keySet());
        all.addAll(related.keySet());
        for (long commitment : all) {
            kept.stream()
                    .filter(old -> old.head().size() > commitment
                            && old.head().size() < head.head().size())
                    .findFirst()
                    .ifPresent(first::add);
        }
        return List.copyOf(first);
    }

    private void prove(MerkleProofs proofs, List<SignedHead> before) throws IOException {
        long size = head.head().size();
        for (SignedHead old : before) {
            if (old.head().size() > size) {
                throw new LedgerException(directory + ": the given head covers "
                        + old.head().size() + " leaves, the ledger's own only " + size + ": leaves are missing");
            }
            HeadFiles.checkRoot(directory, old, proofs.root(old.head().size()));
            earlier.add(new Earlier(old, proofs.consistency(old.head().size(), size)));
        }
        this.proofs = proofs;
    }

    /**
     * Adds the preimages of the commitments to the key and, for a stratum, to the global key, which let everyone derive
     * the key.
     *
     * @throws LedgerException if no commitment of the key is the hash of one of the candidates
     */
    public void open(CommitmentOpener.Preimages preimages) throws LedgerException {
        opening = opening(commitments, preimages.keys());
        global = opening(related, preimages.globals());
        if (opening == null || (global == null && !preimages.globals().isEmpty())) {
            throw new LedgerException("this secret, this table and this beacon open none of the " + commitments.size()
                    + " commitments of key \"" + keyName + "\": they are not the ones it was used with");
        }
    }

    /**
     * Adds the epoch's secret, which lets everyone derive every key of the epoch that was made with a beacon.
     *
     * @throws LedgerException if it is not committed in the ledger
     */
    public void revealSecret(CommitmentOpener.Preimages preimages) throws LedgerException {
        secret = opening(related, List.of(preimages.secret()));
        if (secret == null) {
            throw new LedgerException(directory + ": the ledger has no commitment to this secret of the epoch of key \""
                    + keyName + "\"");
        }
    }

    /** Returns the opening of the first candidate that is the preimage of a commitment; null if there is none. */
    private static @Nullable Opening opening(Map<Long, Leaf.Commitment> among, List<List<byte[]>> candidates) {
        for (List<byte[]> parts : candidates) {
            var sha256 = Digests.sha256();
            for (byte[] part : parts) {
                sha256.update(
                        ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
                sha256.update(part);
            }
            Hash commitment = Hash.of(sha256.digest());
            for (Map.Entry<Long, Leaf.Commitment> entry : among.entrySet()) {
                if (entry.getValue().commitment().equals(commitment)) {
                    return new Opening(entry.getKey(), parts);
                }
            }
        }
        return null;
    }

    /** Returns a summary of the content in words. */
    public String size() {
        long answers =
                all ? counts.values().stream().mapToLong(count -> count[0]).sum() : found.size();
        return commitments.size() + " commitments, " + answers + " answers and " + earlier.size()
                + " earlier heads under a head of " + head.head().size() + " leaves";
    }

    VerifierKey key() {
        return key;
    }

    SignedHead head() {
        return head;
    }

    String keyName() {
        return keyName;
    }

    List<Earlier> earlier() {
        return earlier;
    }

    Map<Long, Leaf.Commitment> commitments() {
        return commitments;
    }

    /** Visits the included answers in order. All responses of a key are read again, so that they need no memory. */
    void answers(ResponseVisitor visitor) throws IOException {
        for (Map.Entry<Long, Leaf.Response> entry : found.entrySet()) {
            visitor.answer(entry.getKey(), entry.getValue());
        }
        if (all) {
            try {
                LedgerScan.of(directory, head.head().size(), (index, leaf, after) -> {
                    if (index < head.head().size()
                            && leaf instanceof Leaf.Response answer
                            && counts.containsKey(answer.key())) {
                        give(visitor, index, answer);
                    }
                });
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
    }

    private static void give(ResponseVisitor visitor, long index, Leaf.Response answer) {
        try {
            visitor.answer(index, answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the id and the salt of a response's message, or null if its id was not given. */
    @Nullable
    Message message(Hash hash) {
        return wanted.get(hash);
    }

    /** Returns the proof that a leaf is under the head. */
    List<Hash> path(long index) throws IOException {
        return Objects.requireNonNull(proofs).inclusion(index, head.head().size());
    }

    /** Returns the number of responses marked under a commitment, and of their sites. */
    long[] counts(long commitment) {
        return counts.getOrDefault(commitment, new long[2]);
    }

    Map<Long, Leaf.Commitment> related() {
        return related;
    }

    @Nullable
    Opening opening() {
        return opening;
    }

    @Nullable
    Opening global() {
        return global;
    }

    @Nullable
    Opening secret() {
        return secret;
    }
}
