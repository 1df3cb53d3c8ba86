package dev.stillgate.loadtests.campaign.honest;

import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.Scope;

/** One way of a rule, always the same, that is filled anew each time: a prompt as programs keep it. */
record SharedPrompt(String rule, int way) implements Programs.Prompt {
    @Override
    public String text(Scope scope) {
        StringBuilder out = new StringBuilder(1024);
        Language.english().grammar().write(rule, way, scope, out);
        return out.toString();
    }
}
