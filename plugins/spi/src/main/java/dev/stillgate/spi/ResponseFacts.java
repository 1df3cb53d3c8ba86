package dev.stillgate.spi;

/**
 * Summary of a delivered response without its text: the amount of each kind of content, and the hashes by which later
 * prompts that contain parts of it are recognised. Counts are UTF-16 code units of the decoded text.
 */
public interface ResponseFacts {
    /** No part of a response was read. */
    ResponseFacts NONE = new ResponseFacts() {
        @Override
        public long proseChars() {
            return 0;
        }

        @Override
        public long codeChars() {
            return 0;
        }

        @Override
        public long toolChars() {
            return 0;
        }

        @Override
        public int hashCount() {
            return 0;
        }

        @Override
        public long hash(int index) {
            throw new IndexOutOfBoundsException(index);
        }
    };

    /** Returns the length of the text outside fenced code. */
    long proseChars();

    /** Returns the length of the text inside fenced code. */
    long codeChars();

    /** Returns the length of the arguments of tool calls. */
    long toolChars();

    /**
     * Returns the output tokens of the text outside fenced code: the output without reported reasoning, times the share
     * of that text in the characters of text, code and tool calls. 0 if the output is unknown or nothing was read.
     */
    default long proseTokens(Usage usage) {
        long all = proseChars() + codeChars() + toolChars();
        long visible = Math.max(0, usage.output() - Math.max(0, usage.reasoning()));
        return all == 0 ? 0 : Math.round(visible * ((double) proseChars() / all));
    }

    /** Returns the number of hashes: those of the first 16 parts at most. */
    int hashCount();

    /** Returns the {@link ContextHashes hash} of a part's text or id; never {@link ContextHashes#NONE}. */
    long hash(int index);
}
