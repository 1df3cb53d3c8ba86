package dev.stillgate.proxy.jwt;

import dev.stillgate.proxy.account.AccountAttributes;
import java.nio.charset.StandardCharsets;

/**
 * The subject of a valid token.
 *
 * @param credential the text whose keyed hash identifies the account; see {@link #credential(String, String)}
 * @param attributes the attributes in the token's claims
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
public record JwtCaller(byte[] credential, AccountAttributes attributes) implements Judgement {

    /**
     * Returns the credential of a subject: {@code jwt}, issuer and subject, separated by blanks. It is unambiguous,
     * because an issuer contains no blank. No API key contains one, so none is taken for a subject.
     */
    static byte[] credential(String issuer, String subject) {
        return ("jwt " + issuer + ' ' + subject).getBytes(StandardCharsets.UTF_8);
    }
}
