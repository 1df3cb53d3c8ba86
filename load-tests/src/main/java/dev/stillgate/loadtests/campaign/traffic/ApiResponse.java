package dev.stillgate.loadtests.campaign.traffic;

/**
 * A response as far as a client reacts to it.
 *
 * @param refusal status of a refusal by the gateway, 0 for none: the client gets the model's response
 * @param retryAfter milliseconds of {@code retry-after}, negative for none
 * @param retryable false for {@code x-should-retry: false}
 */
public record ApiResponse(int refusal, long retryAfter, boolean retryable) {
    /** Refusal that stands for a closed connection, which SDKs treat as a server error. */
    public static final int CLOSED = 599;

    private static final int HTTP_FORBIDDEN = 403;

    /** The model's response. */
    public static final ApiResponse SERVED = new ApiResponse(0, -1, true);

    /** Returns whether the account is not served at all. */
    public boolean isForbidden() {
        return refusal == HTTP_FORBIDDEN;
    }

    /** Returns whether the client got the model's response. */
    public boolean isServed() {
        return refusal == 0;
    }
}
