package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;

/**
 * Retries of the official SDKs (anthropic-sdk-python and openai-python, {@code _base_client.py}): twice after 408, 409,
 * 429 and server errors. The wait is {@code retry-after} up to a minute, otherwise 0.5 s, doubled for each retry, at
 * most 8 s, less up to a quarter at random. {@code x-should-retry: false} stops. Not thread-safe.
 */
public final class SdkRetries {
    private static final int MAX_RETRIES = 2;
    private static final long FIRST_WAIT = 500;
    private static final long LONGEST_WAIT = 8_000;
    private static final long LONGEST_RETRY_AFTER = 60_000;
    private static final double JITTER = 0.25;

    private final Dice dice;
    private int retries;

    public SdkRetries(Dice dice) {
        this.dice = dice;
    }

    /**
     * Returns the milliseconds to wait before the request is sent again, negative when the SDK gives up. A new exchange
     * begins after that.
     */
    public long waitAfter(ApiResponse response) {
        if (retries == MAX_RETRIES || !response.retryable() || !isTransient(response.refusal())) {
            retries = 0;
            return -1;
        }
        long wait = Math.min(FIRST_WAIT << retries++, LONGEST_WAIT);
        return response.retryAfter() > 0 && response.retryAfter() <= LONGEST_RETRY_AFTER
                ? response.retryAfter()
                : (long) (wait * (1 - JITTER * dice.unit()));
    }

    /** Begins a new exchange. */
    public void reset() {
        retries = 0;
    }

    private static boolean isTransient(int status) {
        return status == 408 || status == 409 || status == 429 || status >= 500;
    }
}
