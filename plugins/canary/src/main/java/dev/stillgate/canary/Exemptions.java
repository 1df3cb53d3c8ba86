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
        History history = new History();
        chat.parts(history);
        if (history.sealed) {
            return Exemption.THINKING_HISTORY;
        }
        CharSequence system = chat.system();
        boolean worded = history.worded || (system != null && Constraints.of(system) != null);
        return worded ? Exemption.WORDING : null;
    }

    /** Looks for seals in all messages, and for what the last one of the user says about wording. */
    private static final class History implements BodyView.PartVisitor {
        private int newest = -1;
        private boolean sealed;
        private boolean worded;

        @Override
        public boolean part(int message, String role, BodyView.PartKind kind, @Nullable String id, CharSequence text) {
            sealed |= kind == BodyView.PartKind.SIGNATURE || kind == BodyView.PartKind.THINKING;
            if (kind == BodyView.PartKind.TEXT && role.equals("user")) {
                worded = Constraints.of(text) != null || (message == newest && worded);
                newest = message;
            }
            return !sealed;
        }
    }
}
