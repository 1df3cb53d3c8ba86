package dev.stillgate.loadtests.canary;

import java.util.List;
import java.util.random.RandomGenerator;

/** A language model that has learnt from a corpus. */
interface Student {
    /** Answers anything, so many times: texts of at most so many tokens. */
    List<String> answers(RandomGenerator random, int count, int tokens);
}
