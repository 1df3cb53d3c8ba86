package dev.stillgate.loadtests.canary;

import java.util.random.RandomGenerator;

/** A language model that has learnt from a corpus. */
interface Student {
    /** Answers anything: a text of at most so many tokens. */
    String answer(RandomGenerator random, int tokens);
}
