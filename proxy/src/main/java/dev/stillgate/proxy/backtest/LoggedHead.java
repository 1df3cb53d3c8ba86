package dev.stillgate.proxy.backtest;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.ResponseHead;

/**
 * The head of a logged answer: its status, and the content type that a provider gives to it, of events for a prompt that
 * asked for a stream. Nobody sees what is added to it. Reusable.
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
