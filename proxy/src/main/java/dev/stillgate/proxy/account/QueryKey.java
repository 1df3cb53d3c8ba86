package dev.stillgate.proxy.account;

import dev.stillgate.proxy.config.Policy.Credential;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The parameter {@code key} in the query of a request, where Google's APIs accept an API key. The query is forwarded as
 * it came and is in no log.
 */
public final class QueryKey {
    private static final byte[] NAME = "key=".getBytes(StandardCharsets.US_ASCII);

    /** The length of an escaped byte. */
    private static final int ESCAPE = 3;

    private QueryKey() {}

    /**
     * Rejects a request whose query contains a key by which its account was not found: the upstream could serve another
     * account than the metered one.
     *
     * @param chosen the result of {@link CredentialField#choose}
     */
    public static void requireChosen(Http1Head head, List<Credential> places, int chosen) throws BadMessage {
        boolean isChosen = chosen >= 0 && places.get(chosen) == Credential.QUERY_KEY;
        if (!isChosen && isIn(head)) {
            throw new BadMessage(
                    Verdict.Kind.UNAUTHENTICATED,
                    "credential-in-query",
                    "An API key in the query is not accepted with this request; send it in a header field.");
        }
    }

    /**
     * Returns whether the query contains a key.
     *
     * @throws BadMessage if it contains several, or one that is empty or has another character than letters, digits and
     *     {@code ._~-}, or an escape in its name
     */
    static boolean isIn(Http1Head head) throws BadMessage {
        int start = next(head, head.pathEnd());
        if (start < 0) {
            return false;
        }
        int end = end(head, start);
        if (end == start || next(head, end) >= 0 || !isNamePlain(head.bytes(), start)) {
            throw CredentialField.ambiguous();
        }
        for (int i = start; i < end; i++) {
            if (!isUnreserved(head.bytes()[i])) {
                throw CredentialField.ambiguous();
            }
        }
        return true;
    }

    /** Returns the account of the key that {@link #isIn} has found. */
    static Account resolve(Http1Head head, Accounts.Cursor accounts) {
        int start = next(head, head.pathEnd());
        return accounts.resolve(head.bytes(), start, end(head, start) - start);
    }

    /**
     * Returns the start of the value of the next parameter {@code key}; -1 if there is none.
     *
     * @param from the index of the question mark or ampersand before the first parameter to look at, or the end of the
     *     target
     */
    private static int next(Http1Head head, int from) {
        byte[] bytes = head.bytes();
        int name = from + 1;
        while (name < head.targetEnd()) {
            int end = end(head, name);
            int value = afterName(bytes, name, end);
            if (value >= 0) {
                return value;
            }
            name = end + 1;
        }
        return -1;
    }

    /** Returns the start of a parameter's value; -1 if its name is another one. Upstreams decode escapes in names. */
    private static int afterName(byte[] bytes, int start, int end) {
        int position = start;
        for (int at = 0; at < NAME.length; at++) {
            if (position < end && bytes[position] == NAME[at]) {
                position++;
            } else if (NAME[at] != '=' && isEscape(bytes, position, end, NAME[at])) {
                position += ESCAPE;
            } else {
                return -1;
            }
        }
        return position;
    }

    private static boolean isEscape(byte[] bytes, int position, int end, byte of) {
        return position + ESCAPE <= end
                && bytes[position] == '%'
                && Character.digit(bytes[position + 1], 16) == of >> 4
                && Character.digit(bytes[position + 2], 16) == (of & 0xf);
    }

    private static boolean isNamePlain(byte[] bytes, int valueStart) {
        return Arrays.equals(bytes, valueStart - NAME.length, valueStart, NAME, 0, NAME.length);
    }

    private static int end(Http1Head head, int start) {
        int end = start;
        while (end < head.targetEnd() && head.bytes()[end] != '&') {
            end++;
        }
        return end;
    }

    /** Returns whether a byte stands for itself in a query (RFC 3986 section 2.3). */
    private static boolean isUnreserved(byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || b == '-'
                || b == '.'
                || b == '_'
                || b == '~';
    }
}
