package dev.stillgate.proxy.backtest;

import java.io.IOException;

/** Thrown for a log that cannot be replayed. The message names the line and the reason. */
public final class BrokenLogException extends IOException {
    private static final long serialVersionUID = 1L;

    BrokenLogException(String message) {
        super(message);
    }
}
