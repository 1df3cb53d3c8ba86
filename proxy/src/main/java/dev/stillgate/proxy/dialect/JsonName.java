package dev.stillgate.proxy.dialect;

import java.nio.charset.StandardCharsets;

/** A key or string that a document is searched for. */
final class JsonName {
    final String text;
    final byte[] utf8;

    JsonName(String text) {
        this.text = text;
        this.utf8 = text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return text;
    }
}
