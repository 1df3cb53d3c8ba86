package dev.stillgate.proxy.replay;

/**
 * How a response is sent.
 *
 * @param script its number
 * @param size bytes of content in each write
 * @param chunked whether each write is a chunk; else the length is told beforehand
 */
record Replay(int script, int size, boolean chunked) {
    static Replay parse(String text) {
        String[] parts = text.split("\\.");
        return new Replay(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), parts[2].equals("chunked"));
    }

    /** Returns it as it stands in {@code x-replay}, and in the request id. */
    @Override
    public String toString() {
        return script + "." + size + "." + (chunked ? "chunked" : "length");
    }
}
