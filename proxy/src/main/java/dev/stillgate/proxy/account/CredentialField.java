package dev.stillgate.proxy.account;

import dev.stillgate.proxy.config.Policy.Credential;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the credential of a request. Ambiguous credentials are rejected, and unused credential fields are not
 * forwarded. Otherwise the upstream could serve a request under another credential than the one that the gateway
 * meters.
 */
public final class CredentialField {
    private static final byte[] BEARER = {'b', 'e', 'a', 'r', 'e', 'r', ' '};

    private static final int ALL = 1 << KnownHeader.AUTHORIZATION
            | 1 << KnownHeader.X_API_KEY
            | 1 << KnownHeader.API_KEY
            | 1 << KnownHeader.X_GOOG_API_KEY;

    /** The prefix of certificate credentials. No API key in a header field can contain its space. */
    private static final String CERTIFICATE = "certificate ";

    /** The prefix of credentials that are access keys of AWS. */
    private static final String ACCESS_KEY = "aws-access-key ";

    private static final String AWS = "AWS4-";

    /** A signature of Signature Version 4 or 4A with the id of the access key, and no other parameter than it needs. */
    private static final Pattern SIGNATURE = Pattern.compile(
            "AWS4-(?:HMAC|ECDSA-P256)-SHA256 "
                    + "Credential=([A-Z0-9]{16,128})/[A-Za-z0-9/_-]+, *SignedHeaders=[A-Za-z0-9;_.-]+, *Signature=[0-9A-Fa-f]+");

    private CredentialField() {}

