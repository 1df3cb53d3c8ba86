package dev.stillgate.proxy.account;

import dev.stillgate.proxy.config.Policy.Credential;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the one credential of a request. It must have one meaning: what the upstream could read as another credential
 * than the account was found by is refused or not passed on, else a caller is metered as one account and served as
 * another.
 */
public final class CredentialField {
    private static final byte[] BEARER = {'b', 'e', 'a', 'r', 'e', 'r', ' '};

    private static final int ALL =
            1 << KnownHeader.AUTHORIZATION | 1 << KnownHeader.X_API_KEY | 1 << KnownHeader.API_KEY;

    /** What the credential of a certificate begins with: its blank keeps any key that a request could carry from being one. */
    private static final String CERTIFICATE = "certificate ";

    private CredentialField() {}

    /** Returns the credential that a certificate is: what {@code stillgate hash-key} is given to list it. */
    public static byte[] ofCertificate(String identity) {
        return (CERTIFICATE + identity).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns the index of the first place that holds a credential, or -1.
     *
     * @param certificate the credential that the peer's certificate is, null without one
     * @throws BadMessage when it is given twice, is no plain word, or would not be passed on
     */
    public static int choose(Http1Head head, List<Credential> places, byte @Nullable [] certificate) throws BadMessage {
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i) == Credential.CLIENT_CERTIFICATE) {
                if (certificate != null) {
                    return i;
                }
                continue;
            }
            int field = head.find(id(places.get(i)));
            if (field >= 0) {
                if (head.countOf(head.id(field)) > 1 || (head.nominatesFields() && head.isNominated(field))) {
                    throw ambiguous();
                }
                if (places.get(i) == Credential.BEARER) {
                    refuseLookAlike(head, field);
                }
                int start = start(head, field, places.get(i));
                if (start >= 0 && start < head.valueEnd(field)) {
                    requireOneWord(head, start, head.valueEnd(field));
                    return i;
                }
            }
        }
        return -1;
    }

    /** Returns the account of the credential at a place that {@link #choose} returned. */
    public static Account resolve(
            Http1Head head, Credential place, byte @Nullable [] certificate, Accounts.Cursor accounts) {
        if (place == Credential.CLIENT_CERTIFICATE) {
            return certificate == null ? Account.ANONYMOUS : accounts.resolve(certificate, 0, certificate.length);
        }
        int field = head.find(id(place));
        int start = start(head, field, place);
        return accounts.resolve(head.bytes(), start, head.valueEnd(field) - start);
    }

    /**
     * Returns the credential fields that are not passed on, a bit for each id of {@link KnownHeader}. The upstream could take
     * another account from them than the one that is metered, whether or not the policy lists them.
     *
     * @param chosen what {@link #choose} returned; without a credential only the fields of the listed places are passed on
     */
    public static int dropped(List<Credential> places, int chosen) {
        int kept = 0;
        for (int i = 0; i < places.size(); i++) {
            Credential place = places.get(i);
            if ((chosen < 0 || chosen == i) && place != Credential.CLIENT_CERTIFICATE) {
                kept |= 1 << id(place);
            }
        }
        return ALL & ~kept;
    }

    private static byte id(Credential place) {
        return switch (place) {
            case X_API_KEY -> KnownHeader.X_API_KEY;
            case API_KEY -> KnownHeader.API_KEY;
            case BEARER, CLIENT_CERTIFICATE -> KnownHeader.AUTHORIZATION;
        };
    }

    private static int start(Http1Head head, int field, Credential place) {
        int start = head.valueStart(field);
        return place == Credential.BEARER ? afterBearer(head.bytes(), start, head.valueEnd(field)) : start;
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

    /** Refuses a scheme that some servers read as Bearer: with another blank after it, or behind a comma. */
    private static void refuseLookAlike(Http1Head head, int field) throws BadMessage {
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
            if (b <= ' ' || b == 0x7f) { // also what is not ASCII, which some servers strip as a blank
                throw ambiguous();
            }
        }
    }

    private static BadMessage ambiguous() {
        return new BadMessage(
                Verdict.Kind.UNAUTHENTICATED,
                "credential-ambiguous",
                "The API key must be one plain word, given once.");
    }
}
