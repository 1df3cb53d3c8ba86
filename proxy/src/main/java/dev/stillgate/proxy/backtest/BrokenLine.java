package dev.stillgate.proxy.backtest;

/** A line of a log that is no exchange, with what is wrong with it. Has no stack: it is the log's fault. */
final class BrokenLine extends Exception {
    private static final long serialVersionUID = 1L;

    BrokenLine(String message) {
        super(message, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
