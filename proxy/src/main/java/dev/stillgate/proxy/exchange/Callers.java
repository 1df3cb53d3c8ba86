package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.account.CredentialField;
import dev.stillgate.proxy.exchange.body.OpenCounts;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.jwt.JwtCaller;
import dev.stillgate.proxy.jwt.JwtFault;
import dev.stillgate.proxy.jwt.JwtSender;
import dev.stillgate.proxy.jwt.JwtVerifier;
import dev.stillgate.spi.Account;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Finds the accounts of requests whose credential is a token. */
final class Callers {
    private Callers() {}

    /**
     * Returns the account of the token that {@link CredentialField#choose} has found.
     *
     * @param sender the connection
     * @param address the client's address
     * @param millis the time in milliseconds since the epoch
     * @throws BadMessage if the token is refused
     */
    static Account of(
            Http1Head head, @Nullable JwtVerifier verifier, JwtSender sender, InetAddress address, long millis)
            throws BadMessage {
        if (verifier == null) {
            throw new IllegalStateException("a policy that looks for tokens has a verifier");
        }
        int field = head.find(KnownHeader.AUTHORIZATION);
        int start = CredentialField.tokenStart(head, field);
        int length = head.valueEnd(field) - start;
        return switch (verifier.judge(head.bytes(), start, length, sender, OpenCounts.key(address), millis)) {
            case JwtCaller caller -> sender.accounts().resolve(caller.credential(), caller.attributes());
            case JwtFault fault -> throw new BadMessage(fault.kind(), fault.code(), fault.sentence());
        };
    }
}
