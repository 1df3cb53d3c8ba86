package dev.stillgate.spi;

/**
 * Summary of a delivered answer without its text: the amount of each kind of content, and the marks by which later
 * prompts that contain parts of it are recognised. Counts are UTF-16 code units of the decoded text.
 */
public interface AnswerFacts {
    /** No part of an answer was read. */
    AnswerFacts NONE = new AnswerFacts() {
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
        public int markCount() {
            return 0;
        }

        @Override
        public long mark(int index) {
            throw new IndexOutOfBoundsException(index);
        }
    };

    /** Returns the length of the text outside fenced code. */
    long proseChars();

    /** Returns the length of the text inside fenced code. */
    long codeChars();

    /** Returns the length of the arguments of tool calls. */
    long toolChars();

    /** Returns the number of marks: those of the first 16 parts at most. */
    int markCount();

    /** Returns the {@link ContextMarks mark} of a part's text or id; never {@link ContextMarks#NONE}. */
    long mark(int index);
}
