package dev.stillgate.proxy.dialect.request;

/** Replacement of one byte range of a request body. All other bytes remain as the client sent them. */
public final class BodyEdit {
    private final int from;
    private final int to;
    private final byte[] text;

    /**
     * Creates a replacement of the bytes from {@code from} up to {@code to}, indices into the parsed array.
     *
     * @param text the new bytes; not copied
     */
    public BodyEdit(int from, int to, byte[] text) {
        this.from = from;
        this.to = to;
        this.text = text;
    }

    public int from() {
        return from;
    }

    public int to() {
        return to;
    }

    public byte[] text() {
        return text;
    }

    /** Returns the change of the body's length in bytes, negative if it becomes shorter. */
    public int growth() {
        return text.length - (to - from);
    }
}
