package dev.stillgate.proxy.backtest;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.ResponseHead;

/**
 * The head of a logged response: its status, and the content type that a provider sends, which is an event stream if
 * the prompt asked for a stream. Added header fields are discarded. Reusable.
 */
final class LoggedHead implements ResponseHead {
    private static final LoggedHeaders JSON = LoggedHeaders.of("content-type", "application/json");
    private static final LoggedHeaders EVENTS = LoggedHeaders.of("content-type", "text/event-stream");
    private int status;
    private LoggedHeaders headers = JSON;

    LoggedHead of(int answerStatus, boolean stream) {
        status = answerStatus;
        headers = stream && answerStatus < 300 ? EVENTS : JSON;
        return this;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public Headers headers() {
        return headers;
    }

    @Override
    public void add(Header header) {}
}
