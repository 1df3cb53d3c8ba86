package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.Dialects;
import dev.stillgate.proxy.dialect.ErrorBodies;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.observe.AccessLog;
import dev.stillgate.proxy.observe.AccessRecord;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import java.util.List;

/** Counts, logs and answers a malformed message, for which no exchange is created. */
public final class MalformedRequest {
    private static final String UNKNOWN = "-";

    private MalformedRequest() {}

    /**
     * Counts and logs a malformed message, and returns the response in the format of the provider that the path belongs
     * to.
     *
     * @param hasTarget whether the request line was parsed
     */
    public static LocalReply refuse(
            EventLoopContext context, Peer peer, Http1Head head, boolean hasTarget, BadMessage bad) {
        RequestId id = RequestId.generate(context.nextNumber());
        String path = hasTarget ? head.path() : UNKNOWN;
        Provider provider = Dialects.likely(path, null);
        int status = ErrorBodies.status(bad.kind());
        byte[] body = ErrorBodies.body(provider, bad.kind(), bad.sentence(), id.toString());
        context.meters().badMessage(bad.code());
        AccessLog.Writer log = context.log();
        if (log != null) {
            log.log(
                    new AccessRecord(
                            context.ticker().millis(),
                            0,
                            0,
                            id.toString(),
                            hasTarget ? head.method() : UNKNOWN,
                            path,
                            peer.http(),
                            status,
                            "rejected",
                            bad.code(),
                            null,
                            "gateway",
                            null,
                            null,
                            null,
                            head.length(),
                            body.length,
                            peer.peer(),
                            Account.ANONYMOUS.id(),
                            null,
                            Standing.CLEAR,
                            null,
                            Operation.OPAQUE,
                            null,
                            null,
                            null,
                            null,
                            ProviderVerdict.NONE,
                            false,
                            false,
                            Usage.NONE,
                            null,
                            0,
                            null),
                    context.ticker().nanos());
        }
        return new LocalReply(status, List.of(new Header(Dialects.of(provider).requestIdField(), id.toString())), body);
    }
}