    /** Returns the credential of a client certificate, as passed to {@code stillgate hash-key}. */
    public static byte[] ofCertificate(String identity) {
        return (CERTIFICATE + identity).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns the index in {@code places} of the first one that contains a credential, or -1.
     *
     * @param certificate the credential of the client certificate; null if there is none
     * @throws BadMessage if the credential is given twice, is a malformed signature, contains white space or non-ASCII
     *     bytes, or is in a field that is not forwarded; or if the key in the query contains an escape
     */
    public static int choose(Http1Head head, List<Credential> places, byte @Nullable [] certificate) throws BadMessage {
        boolean both = places.contains(Credential.JWT) && places.contains(Credential.BEARER);
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i) == Credential.CLIENT_CERTIFICATE) {
                if (certificate != null) {
                    return i;
                }
                continue;
            }
            if (places.get(i) == Credential.QUERY_KEY) {
                if (QueryKey.isIn(head)) {
                    return i;
                }
                continue;
            }
            int field = head.find(id(places.get(i)));
            if (field >= 0) {
                if (head.countOf(head.id(field)) > 1 || (head.nominatesFields() && head.isNominated(field))) {
                    throw ambiguous();
                }
                if (isBearer(places.get(i))) {
                    rejectAmbiguousBearer(head, field);
                }
                if (places.get(i) == Credential.AWS_ACCESS_KEY) {
                    if (accessKey(head, field).isEmpty()) {
                        continue;
                    }
                    return i;
                }
                int start = start(head, field, places.get(i));
                if (start >= 0 && start < head.valueEnd(field)) {
                    requireOneWord(head, start, head.valueEnd(field));
                    if (!both || !isBearer(places.get(i)) || isOf(places.get(i), head, start, head.valueEnd(field))) {
                        return i;
                    }
                }
            }
        }
        return -1;
    }

    private static boolean isBearer(Credential place) {
        return place == Credential.BEARER || place == Credential.JWT;
    }

    /**
     * Returns whether a word after {@code Bearer} is the credential of a place, if both API keys and tokens are sent
     * there. A token is recognised by its three parts, of which the first is the base64url form of a JSON object.
     */
    private static boolean isOf(Credential place, Http1Head head, int start, int end) {
        byte[] bytes = head.bytes();
        int dots = 0;
        for (int i = start; i < end; i++) {
            dots += bytes[i] == '.' ? 1 : 0;
        }
        boolean object = end - start > 2 && bytes[start] == 'e' && (bytes[start + 1] == 'y' || bytes[start + 1] == 'w');
        return (place == Credential.JWT) == (object && dots == 2);
    }

    /** Returns the position of the first byte of the token that {@link #choose} found at {@link Credential#JWT}. */
    public static int tokenStart(Http1Head head, int field) {
        return start(head, field, Credential.JWT);
    }

    /**
     * Returns whether the credential at the place that {@link #choose} found names its account by the id of an access
     * key of AWS, which others may know.
     */
    public static boolean isClaim(Http1Head head, Credential place) {
        if (place != Credential.BEARER) {
            return place == Credential.AWS_ACCESS_KEY;
        }
        int field = head.find(id(place));
        return ShortTermKey.is(head.bytes(), start(head, field, place), head.valueEnd(field));
    }

    /**
     * Returns the account of the credential at the place that {@link #choose} found, except for tokens.
     *
     * @throws BadMessage if the credential is a key of Bedrock that names two access keys
     */
    public static Account resolve(
            Http1Head head, Credential place, byte @Nullable [] certificate, Accounts.Cursor accounts)
            throws BadMessage {
        if (place == Credential.CLIENT_CERTIFICATE) {
            return certificate == null ? Account.ANONYMOUS : accounts.resolve(certificate, 0, certificate.length);
        }
        if (place == Credential.QUERY_KEY) {
            return QueryKey.resolve(head, accounts);
        }
        int field = head.find(id(place));
        if (place == Credential.AWS_ACCESS_KEY) {
            return ofAccessKey(keyOf(head.value(field)), accounts);
        }
        int start = start(head, field, place);
        if (place == Credential.BEARER && ShortTermKey.is(head.bytes(), start, head.valueEnd(field))) {
            String key = ShortTermKey.accessKey(head.bytes(), start, head.valueEnd(field));
            if (key != null) {
                return ofAccessKey(key, accounts);
            }
        }
        return accounts.resolve(head.bytes(), start, head.valueEnd(field) - start);
    }

    private static Account ofAccessKey(String id, Accounts.Cursor accounts) {
        byte[] key = (ACCESS_KEY + id).getBytes(StandardCharsets.US_ASCII);
        return accounts.resolve(key, 0, key.length);
    }

    /**
     * Returns the credential fields that must not be forwarded, as a bit set of {@link KnownHeader} ids. The upstream
     * could find another account in them than the metered one.
     *
     * @param chosen the result of {@link #choose}; if it is -1, all fields in {@code places} are forwarded
     * @param forwardsTokens whether a token is forwarded
     */
    public static int dropped(List<Credential> places, int chosen, boolean forwardsTokens) {
        int kept = 0;
        for (int i = 0; i < places.size(); i++) {
            Credential place = places.get(i);
            boolean forwarded = place != Credential.CLIENT_CERTIFICATE
                    && place != Credential.QUERY_KEY
                    && (place != Credential.JWT || forwardsTokens || chosen != i);
            if ((chosen < 0 || chosen == i) && forwarded) {
                kept |= 1 << id(place);
            }
        }
        return ALL & ~kept;
    }

    private static byte id(Credential place) {
        return switch (place) {
            case X_API_KEY -> KnownHeader.X_API_KEY;
            case API_KEY -> KnownHeader.API_KEY;
            case X_GOOG_API_KEY -> KnownHeader.X_GOOG_API_KEY;
            case BEARER, JWT, AWS_ACCESS_KEY, CLIENT_CERTIFICATE, QUERY_KEY -> KnownHeader.AUTHORIZATION;
        };
    }

    /** Returns whether a request has a signature of AWS, true or not. */
    public static boolean isSigned(Http1Head head) {
        int field = head.find(KnownHeader.AUTHORIZATION);
        return field >= 0 && head.value(field).regionMatches(true, 0, AWS, 0, AWS.length());
    }

    /** Returns the id of the access key of a signed request; empty if the field has another scheme. */
    private static String accessKey(Http1Head head, int field) throws BadMessage {
        String value = head.value(field);
        if (!value.regionMatches(true, 0, AWS, 0, AWS.length())) {
            return "";
        }
        String key = keyOf(value);
        if (key.isEmpty()) {
            throw ambiguous();
        }
        return key;
    }

    private static String keyOf(String value) {
        Matcher parts = SIGNATURE.matcher(value);
        return parts.matches() ? parts.group(1) : "";
    }

    private static int start(Http1Head head, int field, Credential place) {
        int start = head.valueStart(field);
        return isBearer(place) ? afterBearer(head.bytes(), start, head.valueEnd(field)) : start;
    }

    private static int afterBearer(byte[] bytes, int start, int end) {
        if (end - start <= BEARER.length) {
            return -1;
        }
        for (int i = 0; i < BEARER.length; i++) {
            byte b = bytes[start + i];
            if (b != BEARER[i] && !(b >= 'A' && b <= 'Z' && b + 32 == BEARER[i])) {
                return -1;
            }
        }
        int credential = start + BEARER.length;
        while (credential < end && bytes[credential] == ' ') { // 1*SP (RFC 6750 section 2.1)
            credential++;
        }
        return credential;
    }

    /**
     * Rejects values that some servers read as Bearer: the scheme followed by another white space, or after a comma.
     */
    private static void rejectAmbiguousBearer(Http1Head head, int field) throws BadMessage {
        int start = head.valueStart(field);
        int end = head.valueEnd(field);
        boolean commas = false;
        for (int i = start; i < end; i++) {
            byte b = head.bytes()[i];
            boolean wordStart = i == start || commas;
            if (wordStart && isBearer(head.bytes(), i, end) && (i > start || !endsWithSpace(head.bytes(), i, end))) {
                throw ambiguous();
            }
            commas = b == ',' || (commas && b <= ' ');
        }
    }

    private static boolean isBearer(byte[] bytes, int start, int end) {
        int letters = BEARER.length - 1;
        if (end - start < letters) {
            return false;
        }
        for (int i = 0; i < letters; i++) {
            if ((bytes[start + i] | 0x20) != BEARER[i]) {
                return false;
            }
        }
        int after = start + letters;
        return after == end || bytes[after] <= ' ' || bytes[after] == ',';
    }

    private static boolean endsWithSpace(byte[] bytes, int start, int end) {
        int after = start + BEARER.length - 1;
        return after == end || bytes[after] == ' ';
    }

    private static void requireOneWord(Http1Head head, int start, int end) throws BadMessage {
        for (int i = start; i < end; i++) {
            byte b = head.bytes()[i];
            if (b <= ' ' || b == 0x7f) { // signed: also bytes above 0x7f, which some servers strip as white space
                throw ambiguous();
            }
        }
    }

    static BadMessage ambiguous() {
        return new BadMessage(
                Verdict.Kind.UNAUTHENTICATED,
                "credential-ambiguous",
                "The API key must be one plain word, given once.");
    }
}
