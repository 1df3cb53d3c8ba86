package dev.stillgate.spi;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A filter's decision on a request. */
public sealed interface Verdict {
    /** Lets the request pass; a single instance, so that allowing allocates nothing. */
    Verdict ALLOW = new Allow();

    /** Lets the request pass. */
    record Allow() implements Verdict {}

    /**
     * Lets the request pass, and counts and logs a reason.
     *
     * @param score strength, in the filter's own unit
     * @param reason short code of low cardinality
     */
    record Flag(double score, String reason) implements Verdict {}

    /**
     * Refuses the request. The engine sends status, header fields and body in the format of the path's provider.
     *
     * @param kind kind of refusal
     * @param code short code for logs and metrics; never sent to the client
     * @param message sentence sent to the client; must not reveal which signal fired
     * @param retryAfter time to wait before a retry, null if a retry cannot help
     * @param headers further header fields of the response in order, such as rate-limit fields
     * @param details figures for the operator's logs and pages; never sent to the client; null for none
     */
    record Reject(
            Kind kind,
            String code,
            String message,
            @Nullable Duration retryAfter,
            List<Header> headers,
            @Nullable String details)
            implements Verdict {
        public Reject {
            headers = List.copyOf(headers);
        }

        /** Creates a refusal without details. */
        public Reject(Kind kind, String code, String message, @Nullable Duration retryAfter, List<Header> headers) {
            this(kind, code, message, retryAfter, headers, null);
        }

        /** Creates a refusal without a time to wait. */
        public Reject(Kind kind, String code, String message) {
            this(kind, code, message, null, List.of());
        }
    }

    /** Kinds of refusal, each with an error format in every dialect. */
    enum Kind {
        /** 400: the model could not have read the request. */
        MALFORMED,
        /** 400: the prompt, with the output that it asks for, exceeds a limit by itself. */
        PROMPT_TOO_LONG,
        /** 401: missing or unknown credential. */
        UNAUTHENTICATED,
        /** 403: the client's region or network is not served. */
        FORBIDDEN_REGION,
        /** 403: the account is not served. */
        BLOCKED,
        /** 404: unknown path. */
        NOT_FOUND,
        /** 404: the account may not use the model. */
        MODEL_NOT_FOUND,
        /** 413: the request exceeds the size limit. */
        TOO_LARGE,
        /** 415: unsupported content coding. */
        UNSUPPORTED_CODING,
        /** 429: too many requests; with a time to wait. */
        RATE_LIMITED,
        /** 429: too many tokens of a model; with a time to wait. */
        TOKENS_LIMITED,
        /** 429: the limit that the account shares with linked accounts until it is verified; with a time to wait. */
        UNVERIFIED,
        /** 414: the request target is too long. */
        TARGET_TOO_LONG,
        /** 417: an expectation other than {@code 100-continue}. */
        EXPECTATION_FAILED,
        /** 426: the path is not served over the protocol that the request asks for. */
        UPGRADE_REQUIRED,
        /** 431: the header section is too large. */
        HEADERS_TOO_LARGE,
        /** 408: the request did not arrive in time. */
        REQUEST_TIMEOUT,
        /** 502: the upstream could not be reached or its response was invalid. */
        BAD_GATEWAY,
        /** 503: the gateway is overloaded; with a time to wait. */
        OVERLOADED,
        /** 504: the upstream did not respond in time. */
        GATEWAY_TIMEOUT,
        /** 500: internal error of the gateway. */
        INTERNAL,
        /** 501: a method that the gateway does not implement. */
        NOT_IMPLEMENTED
    }
}
