package dev.stillgate.fingerprint.signal;

/**
 * What prompts are about: strangers are each about matters of their own. Of a group that deals out its work it says whether what
 * an account asks is its own, by the variance between accounts beside that within them (R. A. Fisher, "Statistical methods for
 * research workers", 1925), and of each account, by the mean of its prompts, whether it is of the group's make.
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
