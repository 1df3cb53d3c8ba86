package dev.stillgate.proxy.jwt;

import dev.stillgate.proxy.account.AccountAttributes;
import dev.stillgate.proxy.config.JwtPolicy;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The claims of a token (RFC 7519 section 4.1) as a policy judges them, apart from the time. */
sealed interface JwtClaims {
    /** The maximum length of a subject, in characters. */
    int MAX_SUBJECT = 255;

    /** The maximum length of an attribute, in characters. A longer one counts as none. */
    int MAX_TEXT = 128;

    /** The tier of a caller without one. */
    String NONE = "";

    /** The largest time, in seconds since the epoch: its milliseconds fit into a long. */
    double MAX_SECONDS = 1e15;

    /**
     * Claims that name a subject.
     *
     * @param caller the subject with its attributes
     * @param from the first millisecond since the epoch at which the token is valid, with the clock skew
     * @param until the first millisecond at which it is not valid any more, with the clock skew
     */
    record Valid(JwtCaller caller, long from, long until) implements JwtClaims {}

    /** Claims that are refused. */
    record Invalid(JwtFault fault) implements JwtClaims {}

    /** Returns the names of the claims that {@link #of} reads. */
    static Set<String> names(JwtPolicy.Claims attributes) {
        Set<String> names = new HashSet<>(Set.of("iss", "aud", "sub", "exp", "nbf"));
        for (String name :
                new @Nullable String[] {attributes.organisation(), attributes.tier(), attributes.verified()}) {
            if (name != null) {
                names.add(name);
            }
        }
        return Collections.unmodifiableSet(names);
    }

    /**
     * Judges claims.
     *
     * @param organisations the organisations that a claim may name: others are the provider's customers, whom the
     *     operator has not declared
     */
    static JwtClaims of(Map<?, ?> claims, JwtPolicy policy, Set<String> organisations) {
        if (!policy.issuer().equals(claims.get("iss"))) {
            return new Invalid(JwtFault.ISSUER);
        }
        if (!isFor(policy.audience(), claims.get("aud"))) {
            return new Invalid(JwtFault.AUDIENCE);
        }
        if (!(claims.get("sub") instanceof String subject)
                || !isText(subject, MAX_SUBJECT)
                || !isTime(claims.get("exp"), true)
                || !isTime(claims.get("nbf"), false)) {
            return new Invalid(JwtFault.CLAIM);
        }
        AccountAttributes attributes = attributes(claims, policy.claims(), organisations);
        if (attributes == null) {
            return new Invalid(JwtFault.CLAIM);
        }
        long skew = policy.skew().toMillis();
        return new Valid(
                new JwtCaller(JwtCaller.credential(policy.issuer(), subject), attributes),
                millis(claims.get("nbf"), Long.MIN_VALUE + skew) - skew,
                millis(claims.get("exp"), 0) + skew);
    }

    /** Returns whether the audience is a claim's value, or among the values of a list (RFC 7519 section 4.1.3). */
    private static boolean isFor(String audience, @Nullable Object claim) {
        return audience.equals(claim) || (claim instanceof List<?> several && several.contains(audience));
    }

    private static boolean isText(String text, int most) {
        return !text.isEmpty() && text.length() <= most && text.chars().noneMatch(Character::isISOControl);
    }

    private static boolean isTime(@Nullable Object claim, boolean required) {
        return claim == null
                ? !required
                : claim instanceof Number number && Math.abs(number.doubleValue()) <= MAX_SECONDS;
    }

    /** Converts seconds, which may have a fraction (RFC 7519 section 2), to milliseconds. */
    private static long millis(@Nullable Object claim, long otherwise) {
        return claim instanceof Number number ? (long) (number.doubleValue() * 1000) : otherwise;
    }

    /** Returns the attributes in the claims that a policy names; null if one of them has an unusable value. */
    private static @Nullable AccountAttributes attributes(
            Map<?, ?> claims, JwtPolicy.Claims names, Set<String> organisations) {
        Object organisation = claim(claims, names.organisation());
        Object tier = claim(claims, names.tier());
        Object verified = claim(claims, names.verified());
        if (organisation instanceof Long number) {
            organisation = number.toString();
        }
        boolean usable =
                isTextOrNull(organisation) && isTextOrNull(tier) && (verified == null || verified instanceof Boolean);
        if (!usable) {
            return null;
        }
        String declared = organisation instanceof String name && organisations.contains(name) ? name : null;
        String usableTier = names.tier() == null ? NONE : tier instanceof String name ? usable(name) : null;
        return new AccountAttributes(declared, organisations, usableTier, Boolean.TRUE.equals(verified));
    }

    private static String usable(String tier) {
        return tier.length() > MAX_TEXT ? NONE : tier;
    }

    private static @Nullable Object claim(Map<?, ?> claims, @Nullable String name) {
        return name == null ? null : claims.get(name);
    }

    /** Returns whether a claim is absent or a text, of any length: some providers send an empty one for none. */
    private static boolean isTextOrNull(@Nullable Object value) {
        return value == null || (value instanceof String text && text.chars().noneMatch(Character::isISOControl));
    }
}
