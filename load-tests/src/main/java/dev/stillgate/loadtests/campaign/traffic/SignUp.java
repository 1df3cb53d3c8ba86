package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;
import java.util.HashMap;
import java.util.Map;

/**
 * Circumstances of registration that an account shares with others.
 *
 * @param facts the shared facts by name
 * @param burst when they were created, in milliseconds since the epoch, 0 if not together
 * @param spread milliseconds between the first and the last of them
 */
public record SignUp(Map<String, String> facts, long burst, long spread) {
    /** An account that shares nothing. */
    public static final SignUp ALONE = new SignUp(Map.of(), 0, 0);

    private static final long HOUR = 3_600_000;

    /** Facts that the accounts of a farm share. */
    public enum Farm {
        /** The means of payment. */
        PAYMENT,
        /** The device. */
        DEVICE,
        /** The network of registration and the domain of their e-mail addresses. */
        NETWORK,
        /** Nothing. */
        NOTHING
    }

    public SignUp {
        facts = Map.copyOf(facts);
    }

    /** A class of a school: one e-mail domain and network, all created within two hours some weeks before a time. */
    public static SignUp schoolClass(Dice dice, long before) {
        Map<String, String> shared = new HashMap<>();
        shared.put("email-domain", Facts.hash("school", dice));
        shared.put("signup-network", Facts.hash("school network", dice));
        return new SignUp(shared, before - Location.DAY * dice.child("burst").between(7, 60), 2 * HOUR);
    }

    /** A hackathon: one referrer, all created within a day some weeks before a time. */
    public static SignUp hackathon(Dice dice, long before) {
        return new SignUp(
                Map.of("referrer", Facts.hash("hackathon", dice)),
                before - Location.DAY * dice.child("burst").between(7, 60),
                Location.DAY);
    }

    /** Customers of a reseller: one referrer. */
    public static SignUp reseller(Dice dice) {
        return new SignUp(Map.of("referrer", Facts.hash("reseller", dice)), 0, 0);
    }

    /** Accounts of a farm; their times of creation are the campaign's. */
    public static SignUp farm(Farm shared, Dice farm) {
        return switch (shared) {
            case PAYMENT -> new SignUp(Map.of("payment", Facts.hash("farm payment", farm)), 0, 0);
            case DEVICE -> new SignUp(Map.of("device", Facts.hash("farm device", farm)), 0, 0);
            case NETWORK ->
                new SignUp(
                        Map.of(
                                "signup-network", Facts.hash("farm network", farm),
                                "email-domain", Facts.hash("farm domain", farm)),
                        0,
                        0);
            case NOTHING -> ALONE;
        };
    }

    /** Returns the time of creation of an account, or a default if the accounts were not created together. */
    public long createdOr(long otherwise, Dice own) {
        return burst == 0 ? otherwise : burst + (long) (spread * own.unit());
    }
}
