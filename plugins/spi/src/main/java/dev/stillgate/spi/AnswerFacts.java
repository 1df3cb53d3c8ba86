package dev.stillgate.spi;

/**
 * What an answer was made of, without its text: how much of each kind was delivered, and the marks by which its parts
 * are known again when a later prompt brings them back. Counts are characters (UTF-16 code units) of the decoded text.
 */
public interface AnswerFacts {
    /** Nothing was seen of an answer. */
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

    /** Returns the characters of text outside fenced code, in which prose can stand. */
    long proseChars();

    /** Returns the characters of text inside fenced code. */
    long codeChars();

    /** Returns the characters that tools are called with. */
    long toolChars();

    /** Returns how many marks there are; at most 16, of a longer answer those of the first parts. */
    int markCount();

    /** Returns a mark, as {@link ContextMarks} makes it of the same text or id; never {@link ContextMarks#NONE}. */
    long mark(int index);
}
