package dev.stillgate.canary;

import dev.stillgate.canary.text.Constraints;
import dev.stillgate.spi.BodyView;
import org.jspecify.annotations.Nullable;

/** Says which prompts are answered without a mark: those whose answer would be damaged by another word. */
final class Exemptions {
    private Exemptions() {}

    /** Returns why the answer to a prompt is to be left as it is, null when it may be marked. */
    static @Nullable Exemption of(BodyView.Chat chat) {
        if (chat.structuredOutput()) {
            return Exemption.STRUCTURED_OUTPUT;
        }
        if (chat.logprobs()) {
            return Exemption.LOGPROBS;
        }
        if (chat.thinking() && !chat.toolNames().isEmpty()) {
            return Exemption.THINKING_AND_TOOLS;
        }
        Newest newest = new Newest();
        chat.parts(newest);
        if (newest.sealed) {
            return Exemption.THINKING_HISTORY;
        }
        CharSequence system = chat.system();
        if (system != null && Constraints.of(system) != null) {
            return Exemption.WORDING;
        }
        Wording wording = new Wording(newest.message);
        chat.parts(newest.message, wording);
        return wording.tied ? Exemption.WORDING : null;
    }

    /** Looks for seals in all messages, and for the last one in which the user writes. */
    private static final class Newest implements BodyView.PartVisitor {
        private int message = -1;
        private boolean sealed;

        @Override
        public boolean part(int index, String role, BodyView.PartKind kind, @Nullable String id, CharSequence text) {
            sealed |= kind == BodyView.PartKind.SIGNATURE || kind == BodyView.PartKind.THINKING;
            if (kind == BodyView.PartKind.TEXT && role.equals("user")) {
                message = index;
            }
            return !sealed;
        }
    }

    /** Reads what one message says about wording: reading all of a long conversation would take milliseconds. */
    private static final class Wording implements BodyView.PartVisitor {
        private final int message;
        private boolean tied;

        Wording(int message) {
            this.message = message;
        }

        @Override
        public boolean part(int index, String role, BodyView.PartKind kind, @Nullable String id, CharSequence text) {
            tied |= index == message && kind == BodyView.PartKind.TEXT && Constraints.of(text) != null;
            return index <= message && !tied;
        }
    }
}
