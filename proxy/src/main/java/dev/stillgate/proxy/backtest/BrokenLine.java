package dev.stillgate.proxy.backtest;

/** Thrown for a log line that is not a valid exchange. Has no stack trace, since the log is at fault. */
final class BrokenLine extends Exception {
    private static final long serialVersionUID = 1L;

    BrokenLine(String message) {
        super(message, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
