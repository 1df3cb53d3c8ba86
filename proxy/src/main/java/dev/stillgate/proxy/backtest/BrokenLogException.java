package dev.stillgate.proxy.backtest;

import java.io.IOException;

/** A log that cannot be replayed as it is; the message says where and why. */
public final class BrokenLogException extends IOException {
    private static final long serialVersionUID = 1L;

    BrokenLogException(String message) {
        super(message);
    }
}
