package dev.stillgate.canary.ledger;

import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.file.LedgerScan;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.spi.files.Digests;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Ledger with virtual time, files of 16 leaves, and writes that the test triggers. */
public final class LedgerRig {
    static final int LEVEL = 4;
    static final LedgerOptions TERMS = new LedgerOptions("test.example/ledger", null, Duration.ofSeconds(5), 1000, 100);

    final Path directory;
    final FakeTicker ticker = new FakeTicker();
    final FaultyDisk disk = new FaultyDisk();
    final List<String> log = new ArrayList<>();
    final List<AppendResult> results = new ArrayList<>();

    LedgerRig(Path directory) {
        this.directory = directory;
    }

    Ledger open() throws LedgerException {
        return Ledger.open(directory, TERMS, ticker, log::add, disk, LEVEL);
    }

    public static Hash hash(String text) {
        return Hash.of(Digests.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    static MarkedResponse answer(String message) {
        BitSet forms = new BitSet();
        forms.set(1);
        forms.set(9);
        return new MarkedResponse(message, 0, 11, forms);
    }

    /** Appends answers with these numbers, writes them, and collects the results. */
    void write(Ledger ledger, int from, int to) {
        for (int i = from; i < to; i++) {
            ledger.append(answer("msg_" + i), results::add);
        }
        ledger.turn();
    }

    /** Opens a new ledger and commits one key. */
    Ledger begin() throws LedgerException {
        Ledger ledger = open();
        ledger.commit("c1", hash("commitment of c1"), hash("table"));
        return ledger;
    }

    /** Returns all leaves on disk. */
    List<Leaf> leaves() throws IOException {
        List<Leaf> leaves = new ArrayList<>();
        LedgerScan.of(directory, 0, (index, leaf, after) -> leaves.add(leaf));
        return leaves;
    }
}
