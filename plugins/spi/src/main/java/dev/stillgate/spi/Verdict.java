package dev.stillgate.spi;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a filter says of a request. */
public sealed interface Verdict {
    /** The request may go on; the one instance, so that a clean path allocates nothing. */
    Verdict ALLOW = new Allow();

    /** The request may go on. */
    record Allow() implements Verdict {}

    /**
     * The request may go on, and the reason is counted and logged.
     *
     * @param score how strongly, in the filter's own unit
     * @param reason a short code, the same for every request of its kind
     */
    record Flag(double score, String reason) implements Verdict {}

    /**
     * The request is refused. The engine turns it into the status, headers and body of the provider whose path was
     * asked.
     *
     * @param kind which of the provider's refusals it is
     * @param code a short code for logs and metrics; never shown to the caller
     * @param message the sentence shown to the caller; it must not tell which signal fired
     * @param retryAfter how long the caller should wait, null when waiting does not help
     * @param headers further headers of the answer, such as rate-limit headers, in order
     */
    record Reject(
            Kind kind,
            String code,
            String message,
            @Nullable Duration retryAfter,
            List<Header> headers) implements Verdict {
        public Reject {
            headers = List.copyOf(headers);
        }

        /** A refusal for which waiting does not help. */
        public Reject(Kind kind, String code, String message) {
            this(kind, code, message, null, List.of());
        }
    }

    /** The kinds of refusal that every dialect knows how to word. */
    enum Kind {
        /** 400: the request is not one that the model could have read. */
        MALFORMED,
        /** 401: no credential, or one that is not known. */
        UNAUTHENTICATED,
        /** 403: the caller's region or network is not served. */
        FORBIDDEN_REGION,
        /** 403: the account is not served. */
        BLOCKED,
        /** 404: no such path. */
        NOT_FOUND,
        /** 413: the request is larger than is accepted. */
        TOO_LARGE,
        /** 415: a content coding that is not read here. */
        UNSUPPORTED_CODING,
        /** 429: too many requests; comes with a time to wait. */
        RATE_LIMITED,
        /** 429: too many tokens of a model; comes with a time to wait, unless the request can never fit. */
        TOKENS_LIMITED,
        /** 414: the request target is too long. */
        TARGET_TOO_LONG,
        /** 431: the header section is too large. */
        HEADERS_TOO_LARGE,
        /** 408: the request did not arrive in time. */
        REQUEST_TIMEOUT,
        /** 502: the upstream could not be reached or answered nonsense. */
        BAD_GATEWAY,
        /** 503: the gateway is full; comes with a time to wait. */
        OVERLOADED,
        /** 504: the upstream did not answer in time. */
        GATEWAY_TIMEOUT,
        /** 500: the gateway itself failed. */
        INTERNAL
    }
}
