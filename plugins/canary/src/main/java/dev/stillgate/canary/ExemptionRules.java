package dev.stillgate.canary;

import dev.stillgate.canary.text.prompt.WordingConstraints;
import dev.stillgate.spi.BodyView;
import org.jspecify.annotations.Nullable;

/** Says which prompts are answered without a mark: those whose answer would be damaged by another word. */
final class ExemptionRules {
    private ExemptionRules() {}

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
        Reading reading = new Reading();
        CharSequence system = chat.system();
        if (system != null) {
            reading.read(system);
        }
        chat.parts(reading);
        return reading.sealed ? Exemption.THINKING_HISTORY : reading.tied ? Exemption.WORDING : null;
    }

    /** Looks for seals in all messages, and for what the user's texts say about wording: what was tied once stays tied. */
    private static final class Reading implements BodyView.PartVisitor {
        private final WordingConstraints.Conversation conversation = new WordingConstraints.Conversation();
        private boolean sealed;
        private boolean tied;

        void read(CharSequence text) {
            tied = tied || conversation.read(text) != null;
        }

        @Override
        public boolean part(int index, String role, BodyView.PartKind kind, @Nullable String id, CharSequence text) {
            sealed |= kind == BodyView.PartKind.SIGNATURE || kind == BodyView.PartKind.THINKING;
            if (kind == BodyView.PartKind.TEXT && role.equals("user")) {
                read(text);
            }
            return !sealed;
        }
    }
}
