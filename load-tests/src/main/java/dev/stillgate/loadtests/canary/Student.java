package dev.stillgate.loadtests.canary;

import java.util.List;
import java.util.random.RandomGenerator;

/** A language model that was trained on a corpus. */
interface Student {
    /** Generates texts of at most {@code tokens} tokens. */
    List<String> answers(RandomGenerator random, int count, int tokens);
}
