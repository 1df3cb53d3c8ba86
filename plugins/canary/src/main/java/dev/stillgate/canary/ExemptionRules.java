package dev.stillgate.canary;

import dev.stillgate.canary.text.prompt.WordingConstraints;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Provider;
import org.jspecify.annotations.Nullable;

/** Decides from the request which answers must not be marked because a changed word could damage them. */
final class ExemptionRules {
    /** A request is read on one thread, without a break, so one scan of each thread serves all requests. */
    private final ThreadLocal<PromptScan> scans;

    ExemptionRules(ClassTable table) {
        WordingConstraints constraints = new WordingConstraints(table);
        scans = ThreadLocal.withInitial(() -> new PromptScan(constraints));
    }

    /** Returns the reason for leaving the response unchanged, or null if it may be marked. */
    @Nullable
    Exemption of(Provider provider, BodyView.Chat chat) {
        if (chat.structuredOutput()) {
            return Exemption.STRUCTURED_OUTPUT;
        }
        if (chat.logprobs()) {
            return Exemption.LOGPROBS;
        }
        // The citations come last and contain the text that they refer to, with its positions.
        if (!provider.citingTools().isEmpty()
                && chat.stream()
                && chat.toolNames().stream().anyMatch(provider.citingTools()::contains)) {
            return Exemption.GROUNDING;
        }
        boolean signsText = provider.signsText();
        if (signsText && chat.thinking() && !chat.toolNames().isEmpty()) {
            return Exemption.THINKING_AND_TOOLS;
        }
        if (chat.prediction()) {
            return Exemption.WORDING;
        }
        PromptScan scan = scans.get();
        scan.begin(signsText);
        CharSequence system = chat.system();
        if (system != null) {
            scan.readSystem(system);
        }
        chat.parts(scan);
        return scan.signed ? Exemption.THINKING_HISTORY : scan.fixesWording() ? Exemption.WORDING : null;
    }

    /**
     * Looks for signatures in all messages, and for wording constraints in the user's messages: a constraint in any
     * message holds for the whole conversation.
     */
    private static final class PromptScan implements BodyView.PartVisitor {
        private static final int SYSTEMS = 8;

        /** Characters of the shortest system prompt whose verdict is kept. */
        private static final int LEAST_KEPT = 256;

        private final WordingConstraints.Conversation conversation;

        /** Recent system prompts: the engine gives a repeated one as the same string. */
        private final @Nullable String[] systems = new String[SYSTEMS];

        /** Whether each of {@link #systems} fixes the wording. */
        private final boolean[] constrainedSystems = new boolean[SYSTEMS];

        private boolean signsText;
        private boolean signed;
        private boolean constrained;
        /** Whether the last part is text of the assistant, which the response continues. */
        private boolean prefilled;

        PromptScan(WordingConstraints constraints) {
            conversation = new WordingConstraints.Conversation(constraints);
        }

        void begin(boolean signsText) {
            this.signsText = signsText;
            conversation.begin();
            signed = constrained = prefilled = false;
        }

        boolean fixesWording() {
            return constrained || prefilled;
        }

        void readSystem(CharSequence text) {
            if (!(text instanceof String system) || system.length() < LEAST_KEPT) {
                constrained = conversation.readSystem(text) != null;
                return;
            }
            int slot = system.hashCode() & (SYSTEMS - 1);
            if (system.equals(systems[slot])) {
                conversation.skip(system);
            } else {
                systems[slot] = system;
                constrainedSystems[slot] = conversation.readSystem(system) != null;
            }
            constrained = constrainedSystems[slot];
        }

        void read(CharSequence text) {
            constrained = constrained || conversation.read(text) != null;
        }

        @Override
        public boolean part(int index, String role, BodyView.PartKind kind, @Nullable String id, CharSequence text) {
            signed |= signsText && (kind == BodyView.PartKind.SIGNATURE || kind == BodyView.PartKind.THINKING);
            prefilled = kind == BodyView.PartKind.TEXT && role.equals("assistant");
            if (kind == BodyView.PartKind.TEXT && role.equals("user")) {
                read(text);
            }
            return !signed;
        }
    }
}
