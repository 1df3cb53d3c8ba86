package dev.stillgate.fingerprint.signal;

/**
 * Topics of the prompts. For a group under central dispatch: the variance of topics between accounts relative to that
 * within them (analysis of variance: R. A. Fisher, "Statistical methods for research workers", 1925). For an account:
 * the distance of its mean topic from the group's.
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
