package dev.stillgate.fingerprint.signal;

/**
 * What an account's prompts are about, in the mean: the accounts of one actor are about the same, and strangers are each
 * about matters of their own. It says nothing of a group, and of each account of one whether it is of the group's make.
 */
public final class TopicConcentration implements Signal {
    /** The signal's name. */
    public static final String NAME = "topic-concentration";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Family family() {
        return Family.CONTENT;
    }
}
