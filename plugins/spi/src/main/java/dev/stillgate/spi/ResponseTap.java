package dev.stillgate.spi;

import org.jspecify.annotations.Nullable;

/** How a filter wants an answer to be passed on. */
public sealed interface ResponseTap {
    /** The answer passes byte for byte. */
    ResponseTap NONE = new None();

    /** The answer passes byte for byte. */
    record None() implements ResponseTap {}

    /**
     * The answer passes byte for byte, no faster than a pace; of several, the slowest holds.
     *
     * @param bytesPerSecond the pace of the answer's body, at least 1
     */
    record Pace(long bytesPerSecond) implements ResponseTap {
        public Pace {
            if (bytesPerSecond < 1) {
                throw new IllegalArgumentException("a pace below 1 byte a second: " + bytesPerSecond);
            }
        }
    }

    /**
     * The prose of the answer passes through the filter, which may change it; all else passes byte for byte. One tap is for
     * one answer, on the exchange's own thread. Taps of several filters are put in a row, in the order of the list.
     *
     * <p>Prose is text of the assistant's turn that nothing else counts in: no thinking, no tool input, no refusal, no text
     * with citations, annotations or log-probabilities. Text comes in pieces split at any character, also between the two
     * halves of a surrogate pair; every split of a text must give the same text again.
     *
     * <p>No method is called when the answer cannot be followed: an error, or content that is encoded or partial. A tap of a
     * filter in shadow sees the same text, and what it returns is thrown away. A tap that throws, in any method, is called no
     * more: with {@code onError: open} what it held back, the rest of the text and all repeats pass as they came; with {@code
     * closed} the answer breaks off.
     */
    non-sealed interface Prose extends ResponseTap {
        /**
         * A block of prose begins: a content block, a choice, a content part. Blocks may be interleaved.
         *
         * @param index how many blocks of the response began before it
         */
        Block onBlock(int index);

        /**
         * A later event repeats a block whole. It is to become the same text again, and nothing is counted.
         *
         * @param index the index under which the block began
         */
        Block onRepeat(int index);

        /** A part that is no prose begins. */
        default void onPart(BodyView.PartKind kind) {}

        /**
         * An answer is whole, or has been cut short: all of its blocks have ended. JSON lines have several answers.
         *
         * @param id the id that the answer gives itself, or null
         * @param delivered whether the caller was sent what this tap returned: never in shadow
         */
        default void onAnswer(@Nullable String id, boolean delivered) {}

        /**
         * All has passed but the response's last event, or its last byte. Called once, unless the caller has gone; of an answer
         * that was cut short, nobody waits for the release.
         */
        default Release onEnd() {
            return Release.NOW;
        }

        /** Returns at how many places of the answer so far the text bears this tap's mark, be it written or found there. */
        default int sites() {
            return 0;
        }

        /** One block of prose on its way. Text that it returns is valid until it takes more or ends. */
        interface Block {
            /** The most characters that a block may hold back. */
            int MOST_HELD = 1024;

            /** Takes more of the block's text; returns what may pass now in place of it. */
            CharSequence onText(CharSequence delta);

            /** The block has ended, in the answer or because it is cut short; returns what is left. */
            CharSequence onEnd();

            /**
             * Returns how many characters at the end of the text that was taken are not yet in what was returned, at most {@link
             * #MOST_HELD}: they pass as they came when the tap fails.
             */
            int held();
        }
    }
}
