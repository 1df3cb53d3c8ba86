package dev.stillgate.loadtests.campaign.traffic;

/** The API that lines of an exchange log are sent to. */
public interface LineApi {
    /** Sends a line at its time and returns the response that the client sees. */
    ApiResponse send(Attempt attempt);

    /**
     * Reports a line for which the client has no usable account. The client may send it later.
     *
     * @param tokens output tokens of the response
     */
    void postpone(Attempt attempt, long tokens);
}
