package dev.stillgate.fingerprint.likeness;

import dev.stillgate.fingerprint.signal.Profile;

/** Kind of use of the model. The limits between the kinds are definitions, so that equals are compared with equals. */
public enum Use {
    /** At least three in ten prompts carry the result of a tool. */
    AGENT,
    /** At least three tenths of the text is code. */
    CODE,
    CHAT;

    private static final double LEAST_SHARE = 0.3;

    static Use of(Profile profile) {
        if (profile.toolTurns() >= LEAST_SHARE) {
            return AGENT;
        }
        return profile.code() >= LEAST_SHARE ? CODE : CHAT;
    }
}
