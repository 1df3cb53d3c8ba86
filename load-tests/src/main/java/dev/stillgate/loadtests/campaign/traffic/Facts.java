package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;
import java.util.HashMap;
import java.util.Map;

/**
 * Registration facts of accounts, in the form of {@code stillgate hash-fact}. Everybody has an own device and most an
 * own means of payment. Banks, mail providers, networks and referrers are common to many, in Zipf's distribution.
 */
final class Facts {
    private static final int BANKS = 60;
    private static final int MAIL_PROVIDERS = 12;
    private static final int NETWORKS = 400;
    private static final int REFERRERS = 8;
    private static final double PAYS = 0.85;
    private static final double OWN_DOMAIN = 0.35;
    private static final double REFERRED = 0.5;
    private static final Dice HASH = new Dice(0x5EED_FAC7L);

    private Facts() {}

    /** Draws the facts of an account; shared ones replace its own. */
    static Map<String, String> of(Dice dice, String id, SignUp signUp) {
        Map<String, String> facts = new HashMap<>();
        if (dice.chance(PAYS)) {
            facts.put("payment", hash("payment " + id));
            facts.put("bank", hash("bank " + zipf(dice, BANKS)));
        }
        facts.put("device", hash("device " + id));
        facts.put(
                "email-domain",
                hash(dice.chance(OWN_DOMAIN) ? "domain " + id : "provider " + zipf(dice, MAIL_PROVIDERS)));
        facts.put("signup-network", hash("network " + zipf(dice, NETWORKS)));
        if (dice.chance(REFERRED)) {
            facts.put("referrer", hash("referrer " + zipf(dice, REFERRERS)));
        }
        facts.putAll(signUp.facts());
        return Map.copyOf(facts);
    }

    /** Draws a rank whose probability falls with the rank (Zipf 1949). */
    private static int zipf(Dice dice, int ranks) {
        return (int) Math.pow(ranks + 1.0, dice.unit()) - 1;
    }

    /** Returns the hash of a value that one community has. */
    static String hash(String kind, Dice community) {
        return hash(kind + ' ' + community.child(kind).hex(16));
    }

    private static String hash(String value) {
        return "h:" + HASH.child(value).hex(32);
    }
}
