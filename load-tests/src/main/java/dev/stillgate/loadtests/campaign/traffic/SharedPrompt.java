package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.TextScope;

/** A prompt template of a program: a fixed alternative of a grammar rule. */
record SharedPrompt(String rule, int alternative) implements ProgramCustomers.Prompt {
    @Override
    public String text(TextScope scope) {
        StringBuilder out = new StringBuilder(1024);
        Language.english().grammar().write(rule, alternative, scope, out);
        return out.toString();
    }
}
