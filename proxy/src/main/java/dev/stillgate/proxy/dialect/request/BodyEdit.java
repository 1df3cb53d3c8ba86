package dev.stillgate.proxy.dialect.request;

/**
 * One change to a body that has been read: the bytes of one place become others. Everything else stays as the caller
 * wrote it.
 */
public final class BodyEdit {
    private final int from;
    private final int to;
    private final byte[] text;

    /**
     * A change to the bytes from {@code from} up to {@code to}, indices into the array that was read.
     *
     * @param text what stands there afterwards; not copied
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

    /** Returns by how many bytes the body grows; negative when it shrinks. */
    public int growth() {
        return text.length - (to - from);
    }
}
