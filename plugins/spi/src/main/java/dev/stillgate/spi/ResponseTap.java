package dev.stillgate.spi;

import org.jspecify.annotations.Nullable;

/** A filter's choice of how a response is forwarded. */
public sealed interface ResponseTap {
    /** Forwards the response unchanged. */
    ResponseTap NONE = new None();

    /** Forwards the response unchanged. */
    record None() implements ResponseTap {}

    /**
     * Sends the prose of the response through the filter, which may change it; everything else is forwarded unchanged.
     * A tap belongs to one response and is used on its event loop only. Taps of several filters run in the order of the
     * policy.
     *
     * <p>Prose is the assistant's text, without thinking, tool input, refusals, and text with citations, annotations or
     * log-probabilities, whose offsets or counts would change. Text arrives in pieces split anywhere, even within a
     * surrogate pair; the result must not depend on the split.
     *
     * <p>No method is called for responses that cannot be edited: errors, encoded or partial content. The tap of a
     * shadow filter receives the same text and its results are discarded. A tap that throws is not called again. With
     * {@code onError: open} the text that it held back and the rest are then forwarded unchanged; with {@code closed}
     * the response is aborted.
     */
    non-sealed interface Prose extends ResponseTap {
        /**
         * Starts a block of prose: a content block, a choice or a content part. Blocks may be interleaved.
         *
         * @param index number of blocks of the response that started before
         */
        Block onBlock(int index);

        /**
         * Starts the repetition of a whole block by a later event. It must produce the same text again and count
         * nothing.
         *
         * @param index index of the repeated block
         */
        Block onRepeat(int index);

        /** Starts a part that is not prose. */
        default void onPart(BodyView.PartKind kind) {}

        /**
         * Ends a response, complete or not, after all its blocks. A response of JSON lines has several answers.
         *
         * @param id the id in the response, or null
         * @param delivered whether this tap's text was sent to the client; false in shadow
         */
        default void onResponse(@Nullable String id, boolean delivered) {}

        /**
         * Called once before the last event or byte of the response is forwarded, unless the client has disconnected.
         * The release of an incomplete response is ignored.
         */
        default Release onEnd() {
            return Release.NOW;
        }

        /** Returns the number of marked places in the response so far, written or already present. */
        default int sites() {
            return 0;
        }

        /** One block of prose. Returned text is valid until the next call. */
        interface Block {
            /** Most characters that a block may hold back. */
            int MOST_HELD = 1024;

            /** Receives more of the block's text; returns the text to forward now. */
            CharSequence onText(CharSequence delta);

            /** Ends the block, complete or not; returns the remaining text. */
            CharSequence onEnd();

            /**
             * Returns the number of received characters, at the end of the text, that are not returned yet; at most
             * {@link #MOST_HELD}. They are forwarded unchanged if the tap fails.
             */
            int held();
        }
    }
}
