package dev.stillgate.tokenbucket.policy;

/** How much output is taken before an answer is begun. */
public enum Reserve {
    /** What is asked for, at most the ceiling; what an answer costs beyond it is owed. */
    CEILING,
    /** All that is asked for, so that no answer costs more than was taken. */
    STRICT
}
