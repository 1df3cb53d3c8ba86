package dev.stillgate.canary;

import dev.stillgate.canary.text.prompt.WordingConstraints;
import dev.stillgate.spi.BodyView;
import org.jspecify.annotations.Nullable;

/** Decides from the request which answers must not be marked because a changed word could damage them. */
final class ExemptionRules {
    /** A request is read on one thread, without a break, so one scan of each thread serves all requests. */
    private static final ThreadLocal<PromptScan> SCANS = ThreadLocal.withInitial(PromptScan::new);

    private ExemptionRules() {}

    /** Returns the reason for leaving the answer unchanged, or null if it may be marked. */
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
        PromptScan scan = SCANS.get();
        scan.begin();
        CharSequence system = chat.system();
        if (system != null) {
            scan.read(system);
        }
        chat.parts(scan);
        return scan.signed ? Exemption.THINKING_HISTORY : scan.constrained ? Exemption.WORDING : null;
    }

    /**
     * Looks for signatures in all messages, and for wording constraints in the user's messages: a constraint in any
     * message holds for the whole conversation.
     */
    private static final class PromptScan implements BodyView.PartVisitor {
        private final WordingConstraints.Conversation conversation = new WordingConstraints.Conversation();
        private boolean signed;
        private boolean constrained;

        void begin() {
            conversation.begin();
            signed = constrained = false;
        }

        void read(CharSequence text) {
            constrained = constrained || conversation.read(text) != null;
        }

        @Override
        public boolean part(int index, String role, BodyView.PartKind kind, @Nullable String id, CharSequence text) {
            signed |= kind == BodyView.PartKind.SIGNATURE || kind == BodyView.PartKind.THINKING;
            if (kind == BodyView.PartKind.TEXT && role.equals("user")) {
                read(text);
            }
            return !signed;
        }
    }
}
